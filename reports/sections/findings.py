"""Every finding with its numbers, its examples and the documents behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...core import SEVERITIES, Severity
from ..run import PlacedFinding, Run
from .base import SECTIONS

CANARIES = "HW-M003"


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings, the most severe first, and how many there are of each severity."""

    findings: tuple[PlacedFinding, ...]
    severities: Mapping[Severity, int]
    evaluated: bool

    @staticmethod
    def traceable(placed: PlacedFinding) -> bool:
        """Whether documents stand behind a finding, so that 'headwater trace' tells of them."""
        found = placed.finding
        return bool(found.document_ids or any(example.document_ids for example in found.examples))

    @staticmethod
    def remediable(placed: PlacedFinding) -> bool:
        """Whether 'headwater remedy' can take the cause away: findings on a model, planted canaries apart."""
        return placed.stage == "evaluation" and placed.finding.code != CANARIES

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
