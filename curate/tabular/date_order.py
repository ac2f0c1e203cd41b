"""Rows in which two dates stand in the wrong order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .column_types import Typed

USUAL, ROWS, COLUMNS = 0.95, 20, 30


@dataclass(frozen=True)
class Disorder:
    """``first`` lies at or before ``second`` in most of the ``compared`` rows; not in ``rows``, the farthest first."""

    first: str
    second: str
    rows: NDArray[np.int64]
    compared: int


def disorders(columns: Sequence[Typed]) -> list[Disorder]:
    """Pairs of columns of dates of which one comes first in 95 % of at least 20 rows, with the rows that break it."""
    dates = [one for one in columns if one.kind == "date"][:COLUMNS]
    days = {one.name: one.per_row() for one in dates}
    found = []
    for one, other in combinations(days, 2):
        both = np.isfinite(days[one]) & np.isfinite(days[other])
        if both.sum() < ROWS:
            continue
        later = days[other] - days[one]
        for first, second, gap in ((one, other, later), (other, one, -later)):
            wrong = np.flatnonzero(both & (gap < 0))
            right = 1 - len(wrong) / both.sum()
            if USUAL <= right < 1 and (gap[both] > 0).mean() > 0.5:
                found.append(Disorder(first, second, wrong[np.argsort(gap[wrong], kind="stable")], int(both.sum())))
    return found
