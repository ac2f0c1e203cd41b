"""What a report section is: a function from the run to typed data, and a template of the same name.

The function is registered with its heading and its place on the page
(``@SECTIONS.register("training", title="Training", order="50")``). It returns a dataclass, or None to leave the section
out. The template ``training.html.jinja`` lies in ``reports/templates`` or, for a third party, beside the function's own
module; it lays out ``data`` and computes nothing. The same data go into ``report.json``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...core import Cell, Exhibit, Measurement, Registry, Severity
from ..run import Run, Track, is_control

Section = Callable[[Run], Any]
SECTIONS: Registry[Section] = Registry("section", "headwater.sections")


@dataclass(frozen=True, slots=True)
class FindingLink:
    """Where on the page a finding stands."""

    anchor: str
    code: str
    severity: Severity
    title: str
    track: str = ""
    stage: str = ""


@dataclass(frozen=True, slots=True)
class StageData:
    """One stage as a section shows it. ``run`` is False where the stage was not run."""

    stage: str
    title: str = ""
    run: bool = False
    facts: Mapping[str, Cell] = field(default_factory=dict)
    scores: tuple[Measurement, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    findings: tuple[FindingLink, ...] = ()


def stage_data(run: Run, track: Track, stage: str) -> StageData:
    """Facts, scores and exhibits of one stage; scores of planted controls stand in a section of their own."""
    report = track.stages.get(stage)
    if report is None:
        return StageData(stage)
    return StageData(
        stage=stage,
        title=report.title,
        run=True,
        facts=report.facts,
        scores=tuple(score for score in report.scores if not is_control(score, stage)),
        exhibits=report.exhibits,
        findings=tuple(link for link in finding_links(run) if link.track == track.name and link.stage == stage),
    )


def finding_links(run: Run) -> tuple[FindingLink, ...]:
    """A link to every finding, the most severe first."""
    return tuple(
        FindingLink(
            placed.anchor,
            placed.finding.code,
            placed.finding.severity,
            placed.finding.title,
            placed.track,
            placed.stage,
        )
        for placed in run.findings()
    )
