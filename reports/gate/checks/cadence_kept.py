"""Whether it is known when everything was measured, so that a policy can say how old it may be."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "cadence-kept"
METHOD = "stages that the ledger gives a time; the limit's maximum_age makes the control stale"


@CHECKS.register(NAME, source="NIST AI 600-1 MS-4.2-001, MG-4.2-001; Regulation (EU) 2024/1689 Art. 72")
def cadence_kept(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the stages whose time of measurement is known; with ``maximum_age`` an old one makes it stale."""
    stages = [(track, report.stage) for track, report in run.reports()]
    if not run.ledger or not stages:
        return [NotMeasured(NAME, "the run keeps no ledger, so nobody knows when it was measured")]
    known = sum(run.measured_at(track, stage) is not None for track, stage in stages)
    if not known:
        return [NotMeasured(NAME, "the ledger names no stage of this run, so nobody knows when it was measured")]
    return [share(NAME, known, len(stages), METHOD, "stages")]
