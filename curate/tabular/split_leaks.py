"""Rows and units that stand in two splits of a table: pure functions on hashes and codes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from ..fairness.row_columns import Column
from .row_hashes import Hashes, deletions, limit_of, row_hashes

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Crossing:
    """Rows of the split ``own`` that are equal (or near) to a row of ``other``: ``rows`` with the first such row each.

    ``pairs`` counts pairs of rows, one of each split, ``chance`` those that chance would make.
    """

    level: str
    near: int
    own: str
    other: str
    total: int
    rows: Ints
    partners: Ints
    pairs: int
    chance: float

    @property
    def surprising(self) -> bool:
        """Whether there are more pairs than chance makes; see the audit duplicate-rows."""
        return self.pairs > max((3 if self.near else 2) * self.chance, limit_of(self.chance))


def crossings(
    level: str, cells: Sequence[Hashes], splits: Column, chance: dict[tuple[int, int], float], near: int = 0
) -> Iterator[Crossing]:
    """For each ordered pair of splits, the rows of the first from which a row of the second differs in ``near`` cells.

    ``chance`` are the pairs to be expected between two splits, by their codes.
    """
    keys = [key for cut in range(near + 1) for key in near_keys(cells, cut)]
    members = [np.flatnonzero(splits.codes == code) for code in range(len(splits.values))]
    for own, other in ((a, b) for a in range(len(members)) for b in range(len(members)) if a != b):
        partner = np.full(len(splits.codes), -1, np.int64)
        for key in keys:
            _first_partners(key, members[own], members[other], partner)
        rows = members[own][partner[members[own]] >= 0]
        pairs = _pairs(cells, near, members[own], members[other])
        expected = chance[min(own, other), max(own, other)]
        yield Crossing(
            level,
            near,
            splits.values[own],
            splits.values[other],
            len(members[own]),
            rows,
            partner[rows],
            pairs,
            expected,
        )


def _first_partners(key: Hashes, own: Ints, other: Ints, partner: Ints) -> None:
    """Where a row of ``own`` has none yet, its partner becomes the first row of ``other`` with its key."""
    values, first = np.unique(key[other], return_index=True)
    place = np.minimum(np.searchsorted(values, key[own]), len(values) - 1)
    found = (values[place] == key[own]) & (partner[own] < 0)
    partner[own[found]] = other[first[place[found]]]


def _pairs(cells: Sequence[Hashes], near: int, own: Ints, other: Ints) -> int:
    """Pairs of a row of each split that differ in at most ``near`` cells; see pairs_by_distance."""
    sums = [sum(_common(key, own, other) for key in near_keys(cells, cut)) for cut in range(near + 1)]
    found = [sums[0]]
    if near >= 1:
        found.append(sums[1] - len(cells) * found[0])
    if near >= 2:
        found.append(sums[2] - comb(len(cells), 2) * found[0] - (len(cells) - 1) * found[1])
    return sum(found)


def _common(key: Hashes, own: Ints, other: Ints) -> int:
    values, counts = np.unique(key[own], return_counts=True)
    others, sizes = np.unique(key[other], return_counts=True)
    _, left, right = np.intersect1d(values, others, assume_unique=True, return_indices=True)
    return int((counts[left].astype(np.int64) * sizes[right]).sum())


def near_keys(cells: Sequence[Hashes], near: int) -> list[Hashes]:
    """One key for each choice of ``near`` columns to leave out; for 0 the key of whole rows."""
    rows = len(cells[0])
    total = row_hashes(cells, rows)
    if not near:
        return [total]
    return [total - row_hashes([cells[place] for place in chosen], rows) for chosen in deletions(len(cells), near)]


def cross_share(splits: Column) -> dict[tuple[int, int], float]:
    """The share of all pairs of rows that stand in each two splits, by the splits' codes."""
    sizes = np.bincount(splits.codes[splits.known], minlength=len(splits.values))
    whole = comb(len(splits.codes), 2)
    return {
        (one, other): float(sizes[one]) * float(sizes[other]) / whole if whole else 0.0
        for one, other in combinations(range(len(sizes)), 2)
    }


@dataclass(frozen=True)
class SharedUnits:
    """Values of a column of units (persons, sites) that stand in two splits, and the rows of ``own`` with them."""

    column: str
    own: str
    other: str
    units: int
    total: int
    rows: Ints


def shared_units(column: Column, splits: Column) -> Iterator[SharedUnits]:
    """For each ordered pair of splits, the units of the first that stand in the second too."""
    for own, other in ((a, b) for a in range(len(splits.values)) for b in range(len(splits.values)) if a != b):
        here, there = (np.unique(column.codes[(splits.codes == code) & column.known]) for code in (own, other))
        both = np.intersect1d(here, there)
        rows = np.flatnonzero((splits.codes == own) & np.isin(column.codes, both))
        yield SharedUnits(column.name, splits.values[own], splits.values[other], len(both), len(here), rows)
