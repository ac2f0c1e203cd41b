"""The first screen: what was examined, the headline facts, the worst findings, what was not measured."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...core import SEVERITIES, NotMeasured
from ..run import STAGES, Run
from .base import SECTIONS, FindingLink, StageData, finding_links, stage_data
from .not_measured import gaps

TOP = 6


@dataclass(frozen=True, slots=True)
class Summary:
    """``severities`` counts findings; ``gaps`` counts what was not measured, stages that were not run included."""

    stages: tuple[StageData, ...]
    tracks: tuple[str, ...]
    severities: Mapping[str, int]
    top: tuple[FindingLink, ...]
    findings: int
    scores: int
    gaps: int
    first_gaps: tuple[str, ...]


@SECTIONS.register("summary", title="Summary", order="0")
def summary(run: Run) -> Summary:
    """What was examined, the headline facts, the top findings and what was not measured, in ten seconds."""
    links, missing = finding_links(run), gaps(run)
    return Summary(
        stages=tuple(stage_data(run, run.main, stage) for stage in STAGES),
        tracks=tuple(track.name for track in run.tracks if track.name and track.stages),
        severities={severity: sum(link.severity == severity for link in links) for severity in SEVERITIES},
        top=links[:TOP],
        findings=len(links),
        scores=sum(not isinstance(placed.score, NotMeasured) for placed in run.scores()),
        gaps=len(missing),
        first_gaps=tuple(dict.fromkeys(gap.what for gap in missing))[:TOP],
    )
