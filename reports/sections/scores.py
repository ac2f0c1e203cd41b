"""The section on the evaluation of the model, or of answers: its scores and exhibits by area."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from ...core import SEVERITIES, NotMeasured, Severity, StageReport
from ..run import Run
from .base import SECTIONS, FindingLink, StageData, stage_data


@dataclass(frozen=True, slots=True)
class MetricPart:
    """What one metric gave. ``scores`` and ``exhibits`` are places in those of the stage."""

    name: str
    anchor: str
    scores: tuple[int, ...]
    exhibits: tuple[int, ...]
    findings: tuple[FindingLink, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """What was measured of one area; ``severities`` counts its findings, ``measured`` and ``missing`` its scores."""

    title: str
    anchor: str
    metrics: tuple[MetricPart, ...]
    findings: tuple[FindingLink, ...]
    severities: Mapping[Severity, int]
    measured: int
    missing: int


@dataclass(frozen=True, slots=True)
class Scores(StageData):
    """The stage with its areas; none where its report does not tell them. ``rest`` are exhibits of no area."""

    areas: tuple[Area, ...] = ()
    rest: tuple[int, ...] = ()


@SECTIONS.register("scores", title="Evaluation", order="15")
def scores(run: Run) -> Scores:
    """Every score of the evaluation by area, with interval, number of items and protocol."""
    data = stage_data(run, run.main, "evaluation")
    values: dict[str, Any] = {field.name: getattr(data, field.name) for field in fields(StageData)}
    areas = areas_of(run.main.stages.get("evaluation"), data.findings)
    taken = {place for area in areas for part in area.metrics for place in part.exhibits}
    rest = tuple(place for place in range(len(data.exhibits)) if place not in taken)
    return Scores(**values, areas=areas, rest=rest)


def areas_of(report: StageReport | None, findings: tuple[FindingLink, ...] = ()) -> tuple[Area, ...]:
    """The areas of an evaluation in the order of its report, as its ``detail`` tells them."""
    entries = _entries(report)
    if report is None or not entries:
        return ()
    found: dict[str, list[MetricPart]] = {}
    scored = shown = 0
    for entry in entries:
        links = tuple(link for link in findings if link.code in entry["findings"])
        ends = scored + entry["scores"], shown + entry["exhibits"]
        part = MetricPart(
            str(entry["name"]), _anchor("metric", str(entry["name"])), tuple(range(scored, ends[0])),
            tuple(range(shown, ends[1])), links,
        )  # fmt: skip
        scored, shown = ends
        found.setdefault(str(entry["area"]), []).append(part)
    order = report.detail.get("areas", ())
    names = sorted(found, key=lambda name: order.index(name) if name in order else len(order))
    return tuple(_area(name, found[name], report) for name in names)


def _entries(report: StageReport | None) -> list[Mapping[str, Any]]:
    """What an evaluation tells of each metric; nothing where the report is of a version that did not."""
    told = report.detail.get("metrics", ()) if report else ()
    entries = [one for one in told if isinstance(one, Mapping) and "area" in one]
    whole = report is not None and sum(int(one["scores"]) for one in entries) == len(report.scores)
    return entries if whole else []


def _area(name: str, parts: list[MetricPart], report: StageReport) -> Area:
    own = tuple(dict.fromkeys(link for part in parts for link in part.findings))
    counts = Counter(link.severity for link in own)
    scores = [report.scores[place] for part in parts for place in part.scores]
    missing = sum(isinstance(score, NotMeasured) for score in scores)
    return Area(
        title=name,
        anchor=_anchor("area", name),
        metrics=tuple(parts),
        findings=own,
        severities={severity: counts[severity] for severity in SEVERITIES if counts[severity]},
        measured=len(scores) - missing,
        missing=missing,
    )


def _anchor(kind: str, name: str) -> str:
    return f"{kind}-" + (re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "unnamed")
