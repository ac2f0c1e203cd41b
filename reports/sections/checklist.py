"""Every control of the judged policy, with its numbers."""

from collections.abc import Mapping
from dataclasses import dataclass

from ..gate.statuses import Status
from ..judgement import ControlLine, control_lines, counted
from ..run import Run
from .base import SECTIONS

AREAS = {"corpus": "corpus", "model": "model", "attestation": "attestations"}
GROUPS = {"D": "corpus", "M": "model", "H": "attestations"}


@dataclass(frozen=True, slots=True)
class ControlGroup:
    """Controls of one kind: ``corpus``, ``model``, ``attestations`` or ``others``."""

    name: str
    controls: tuple[ControlLine, ...]


@dataclass(frozen=True, slots=True)
class Checklist:
    """The policy, how many controls have each status, and the controls by group."""

    policy: str
    statuses: Mapping[Status, int]
    groups: tuple[ControlGroup, ...]

    @property
    def badge(self) -> int:
        """The number beside the section's name."""
        return sum(len(group.controls) for group in self.groups)


@SECTIONS.register("checklist", title="Checklist", order="9")
def checklist(run: Run) -> Checklist | None:
    """Each control of the policy: status, numbers against limits, ids in law and standards, who attests, waivers."""
    if not run.evidence:
        return None
    lines = control_lines(run)
    areas = [one.area for one in run.evidence]
    names = {line.anchor: AREAS.get(area) or _group(line) for line, area in zip(lines, areas, strict=True)}
    groups = tuple(
        ControlGroup(name, tuple(line for line in lines if names[line.anchor] == name))
        for name in ("corpus", "model", "attestations", "others")
    )
    return Checklist(run.evidence[0].policy, counted(run.evidence), tuple(group for group in groups if group.controls))


def _group(line: ControlLine) -> str:
    if line.kind == "attestation":
        return "attestations"
    return GROUPS.get(line.id[:1], "others") if line.id[1:2].isdigit() else "others"
