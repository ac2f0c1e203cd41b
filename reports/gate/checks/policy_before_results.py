"""Whether the limits were there before the results that they judge."""

from collections.abc import Sequence
from datetime import datetime

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "policy-before-results"
NAMED = "the entry run-started of the ledger names the policy's hash"
DATED = "the date that the policy gives itself against the start of the work"


@CHECKS.register(NAME, source="NIST AI 600-1 GV-1.3-002; Regulation (EU) 2024/1689 Art. 9(8)")
def policy_before_results(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the stages that began after the policy was set: the ledger names it, or else its own date says so."""
    stages = [(track, report.stage) for track, report in run.reports()]
    begun = [run.begun_at(track, stage) for track, stage in stages]
    if not run.ledger or not stages or None in begun:
        return [NotMeasured(NAME, "the run keeps no ledger of it, so nobody knows when its measurements began")]
    starts = [entry for entry in begun if entry is not None]
    later = [entry for entry in starts if entry.data.get("policy") != run.policy.hash]
    if not later:
        return [share(NAME, len(starts), len(starts), NAMED, "stages", basis="named when the work began")]
    dated = run.policy.dated or run.policy.verified_on
    if dated is None:
        reason = "the policy has no date (dated:), and the run did not name it when it began; set policy: in the config"
        return [NotMeasured(NAME, reason)]
    days = [datetime.fromisoformat(entry.time).date() for entry in later]
    if dated in days and dated <= min(days):
        reason = f"the policy is dated {dated}, the very day on which the work began; set policy: in the config"
        return [NotMeasured(NAME, reason)]
    newer = sum(dated > day for day in days)
    return [share(NAME, len(starts) - newer, len(starts), DATED, "stages", basis=f"its own date, {dated}")]
