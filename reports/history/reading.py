"""One run folder as rows of the index: numbers, names and states; no text of a corpus or of a model."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ...core import (
    HeadwaterError,
    Manifest,
    Measurement,
    NotMeasured,
    Score,
    canonical_json,
    load_yaml,
    sha256,
)
from ...curate import redact
from ..gate import Evidence, current_evidence, exit_code
from ..gate.statuses import worst
from ..hidden import visible
from ..ledger import Entry, read_ledger
from ..run import TRACKS, is_control, read_run

LONGEST = 200
LONGEST_REASON = 300
MOST_SCORES = 5000
HEADLINES = 3
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunRows:
    """The rows of one run folder."""

    run: Row
    scores: tuple[Row, ...] = ()
    controls: tuple[Row, ...] = ()


def read_rows(root: Path, folder: str, looks: str) -> RunRows:
    """Read a run folder. One that cannot be read becomes a row that says why; nothing is raised for it."""
    try:
        return _read(root / folder, folder, looks)
    except HeadwaterError as error:
        return _damaged(folder, looks, str(error).replace(str(root / folder), folder))
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        return _damaged(folder, looks, f"{folder}: cannot be read ({type(error).__name__})")


def run_id(folder: str) -> str:
    """What pages and commands call a run: SHA-256 of its path below the root."""
    return sha256(folder.encode("utf-8", "surrogateescape"))


def clean(text: str, limit: int = LONGEST) -> str:
    """A text that is safe to keep: personal data replaced, hidden characters as marks, one line, at most ``limit``."""
    whole = str(text)[: 4 * limit].encode("utf-8", "replace").decode()
    return visible(redact(" ".join(whole.split())))[:limit]


def utc(time: str) -> str:
    """A time as the index writes it, so that times sort as text; empty for what is no time."""
    try:
        found = datetime.fromisoformat(time)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).isoformat(timespec="seconds")
    except (ValueError, TypeError, OverflowError):
        return ""


def _read(place: Path, folder: str, looks: str) -> RunRows:
    manifest = Manifest.load(place)
    config = load_yaml(place / "config.yaml").values if (place / "config.yaml").is_file() else {}
    title = clean(config.get("title") or "")
    reports = read_run(place, title, {}, {}, TRACKS)
    ledger = tuple(read_ledger(place))
    newest = current_evidence(place)
    scores = tuple(
        _score(one.track, one.stage, one.score) for one in reports.scores() if not is_control(one.score, one.stage)
    )[:MOST_SCORES]
    severities = [one.finding.severity for one in reports.findings()]
    finished = [one for one in ledger if one.event == "run-finished" and one.data.get("ran")]
    row = {
        **_empty(folder, looks),
        "title": title or clean(Path(folder).name),
        "series": title or clean(Path(folder).parent.as_posix()),
        "manifest": manifest.hash,
        "started": _started(ledger, finished),
        "finished": utc(finished[-1].time) if finished else "",
        "policy": clean(newest[0].policy) if newest else "",
        "verdict": worst([*(one.status for one in newest if one.blocking), "pass"]) if newest else "",
        "code": exit_code(one.status for one in newest if one.blocking) if newest else None,
        **_origins(manifest),
        **{severity: severities.count(severity) for severity in ("high", "medium", "low", "info")},
        "headline": json.dumps(_headline(scores), ensure_ascii=False),
    }
    return RunRows(row, scores, tuple(map(_control, newest)))


def _started(ledger: tuple[Entry, ...], finished: list[Entry]) -> str:
    """When the work began that the last end belongs to."""
    after = finished[-2].number if len(finished) > 1 else 0
    return next((utc(one.time) for one in ledger if one.event == "run-started" and one.number > after), "")


def _origins(manifest: Manifest) -> Row:
    weights = [f"{name} {digest}" for name, digest in sorted(manifest.files.items()) if "checkpoint/" in name]
    return {
        "data": sha256(canonical_json(dict(manifest.parents))) if manifest.parents else "",
        "model": sha256("\n".join(weights).encode()) if weights else "",
        "config": manifest.config_hash,
        "version": clean(manifest.versions.get("headwater", ""), 40),
    }


def _headline(scores: tuple[Row, ...]) -> list[Row]:
    chosen = [
        one for one in scores if one["stage"] == "evaluation" and one["slice"] == "{}" and one["value"] is not None
    ]
    names = ("metric", "value", "low", "high", "unit")
    return [{name: one[name] for name in names} for one in chosen[:HEADLINES]]


def _score(track: str, stage: str, score: Measurement) -> Row:
    row: Row = {"track": track, "stage": stage, "metric": clean(score.metric), "slice": place_json(score.slice)}
    if isinstance(score, NotMeasured):
        return row | {
            "value": None, "low": None, "high": None, "n": None, "unit": "", "method": "", "direction": "none",
            "reason": clean(score.reason, LONGEST_REASON),
        }  # fmt: skip
    return row | _measured(score)


def _measured(score: Score) -> Row:
    return {
        "value": float(score.value),
        "low": None if score.low is None else float(score.low),
        "high": None if score.high is None else float(score.high),
        "n": int(score.n),
        "unit": clean(score.unit),
        "method": clean(score.method, 600),
        "direction": score.direction,
        "reason": "",
    }


def place_json(place: Mapping[str, str]) -> str:
    """A slice as it stands in the index: canonical JSON of cleaned names and values."""
    return canonical_json({clean(key): clean(value) for key, value in place.items()}).decode()


def _control(one: Evidence) -> Row:
    return {
        "control": clean(one.control), "status": one.status, "reason": clean(one.reason, LONGEST_REASON),
        "blocking": int(one.blocking), "measured": utc(one.measured), "policy": clean(one.policy),
    }  # fmt: skip


def _empty(folder: str, looks: str) -> Row:
    text = {name: "" for name in ("manifest", "started", "finished", "policy", "verdict", "data", "model", "config")}
    return {
        "id": run_id(folder), "folder": folder, "title": "", "series": "", "indexed": looks, "damaged": "",
        "code": None, "version": "", "high": 0, "medium": 0, "low": 0, "info": 0, "headline": "[]", **text,
    }  # fmt: skip


def _damaged(folder: str, looks: str, reason: str) -> RunRows:
    parent = clean(Path(folder).parent.as_posix())
    row = _empty(folder, looks) | {"title": clean(Path(folder).name), "series": parent}
    return RunRows(row | {"damaged": clean(reason, LONGEST_REASON)})
