"""The first screen: what was examined, the headline facts, the worst findings, what was not measured."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...core import SEVERITIES, Cell, NotMeasured, Severity
from ..run import Run
from .base import SECTIONS, FindingLink, finding_links
from .not_measured import gaps
from .scores import Area, scores

TOP = 6


@dataclass(frozen=True, slots=True)
class StageHead:
    """A stage in one glance."""

    stage: str
    run: bool
    title: str = ""
    facts: Mapping[str, Cell] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Summary:
    """``severities`` counts findings; ``gaps`` counts what was not measured, stages that were not run included."""

    stages: tuple[StageHead, ...]
    tracks: tuple[str, ...]
    severities: Mapping[Severity, int]
    top: tuple[FindingLink, ...]
    findings: int
    scores: int
    gaps: int
    first_gaps: tuple[str, ...]
    areas: tuple[Area, ...] = ()


@SECTIONS.register("summary", title="Summary", order="8")
def summary(run: Run) -> Summary:
    """What was examined, the headline facts, the top findings and what was not measured, in ten seconds."""
    links, missing = finding_links(run), gaps(run)
    return Summary(
        stages=tuple(_head(run, stage) for stage in run.main.expected),
        tracks=tuple(track.name for track in run.tracks if track.name and track.stages),
        severities={severity: sum(link.severity == severity for link in links) for severity in SEVERITIES},
        top=links[:TOP],
        findings=len(links),
        scores=sum(not isinstance(placed.score, NotMeasured) for placed in run.scores()),
        gaps=len(missing),
        first_gaps=tuple(dict.fromkeys(gap.what for gap in missing))[:TOP],
        areas=scores(run).areas,
    )


def _head(run: Run, stage: str) -> StageHead:
    report = run.main.stages.get(stage)
    return StageHead(stage, True, report.title, report.facts) if report else StageHead(stage, False)
