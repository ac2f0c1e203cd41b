"""Whether the limits were there before the results that they judge."""

from collections.abc import Sequence
from datetime import datetime

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share

PROOF = "run-started entry of the ledger names the policy's hash, else its date against the start of the run"


@CHECKS.register("policy-before-results", source="NIST AI 600-1 GV-1.3-002; Regulation (EU) 2024/1689 Art. 9(8)")
def policy_before_results(run: JudgedRun) -> Sequence[Measurement]:
    """1 where the policy is older than the run: the ledger names it at the start, or else its own date says so."""
    begun = run.begun
    if begun is None:
        return [NotMeasured("policy-before-results", "the run keeps no ledger, so nobody knows when it began")]
    if run.policy.hash == begun.data.get("policy"):
        return [share("policy-before-results", 1, 1, PROOF, basis="named when the run began")]
    dated = run.policy.dated or run.policy.verified_on
    if dated is None:
        return [NotMeasured("policy-before-results", "the policy has no date (dated:), and the run did not name it")]
    older = dated <= datetime.fromisoformat(begun.time).date()
    return [share("policy-before-results", int(older), 1, PROOF, basis=f"its own date, {dated}")]
