"""What a finished run found, picked out of its stage reports for cards and sheets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from ...core import EnergyUse, Finding, Measurement, NotMeasured, Score, StageReport, Table
from ..run import Track, is_control
from .base import ExportedRun


@dataclass(frozen=True, slots=True)
class Gap:
    """A metric that was not measured, why, and in how many slices for that reason."""

    stage: str
    metric: str
    reason: str
    slices: int


def report(track: Track, stage: str) -> StageReport:
    """A stage's report; an empty one where the stage did not run."""
    return track.stages.get(stage) or StageReport(stage, "")


def table_of(found: StageReport, name: str) -> Table | None:
    """A table of a stage by its name."""
    tables = (exhibit for exhibit in found.exhibits if isinstance(exhibit, Table))
    return next((each for each in tables if each.name == name), None)


def measured(found: StageReport, metric: str) -> Measurement | None:
    """The measurement of a metric over everything; where there is none, the first of its slices."""
    ofs = [score for score in found.scores if score.metric == metric and not is_control(score, found.stage)]
    return next((score for score in ofs if not score.slice), ofs[0] if ofs else None)


def findings(track: Track, stages: Sequence[str], letters: str = "") -> Iterator[Finding]:
    """Findings of stages; of some areas only where letters (``BS``) are given."""
    for stage in stages:
        for finding in report(track, stage).findings:
            if not letters or finding.code.removeprefix("HW-")[:1] in letters:
                yield finding


def results(track: Track) -> tuple[Score, ...]:
    """The scores of the model: those of the evaluation, and those on held-out data of the training."""
    found = [score for stage in ("training", "evaluation") for score in report(track, stage).scores]
    return tuple(score for score in found if isinstance(score, Score))


def gaps(track: Track, stages: Sequence[str]) -> tuple[Gap, ...]:
    """What was not measured, one row a metric and reason, in the order of the reports."""
    counted: dict[tuple[str, str, str], int] = {}
    for stage in stages:
        for score in report(track, stage).scores:
            if isinstance(score, NotMeasured) and not is_control(score, stage):
                key = (stage, score.metric, score.reason)
                counted[key] = counted.get(key, 0) + 1
    return tuple(Gap(*key, number) for key, number in counted.items())


def removals(track: Track) -> list[tuple[str, str, str, int]]:
    """(step, rule, action, documents) as the curation recorded them, the most documents first."""
    found = table_of(report(track, "curation"), "rules")
    rows = [(str(row[0]), str(row[1]), str(row[2]), int(row[3] or 0)) for row in found.rows] if found else []
    return sorted(rows, key=lambda row: (-row[3], row))


def steps(track: Track) -> list[tuple[str, int, int, int, int]]:
    """(step, in, kept as they were, edited, removed or quarantined) in the order of the steps."""
    found = table_of(report(track, "curation"), "steps")
    rows = []
    for row in found.rows if found else ():
        values = dict(zip(found.columns, row, strict=True)) if found else {}
        gone = _whole(values.get("removed")) + _whole(values.get("quarantined"))
        edited = _whole(values.get("edited"))
        kept = values.get("kept", _whole(values.get("out")) - edited)
        rows.append((str(values.get("step")), _whole(values.get("in")), _whole(kept), edited, gone))
    return rows


def energy(run: ExportedRun, track: Track) -> EnergyUse | None:
    """What the training of a track used; None where nothing was kept of it."""
    use = run.run.energy.get(track.name)
    return use if use and use.processes else None


def model_of(run: ExportedRun, track: Track) -> dict[str, Any]:
    """The config of a track's model; empty where it has none."""
    config = run.config if not track.name else run.config.get(track.name) or {}
    return dict(config.get("model") or {})


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, (int, float)) else 0
