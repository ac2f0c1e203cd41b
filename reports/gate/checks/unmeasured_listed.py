"""Whether everything that was not measured is listed with its reason."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "unmeasured-listed"


@CHECKS.register(NAME, source="NIST AI 600-1 MS-1.1-009; Regulation (EU) 2024/1689 Art. 9(5)")
def unmeasured_listed(run: JudgedRun) -> Sequence[Measurement]:
    """Share of what was not measured that has a reason, and of the controls that nothing measures that say why.

    A waiver gives such a control an owner and a date.
    """
    gaps = [one for _, report in run.reports() for one in report.scores if isinstance(one, NotMeasured)]
    bare = [one for one in run.policy.controls if one.kind != "attestation" and not one.checks]
    owned = {waiver.control for waiver in run.policy.waivers}
    told = sum(bool(one.unmeasured) or one.id in owned for one in bare)
    found: list[Measurement] = []
    if any(True for _ in run.reports()):
        held = sum(bool(one.reason.strip()) for one in gaps)
        method = "every measurement that is missing has a reason" if gaps else "no measurement is missing"
        found.append(share(NAME, held or int(not gaps), len(gaps) or 1, method, "missing measurements", of="metrics"))
    if bare:
        found.append(share(NAME, told, len(bare), "a reason in the policy, or a waiver", "controls", of="controls"))
    return found or [NotMeasured(NAME, "the run has no stage report")]
