"""How the gate of a run ended, in a form that every format can use."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...core import NotMeasured
from ..gate import STATUSES, Evidence, exit_code, worst
from ..run import PlacedScore, Run

CLOSED = {
    0: "passed",
    1: "failed",
    3: "incomplete",
    5: "stale",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """``judged`` is False where no policy was held against the run; ``code`` is then None and ``word`` says so."""

    judged: bool
    code: int | None
    word: str
    counts: dict[str, int]
    policy: str = ""
    time: str = ""


def verdict_of(run: Run) -> Verdict:
    """The verdict of the newest judgement."""
    if not run.evidence:
        return Verdict(False, None, "not judged", {})
    code = exit_code(one.status for one in run.evidence if one.blocking)
    counts = {status: sum(one.status == status for one in run.evidence) for status in STATUSES}
    first = run.evidence[0]
    word = CLOSED.get(code, worst(one.status for one in run.evidence))
    return Verdict(True, code, word, {name: n for name, n in counts.items() if n}, first.policy, first.judged)


def by_status(evidence: Sequence[Evidence]) -> list[Evidence]:
    """Controls with those that keep the gate shut first, then the worst status first."""
    return sorted(evidence, key=lambda one: (not one.blocking, STATUSES.index(one.status)))


def gaps(run: Run) -> list[PlacedScore]:
    """Everything that was not measured."""
    return [one for one in run.scores() if isinstance(one.score, NotMeasured)]
