"""Whether detectors were tried on controls that were planted for them, so that their misses are known."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured, Score
from ..judged_run import JudgedRun
from .base import CHECKS, share

NAME = "detectors-measured"
RECALL = "planted-control-recall"


@CHECKS.register(NAME, source="NIST AI 600-1 MS-2.13-001; Regulation (EU) 2024/1689 Annex IV 2(g)")
def detectors_measured(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the detectors whose recall was measured on planted controls."""
    found = run.scores(RECALL)
    detectors = {one.score.slice.get("detector", "") for one in found} - {""}
    if not detectors:
        return [NotMeasured(NAME, "no controls were planted; add the audit planted-controls")]
    known = {one.score.slice.get("detector", "") for one in found if isinstance(one.score, Score)} - {""}
    missing = {"without": ", ".join(sorted(detectors - known))} if detectors - known else {}
    return [share(NAME, len(known), len(detectors), f"{RECALL} of each detector", "detectors", **missing)]
