"""Every finding with its numbers, its examples and the documents behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...core import SEVERITIES, Severity
from ..run import PlacedFinding, Run
from .base import SECTIONS


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings, the most severe first, and how many there are of each severity."""

    findings: tuple[PlacedFinding, ...]
    severities: Mapping[Severity, int]
    evaluated: bool

    @property
    def badge(self) -> int:
        """The number beside the section's name."""
        return len(self.findings)


@SECTIONS.register("findings", title="Findings", order="10")
def findings(run: Run) -> Findings:
    """Each finding: what it means, what to do, its scores, and outputs beside the documents they came from."""
    found = run.findings()
    counts = {severity: sum(placed.finding.severity == severity for placed in found) for severity in SEVERITIES}
    return Findings(found, counts, any(track.stages for track in run.tracks))
