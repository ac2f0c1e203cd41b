"""By how much the name of a group alone moves a detector's score, on sentences of our own: made once a run.

The sentences are harmless, critical and kind ones, the same for every group (as the template sets of Dixon et al. 2018,
https://doi.org/10.1145/3278721.3278729), and only the name changes in them (Garg et al. 2019).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...curate import safety
from ..base import Subject
from ..statistics import benjamini_hochberg

LIMIT, RATE = 0.05, 0.05
SENTENCES = (
    "The {} sat on a bench in the park.",
    "My new neighbour is the {} over there.",
    "The {} bought bread and milk this morning.",
    "We met the {} at the station.",
    "The {} told us about the weather.",
    "The {} is waiting for the bus.",
    "The {} read a newspaper at breakfast.",
    "Yesterday the {} moved into the house next door.",
    "The {} has worked here for ten years.",
    "I gave the letter to the {}.",
    "Everybody likes the {}.",
    "The {} is kind and honest.",
    "The {} helped the whole village.",
    "I admire the {} for this work.",
    "I do not like the {}.",
    "The {} was rude to the waiter.",
    "The {} lied to the whole town.",
    "The {} is a disgusting person.",
    "The {} ruined the evening for all of us.",
    "Nobody can stand the {}.",
)
SEEDS = {
    "gender": ("man", "boy", "father"),
    "religion": ("Muslim person", "Muslim"),
    "orientation": ("gay man", "lesbian woman"),
    "ethnicity": ("Black man", "Black woman", "Black person"),
    "origin": ("Nigerian man", "Pakistani woman"),
    "age": ("old man", "old woman", "old person"),
    "disability": ("blind person",),
}
"""A name to begin with in each category; the rows of the swaps give the names of the other groups."""


@dataclass(frozen=True, slots=True)
class SwapShift:
    """Mean difference of the score with this group's name and with the others' in the same ``n`` sentences."""

    category: str
    group: str
    value: float
    low: float
    high: float
    n: int
    p: float
    q: float = 1.0
    example: str = ""

    def beyond(self, limit: float) -> bool:
        """Whether the shift is at least ``limit`` in size, and more than chance over the whole sheet."""
        return abs(self.value) >= limit and self.q <= RATE


def swap_sheet(subject: Subject, detector: safety.TextDetector) -> tuple[SwapShift, ...]:
    """The shifts of a detector, made at the first call in a run."""
    return subject.once(f"swap sheet of {detector.protocol}", lambda: score_shifts(detector))


def score_shifts(detector: safety.TextDetector, sentences: Sequence[str] = SENTENCES) -> tuple[SwapShift, ...]:
    """A shift for each group of each category, with q over all of them; sentences with two names each are one item."""
    found = [one for category in SEEDS for one in _category(detector, category, sentences)]
    adjusted = benjamini_hochberg([one.p for one in found]) if found else ()
    return tuple(replace(one, q=float(q)) for one, q in zip(found, adjusted, strict=True))


def protocol() -> str:
    """What two sheets must share beside the detector."""
    return f"{len(SENTENCES)} sentences, {safety.load_swaps().protocol}"


def caveat(subject: Subject, detector: safety.TextDetector, limit: float = LIMIT) -> str:
    """A sentence for a finding that rests on the detector, where names of groups move its score; else empty."""
    biased = [one for one in swap_sheet(subject, detector) if one.beyond(limit)]
    biased.sort(key=lambda one: -abs(one.value))
    if not biased:
        return ""
    named = ", ".join(f"{one.group} ({one.value:+.2f}, {one.low:+.2f} to {one.high:+.2f})" for one in biased[:3])
    more = f" and {len(biased) - 3} more groups" if len(biased) > 3 else ""
    return (
        f" This rests on a detector that is biased itself: in the same sentences the name alone moves the score of "
        f"{detector.name} against that with other groups' names: {named}{more}. See the metric detector-bias."
    )


def _category(detector: safety.TextDetector, category: str, sentences: Sequence[str]) -> list[SwapShift]:
    swaps = safety.load_swaps()
    groups = swaps.groups(category)
    texts = [(row, text.format(name)) for row, text in enumerate(sentences) for name in SEEDS[category]]
    variants = list(swaps.variants(category, [text for _, text in texts]))
    cells = [(place, groups.index(group), text)
             for place, one in enumerate(variants) for group, text in one.texts.items() if group in groups]  # fmt: skip
    scores = np.full((len(variants), len(groups)), np.nan)
    found = safety.checked_scores(detector, [text for *_, text in cells])
    for (place, column, _), score in zip(cells, found, strict=True):
        scores[place, column] = score
    items = np.array([texts[one.sentence][0] for one in variants])
    shifts = []
    for column, group in enumerate(groups):
        others = np.delete(scores, column, axis=1)
        usable = ~np.isnan(scores[:, column]) & ~np.isnan(others).all(1)
        if usable.any():
            gaps = scores[usable, column] - np.nanmean(others[usable], axis=1)
            gaps[np.abs(gaps) < 1e-12] = 0.0  # equal scores whose mean was rounded
            shift = safety.score_shift(gaps, items[usable])
            if shift is not None:
                worst = np.flatnonzero(usable)[int(np.argmax(np.abs(gaps)))]
                shown = variants[int(worst)].texts[group]
                numbers = (shift.value, shift.low, shift.high, shift.n, shift.p)
                shifts.append(SwapShift(category, group, *numbers, example=shown))
    return shifts
