"""Rows of two tables as the items of a score, so that the same score of another model can be compared with it.

Real rows are on both sides of such a comparison and pair; synthetic rows of equal number stand beside each other.
"""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ...core import Score
from ..items import ItemValues
from ..statistics import Floats, placements


def distinct(ids: Sequence[str]) -> list[str]:
    """Ids without repeats: of tens of thousands of equal rows two can share an id, and the second is then numbered.

    >>> distinct(["a", "b", "a"])
    ['a', 'b', 'a (2)']
    """
    times: Counter[str] = Counter()
    found = []
    for name in ids:
        times[name] += 1
        found.append(name if times[name] == 1 else f"{name} ({times[name]})")
    return found


def row_items(score: Score, rows: Sequence[str], made: Sequence[str], marks: Floats, others: Floats) -> ItemValues:
    """1 - (mean of ``marks`` of real rows - mean of ``others`` of synthetic ones) as a difference of two means."""
    first = ([f"real {name}" for name in rows], 1 - marks, np.ones_like(marks))
    return ItemValues.of_difference(
        score, first, ([f"synthetic {name}" for name in made], -others, np.ones_like(others))
    )


def area_items(
    score: Score, positive: Floats, negative: Floats, positives: Sequence[str], negatives: Sequence[str]
) -> ItemValues:
    """The items of an area under the ROC curve as the mean placement of one side, less what the other side adds: 0."""
    found = placements(positive, negative)
    first = negatives, found.negative, np.ones_like(found.negative)
    return ItemValues.of_difference(score, first, (positives, found.auc - found.positive, np.ones_like(found.positive)))
