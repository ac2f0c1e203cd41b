"""Every finding with its numbers, its examples and the documents behind them."""

from collections.abc import Mapping
from dataclasses import dataclass

from ...core import SEVERITIES, Severity
from ..run import PlacedFinding, Run
from .base import SECTIONS

CANARIES = "HW-M003"
TRAINED = "documents trained on"
"""The fact that the report of a training has, and that of a model made elsewhere lacks."""


@dataclass(frozen=True, slots=True)
class Findings:
    """All findings, the most severe first, and how many there are of each severity.

    ``trained`` are the tracks whose model was trained here.
    """

    findings: tuple[PlacedFinding, ...]
    severities: Mapping[Severity, int]
    evaluated: bool
    trained: tuple[str, ...] = ()

    @staticmethod
    def traceable(placed: PlacedFinding) -> bool:
        """Whether documents stand behind a finding, so that 'headwater trace' tells of them."""
        found = placed.finding
        return bool(found.document_ids or any(example.document_ids for example in found.examples))

    def remediable(self, placed: PlacedFinding) -> bool:
        """Whether 'headwater remedy' can take the cause away: findings on a model trained here, canaries apart."""
        evaluated = placed.stage == "evaluation" and placed.track in self.trained
        return evaluated and placed.finding.code != CANARIES

    @property
    def badge(self) -> int:
        """The number beside the section's name."""
        return len(self.findings)


@SECTIONS.register("findings", title="Findings", order="10")
def findings(run: Run) -> Findings:
    """Each finding: what it means, what to do, its scores, and outputs beside the documents they came from."""
    found = run.findings()
    counts = {severity: sum(placed.finding.severity == severity for placed in found) for severity in SEVERITIES}
    trained = tuple(track.name for track in run.tracks if TRAINED in getattr(track.stages.get("training"), "facts", ()))
    return Findings(found, counts, any(track.stages for track in run.tracks), trained)
