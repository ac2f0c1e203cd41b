"""Made run folders of a series, quick to write."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from headwater.core import Finding, Manifest, NotMeasured, Score, StageReport, hash_files, write_text
from headwater.evaluate import ItemValues, write_items
from headwater.reports import Evidence, append_entry, append_evidence

START = datetime(2026, 1, 1, 3, tzinfo=UTC)


def score(value: float, metric: str = "accuracy", direction: Any = "higher", **more: Any) -> Score:
    return Score(metric, value, 200, "share", more.pop("method", f"{metric}/1"), value - 0.03, value + 0.03,
                 direction=direction, **more)  # fmt: skip


def at(night: float) -> datetime:
    return START + timedelta(days=night)


def write_run(
    root: Path, night: int, scores: Sequence[Score | NotMeasured], *, title: str = "nightly", ledger: bool = True,
    items: Sequence[ItemValues] = (), findings: Sequence[Finding] = (), status: str = "", folder: str = "",
    weights: str = "", when: datetime | None = None,
) -> Path:  # fmt: skip
    place = root / (folder or f"night-{night:03}")
    place.mkdir(parents=True)
    write_text(place / "config.yaml", f"title: {title!r}\n")
    StageReport("evaluation", "e", scores=tuple(scores), findings=tuple(findings)).save(place / "evaluation.json")
    names = ["evaluation.json"]
    if items:
        write_items(place, items)
        names.append("items.parquet")
    if weights:
        (place / "checkpoint").mkdir()
        write_text(place / "checkpoint" / "model.safetensors", weights)
        names.append("checkpoint/model.safetensors")
    manifest = Manifest("run", hash_files(place, names), seed=night)
    manifest.save(place)
    if ledger:
        append_entry(place, "run-started", (when or at(night)).isoformat())
        append_entry(place, "run-finished", (when or at(night)).isoformat(), manifest.hash, ran=["evaluate"])
    if status:
        append_evidence(place, [evidence(status, at(night), inputs={"manifest": manifest.hash})], manifest.hash)
    return place


def evidence(status: Any, when: datetime, **more: Any) -> Evidence:
    blocking = status in ("fail", "stale", "not_measured")
    return Evidence(
        "D01", "identity", "automatic", "high", status, "because", blocking, (), policy="own 1",
        measured=when.isoformat(), judged=when.isoformat(), **more,
    )  # fmt: skip


def rate_items(hits: Sequence[float], metric: str = "accuracy", place: Mapping[str, str] | None = None) -> ItemValues:
    return ItemValues.of_means(metric, f"{metric}/1", place or {}, [f"i{n}" for n in range(len(hits))], list(hits))
