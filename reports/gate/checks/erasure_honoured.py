"""Whether what had to be erased stayed out of this corpus."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share
from .steps import steps_of

NAME = "erasure-honoured"
STEP = "erased"


@CHECKS.register(NAME, source="NIST AI 600-1 MG-4.1-006; Regulation (EU) 2016/679 Art. 16-17")
def erasure_honoured(run: JudgedRun) -> Sequence[Measurement]:
    """1 for each track whose curation looked for everything on the list of erasures, copies and strings included."""
    if not run.config.get("erased") and not any(STEP in steps_of(run, track) for track in run.tracks()):
        return [NotMeasured(NAME, "the config names no list of erasures (erased:); 'headwater erase' writes one")]
    found = [
        share(NAME, int(STEP in steps_of(run, track)), 1, "the step erased ran", **({"track": track} if track else {}))
        for track in run.tracks()
        if steps_of(run, track)
    ]
    return found or [NotMeasured(NAME, "the run has no record of curation")]
