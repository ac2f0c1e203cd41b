"""What a membership test has to say."""

from collections.abc import Sequence

import numpy as np

from ...core import Example, Finding, IncompleteError, Measurement, Severity
from ...curate import example
from ..statistics import clopper_pearson
from .membership_results import BLIND, Attack
from .membership_texts import Candidates
from .operating_points import at_fpr

EXAMPLES = 20
SHOWN = 400
"""Characters of a document that are shown."""


def findings(found: Candidates, attacks: Sequence[Attack], scores: Sequence[Measurement]) -> tuple[Finding, ...]:
    """HW-M010 where an attack beats the blind baseline, HW-M011 where the baseline alone tells the sides apart."""
    blind = [attack for attack in attacks if attack.name == BLIND]
    best = max((attack for attack in attacks if attack.beats_blind), key=lambda one: one.area.value, default=None)
    result: list[Finding] = []
    if best is not None:
        result.append(_recognised(found, best, blind[0], scores))
    if blind and blind[0].area.low is not None and blind[0].area.low > 0.5:
        result.append(_unlike(found, blind[0], scores))
    return tuple(result)


def _of(scores: Sequence[Measurement], *names: str) -> tuple[Measurement, ...]:
    return tuple(score for score in scores if score.slice.get("attack") in names)


def _recognised(found: Candidates, best: Attack, blind: Attack, scores: Sequence[Measurement]) -> Finding:
    examples, said = _surest(found, best)
    return Finding(
        code="HW-M010",
        severity=_severity(best),
        title=f"It can be told from the model what it was trained on (area {best.area.value:.2f} by {best.name})",
        meaning=(
            "Trained and held-out documents come from one manifest and differ by chance alone: their words give an "
            f"area of {blind.area.value:.2f}, the model's probabilities {best.area.value:.2f} (0.5 is chance). {said} "
            "Whoever holds a document and can ask for probabilities learns that it was used. What these attacks do not "
            "find may still be found by one with more knowledge: a document that is not named here is not thereby safe."
        ),
        advice=(
            "Train for fewer passes, on more documents or without duplicates, or with a smaller model; leave out what "
            "nobody may know to be in the training data. Do not hand out token probabilities."
        ),
        scores=_of(scores, best.name, BLIND),
        examples=examples,
        document_ids=tuple(shown.id for shown in examples),
    )


def _severity(best: Attack) -> Severity:
    """High where at least ten times as many members as non-members pass, or an area of 0.75 is sure."""
    if best.area.low is not None and best.area.low > 0.75:
        return "high"
    try:
        point = at_fpr(best.members, best.others, 0.01)
    except IncompleteError:
        return "medium"
    return "high" if clopper_pearson(point.members, point.of_members)[0] > 0.1 else "medium"


def _surest(found: Candidates, best: Attack) -> tuple[tuple[Example, ...], str]:
    """The members with the highest scores, and how many stand above every non-member."""
    members = np.flatnonzero(found.member)
    highest = float(best.others.max())
    above = int((best.members > highest).sum())
    order = members[np.lexsort((members, -best.scores[members]))][:EXAMPLES]
    shown = []
    for row in order.tolist():
        beaten = float((best.others < best.scores[row]).mean())
        note = f"scores above {beaten:.1%} of the non-members; seen at {found.seen[row]} steps"
        if found.copies[row] > 1:
            note += f", in {found.copies[row]} copies"
        shown.append(example(found.ids[row], found.texts[row][:SHOWN], (), note, (found.ids[row],)))
    highest_rows = np.lexsort((np.arange(len(best.scores)), -best.scores))[:EXAMPLES]
    said = (
        f"{above} of {len(best.members)} members score above every one of {len(best.others)} non-members; of the "
        f"{len(highest_rows)} highest scores of both sides {int(found.member[highest_rows].sum())} are members'."
    )
    return tuple(shown), said


def _unlike(found: Candidates, blind: Attack, scores: Sequence[Measurement]) -> Finding:
    return Finding(
        code="HW-M011",
        severity="medium",
        title=f"Trained and held-out documents differ without the model (blind area {blind.area.value:.2f})",
        meaning=(
            "A classifier that sees the texts and no model tells the two sides apart beyond chance. So they are not "
            "exchangeable, and an attack may succeed by the same difference instead of by memory. Read the gap to the "
            "baseline, not the area."
        ),
        advice=(
            "See whether weights or balance choose by content, whether near-copies or one source stand on one side, "
            "and hold out by chance alone. A few runs in a hundred show this by chance."
        ),
        scores=_of(scores, BLIND),
    )
