"""The share of each group in a corpus beside that in a reference population: pure functions on counts.

| quantity | definition | source |
|---|---|---|
| share | rows of the group over rows with a value; Wilson's interval | Wilson 1927 |
| ratio | share over that of the reference; Wilson's interval over that of the reference, which is taken as exact | |
| effect | Cohen's h = 2 (asin sqrt(share) - asin sqrt(share of the reference)) | Cohen 1988 |
| p, q | exact binomial test, two-sided; Benjamini-Hochberg over all groups | Clopper & Pearson 1934; B. & H. 1995 |
| rows to add | x with (rows + x) / (all + x) = share of the reference, of this group alone | |
| rows to drop | of all other groups, so that the rows that stay have the share of the reference | |
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...core import wilson
from .distances import Distances, Ints, from_reference
from .group_cells import Grouped
from .reference import Cell


@dataclass(frozen=True)
class GroupShare:
    """A group's rows ``of`` all; from ``reference`` on 0 or None where there is no reference."""

    cell: Cell
    rows: int
    of: int
    share: float
    low: float
    high: float
    reference: float | None = None
    effect: float = 0.0
    p: float | None = None
    q: float | None = None

    @property
    def ratio(self) -> tuple[float, float, float] | None:
        """Share over that of the reference, with its interval."""
        if not self.reference:
            return None
        return self.share / self.reference, self.low / self.reference, self.high / self.reference

    @property
    def to_add(self) -> int:
        """Rows of this group that would have to come, with all others as they are."""
        q = self.reference or 0.0
        return max(0, math.ceil(round((q * self.of - self.rows) / (1 - q), 6))) if q < 1 else 0

    @property
    def to_drop(self) -> int | None:
        """Rows of other groups that would have to go; None where the group has no row."""
        if not self.rows or not self.reference:
            return None
        return max(0, self.of - math.floor(round(self.rows / self.reference, 6)))


@dataclass(frozen=True)
class Compared:
    """The groups of one dimension; ``distances`` and their ``q`` are None without a reference.

    ``outside`` are groups with rows that the reference has no share for: they are left out of the comparison.
    """

    grouped: Grouped
    shares: tuple[GroupShare, ...]
    distances: Distances | None = None
    q: float | None = None
    outside: tuple[tuple[Cell, int], ...] = ()


def shares_of(grouped: Grouped, counts: Ints) -> tuple[GroupShare, ...]:
    """The share of each cell, from the rows of each in ``counts`` (cells,), of which one is not 0."""
    total = int(counts.sum())
    return tuple(
        GroupShare(cell, rows, total, rows / total, *wilson(rows, total))
        for cell, rows in zip(grouped.cells, counts.tolist(), strict=True)
    )


def compared(grouped: Grouped, reference: dict[Cell, float], seed: int, draws: int) -> Compared | None:
    """The groups beside the reference, without those that it does not know; None where no group is in both."""
    counts = dict(zip(grouped.cells, grouped.counts.tolist(), strict=True))
    outside = tuple((cell, rows) for cell, rows in counts.items() if cell not in reference)
    total = sum(rows for cell, rows in counts.items() if cell in reference)
    if not total:
        return None
    cells = sorted(reference)
    shares = tuple(_beside(cell, counts.get(cell, 0), total, reference[cell]) for cell in cells)
    found = from_reference(
        np.array([share.rows for share in shares], np.int64), np.array([reference[cell] for cell in cells]), seed,
        grouped.name, draws,
    )  # fmt: skip
    return Compared(grouped, shares, found, None, outside)


def tested_shares(found: Sequence[Compared]) -> list[Compared]:
    """With q by Benjamini-Hochberg: of the distances over all dimensions, of the groups over all groups."""
    from scipy.stats import false_discovery_control

    tested = [one for one in found if one.distances]
    if not tested:
        return list(found)
    of_distance = iter(false_discovery_control([one.distances.p for one in tested if one.distances]).tolist())
    p = [share.p for one in tested for share in one.shares if share.p is not None]
    of_group = iter(false_discovery_control(p).tolist()) if p else iter(())
    result = []
    for one in found:
        if one.distances:
            shares = tuple(share if share.p is None else replace(share, q=next(of_group)) for share in one.shares)
            one = replace(one, shares=shares, q=next(of_distance))
        result.append(one)
    return result


def _beside(cell: Cell, rows: int, total: int, reference: float) -> GroupShare:
    share = rows / total
    effect = 2 * math.asin(math.sqrt(share)) - 2 * math.asin(math.sqrt(min(1.0, reference)))
    return GroupShare(
        cell, rows, total, share, *wilson(rows, total), reference, effect, _binomial(rows, total, reference)
    )


def _binomial(rows: int, total: int, reference: float) -> float:
    from scipy.stats import binomtest

    return min(1.0, float(binomtest(rows, total, min(1.0, reference)).pvalue))
