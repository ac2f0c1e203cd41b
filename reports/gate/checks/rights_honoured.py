"""Whether documents of sources that refuse to be used for training were kept out."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share
from .steps import counts_of

NAME = "rights-honoured"
METHOD = "step consent: robots.txt, ai.txt, TDM headers and declarations of each document"
KEPT = "documents whose refusal was seen and that were taken out"


@CHECKS.register(NAME, source="NIST AI 600-1 MP-4.1-006; Regulation (EU) 2024/1689 Art. 53(1)(c)")
def rights_honoured(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the texts for which something told whether they may be used, and of the refusals that were heeded."""
    found: list[Measurement] = []
    for track in run.tracks():
        if run.modality(track) not in ("text", None):
            continue
        where = {"track": track} if track else {}
        step = next((one for one in counts_of(run, track) if one.get("step") == "consent"), None)
        if step is None:
            found.append(NotMeasured(NAME, "no step looked for reservations of rights; add consent to curate", where))
            continue
        tallies = step.get("tallies") or {}
        states = {key.removeprefix("state "): count for key, count in tallies.items() if key.startswith("state ")}
        total, refused = sum(states.values()), states.get("refused", 0)
        if not total:
            found.append(NotMeasured(NAME, "the step consent saw no document", where))
            continue
        known = total - states.get("unknown", 0)
        found.append(share(NAME, known, total, METHOD, "documents", of="known", **where))
        out = min(refused, int(step.get("removed", 0)) + int(step.get("quarantined", 0)))
        method = KEPT if refused else "no document refuses"
        found.append(share(NAME, out or int(not refused), refused or 1, method, "refusals", of="heeded", **where))
    return found or [NotMeasured(NAME, "the run has no corpus of text")]
