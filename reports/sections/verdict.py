"""The verdict of the gate: the first thing on the page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..gate.statuses import Status
from ..judgement import ControlLine, Outcome, control_lines, counted, outcome
from ..run import Run
from .base import SECTIONS
from .not_measured import gaps

POLICY_CHECK = "policy-before-results"


@dataclass(frozen=True, slots=True)
class Verdict:
    """How the newest judgement ended and why.

    ``failed``, ``stale``, ``inconclusive``, ``unmeasured``, ``waived`` and ``warned`` are the controls of these
    statuses; ``newer`` says that the policy could not be shown to be older than the run; ``gaps`` counts what the run
    itself did not measure.
    """

    outcome: Outcome
    policy: str = ""
    judged: str = ""
    measured: str = ""
    controls: int = 0
    statuses: Mapping[Status, int] = field(default_factory=dict)
    failed: tuple[ControlLine, ...] = ()
    stale: tuple[ControlLine, ...] = ()
    inconclusive: tuple[ControlLine, ...] = ()
    unmeasured: tuple[ControlLine, ...] = ()
    waived: tuple[ControlLine, ...] = ()
    warned: tuple[ControlLine, ...] = ()
    newer: str = ""
    gaps: int = 0


@SECTIONS.register("verdict", title="Verdict", order="3")
def verdict(run: Run) -> Verdict | None:
    """Whether the run holds the policy, what failed and why, what was not measured, what was waived until when."""
    if not run.evidence:
        return None if run.main.apart else Verdict("not-judged", gaps=len(gaps(run)))
    lines = control_lines(run)
    first = run.evidence[0]
    by: dict[Status, tuple[ControlLine, ...]] = {
        status: tuple(line for line in lines if line.status == status) for status in counted(run.evidence)
    }
    return Verdict(
        outcome=outcome(run), policy=first.policy, judged=first.judged, measured=first.measured, controls=len(lines),
        statuses=counted(run.evidence), failed=by.get("fail", ()), stale=by.get("stale", ()),
        inconclusive=by.get("inconclusive", ()), unmeasured=by.get("not_measured", ()), waived=by.get("waived", ()),
        warned=by.get("warn", ()), newer=_newer(run), gaps=len(gaps(run)),
    )  # fmt: skip


def _newer(run: Run) -> str:
    """The reason for which the policy is not known to be older than the run; empty where it is."""
    parts = [part for one in run.evidence for part in one.parts if part.name == POLICY_CHECK]
    return next((part.status for part in parts if part.status != "pass"), "")
