"""Whether the corpus was held against the texts of tests, so that a score is no memory of its answers."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share
from .steps import steps_of

NAME = "decontaminated"
STEPS = ("decontaminate", "cross-split-duplicates")


@CHECKS.register(NAME, source="NIST AI 600-1 MS-2.11-001, MS-2.3-002; Brown et al. 2020 (arXiv 2005.14165), appendix C")
def decontaminated(run: JudgedRun) -> Sequence[Measurement]:
    """1 where a step took documents out that overlap with tests, or rows that stand in two splits."""
    found: list[Measurement] = []
    for track in run.tracks():
        if run.modality(track) != "text":
            continue
        where = {"track": track} if track else {}
        looked = [step for step in steps_of(run, track) if step in STEPS]
        reason = f"no step looked for overlap with tests; add one of {', '.join(STEPS)} to curate"
        found.append(
            share(NAME, 1, 1, f"steps of curation: {', '.join(looked)}", **where)
            if looked
            else NotMeasured(NAME, reason, where)
        )
    return found or [NotMeasured(NAME, "the run has no corpus of text")]
