"""The trend page: one offline file over all runs below a root."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ...core import IntegrityError, StageReport, write_text
from ..build import HEAVIEST, render_within
from ..run import Run, Track
from .changes import Change, Journal, read_journal
from .database import open_history
from .index import index_runs
from .timeline import LOST, Night, TrendLine, score_lines, timeline

STANDING = ("regressed", "gate-failed", "gate-incomplete", "stale")


def build_trend(
    root: Path, path: Path, *, metrics: Sequence[str] = (), last: int | None = 365, since: str = "",
    place: Mapping[str, str] | None = None, title: str = "", language: str = "en",
) -> Path:  # fmt: skip
    """Bring the index up to date and write the page to ``path``; returns it. ``metrics`` are names, all when empty."""
    index_runs(root)
    journal = read_journal(root)
    with open_history(root) as connection:
        nights = timeline(connection, root, journal, last, since)
        lines = [one for name in metrics or ("",) for one in score_lines(connection, nights, journal, name, place)]
    report = StageReport("trend", "trend", detail=_detail(nights, lines, journal))
    run = Run(title or root.resolve().name, (Track("", {"trend": report}),), language=language)
    html = render_within(run, HEAVIEST)
    if len(html.encode("utf-8", "replace")) > HEAVIEST:
        raise IntegrityError(f"{path}: the page would be heavier than {HEAVIEST:,} bytes; give --last or --metric")
    write_text(path, html)
    return path


def _detail(nights: Sequence[Night], lines: Sequence[TrendLine], journal: Journal) -> dict[str, Any]:
    shown = {night.series for night in nights}
    worse = [change for series in sorted(shown) for change in journal.states(series).values() if _stands(change)]
    runs = [night for night in nights if night.kind == "run"]
    dated = [night.when[:10] for night in runs if night.when]
    facts = {
        "runs": len(runs),
        "missed": sum(night.kind == "slot" and night.state in LOST for night in nights),
        "worse": len(worse),
        **({"damaged": damaged} if (damaged := sum(night.state == "damaged" for night in runs)) else {}),
        **({"first": dated[0], "newest": dated[-1]} if dated else {}),
    }
    order = sorted(lines, key=_rank)
    folders = {night.folder for night in nights if night.folder}
    return {
        "facts": facts,
        "nights": [night.to_json() for night in nights],
        "worse": [change.to_json() for change in worse],
        "changes": [change.to_json() for change in journal.changes if change.run in folders or not change.run],
        "lines": [one.to_json() for one in order],
    }


def _stands(change: Change) -> bool:
    return change.state in STANDING


def _rank(line: TrendLine) -> tuple[bool, bool, bool, bool]:
    """What is worse now, then what changed, then whole scores of the evaluation, then slices."""
    worse = bool(line.changes) and line.changes[-1].state == "regressed"
    return not worse, not line.changes, line.stage != "evaluation", bool(line.slice)
