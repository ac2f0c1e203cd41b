"""Whether every step of curation says what came in, what went out, and whom it took away."""

from collections.abc import Sequence

from ....core import Measurement, NotMeasured
from ..judged_run import JudgedRun
from .base import CHECKS, share
from .steps import counts_of

NAME = "processing-recorded"
BALANCE = "in = kept + edited + removed + quarantined of every step"
IMPACT = "the audit filtering-impact compared the removal rates of groups, languages and sources"
OUT = ("kept", "edited", "removed", "quarantined")


@CHECKS.register(NAME, source="Regulation (EU) 2024/1689 Art. 10(2)(c), Annex IV 2(d); NIST AI 600-1 MP-4.1-004")
def processing_recorded(run: JudgedRun) -> Sequence[Measurement]:
    """Share of the steps whose counts are recorded and add up, and whether somebody looked whom they removed."""
    found: list[Measurement] = []
    for track in run.tracks():
        steps = counts_of(run, track)
        where = {"track": track} if track else {}
        if not steps:
            continue
        held = sum(_adds_up(step) for step in steps)
        found.append(share(NAME, held, len(steps), BALANCE, "steps", of="counts", **where))
        audit = run.report("audit", track)
        if not any(step.get("removed") or step.get("quarantined") for step in steps):
            found.append(share(NAME, 1, 1, "no step removed a document", of="whom it removed", **where))
        elif audit is not None and "filtering-impact" in audit.detail:
            found.append(share(NAME, 1, 1, IMPACT, of="whom it removed", **where))
        else:
            reason = "documents were removed, and the audit filtering-impact did not look whose they were"
            found.append(NotMeasured(NAME, reason, {"of": "whom it removed", **where}))
    return found or [NotMeasured(NAME, "the run has no record of curation")]


def _adds_up(step: object) -> bool:
    values = [step.get(key) for key in ("in", *OUT)] if hasattr(step, "get") else []
    if not all(isinstance(value, int) for value in values) or len(values) != 5:
        return False
    return bool(values[0] == sum(values[1:]))
