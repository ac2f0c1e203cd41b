"""Rows of a table that are equal, or equal but for a few cells, found by sums of hashes: pure functions.

The hash of a row is the sum (modulo 2^64) of the hashes of its cells, so that leaving out columns is a subtraction.
Two rows differ in at most k cells if, and only if, they are equal when some k columns are left out: sorting the hashes
once for each choice of k columns finds every such pair (the deletion neighbourhood of Mor & Fraenkel 1982, on columns).
Two different rows share a hash with probability 2^-64; pairs that are shown are compared cell by cell.

| quantity | definition |
|---|---|
| pairs at distance d | pairs of rows that differ in exactly d cells, counted by inclusion and exclusion |
| expected pairs | the same if two halves of the columns were independent; the largest of eight halvings |
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
import xxhash
from numpy.typing import NDArray

from ...core import generator
from ..fairness.row_columns import Column

Hashes = NDArray[np.uint64]
CHOICES, HALVINGS, SHOWN, FEW = 2_000, 8, 200, 20
MISSING = b"\xff"  # no UTF-8 text is this byte


@dataclass(frozen=True)
class Equals:
    """Groups of equal rows: ``group`` (rows,) numbers them; ``sizes`` and ``first`` row are those of each group."""

    group: NDArray[np.int64]
    sizes: NDArray[np.int64]
    first: NDArray[np.int64]

    @property
    def pairs(self) -> int:
        """Pairs of equal rows."""
        return pairs_in(self.sizes)

    @property
    def repeated(self) -> NDArray[np.bool_]:
        """Whether each row (rows,) has an equal one."""
        return np.asarray(self.sizes[self.group] > 1)

    @property
    def copies(self) -> NDArray[np.bool_]:
        """Whether each row (rows,) has an equal one before it."""
        return np.asarray(self.first[self.group] != np.arange(len(self.group)))


def cell_hashes(column: Column) -> Hashes:
    """A hash of each cell (rows,): of the value and the name of the column, the same in every table."""
    seed = xxhash.xxh3_64_intdigest(column.name.encode("utf-8", "surrogatepass"))
    values = [value.encode("utf-8", "surrogatepass") for value in column.values]
    table = np.array([xxhash.xxh3_64_intdigest(value, seed) for value in (*values, MISSING)], np.uint64)
    return np.asarray(table[column.codes])


def row_hashes(cells: Sequence[Hashes], rows: int) -> Hashes:
    """Sums over columns (rows,)."""
    total = np.zeros(rows, np.uint64)
    for one in cells:
        total += one
    return total


def equals(hashes: Hashes) -> Equals:
    """Groups of equal hashes, numbered by their value; ``first`` is the first row of each in the table."""
    _, first, group, sizes = np.unique(hashes, return_index=True, return_inverse=True, return_counts=True)
    return Equals(group.reshape(-1).astype(np.int64), sizes.astype(np.int64), first.astype(np.int64))


def pairs_in(sizes: NDArray[np.int64]) -> int:
    """Pairs within groups of these sizes."""
    return int((sizes.astype(np.float64) * (sizes - 1) / 2).sum())


def equal_pairs(hashes: Hashes) -> int:
    """Pairs of equal hashes."""
    ordered = np.sort(hashes)
    if not len(ordered):
        return 0
    return pairs_in(np.diff(np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1], [True]]))))


def deletions(columns: int, cells: int) -> Iterator[tuple[int, ...]]:
    """The choices of exactly ``cells`` columns."""
    return combinations(range(columns), min(cells, columns))


def affordable(columns: int, cells: int) -> int:
    """``cells``, or the largest smaller number for which the choices of columns are at most 2,000."""
    return next((k for k in range(min(cells, columns - 1), 0, -1) if comb(columns, k) <= CHOICES), 0)


def pairs_by_distance(cells: Sequence[Hashes], most: int) -> list[int]:
    """Pairs of rows that differ in exactly 0, 1, ... ``most`` (at most 2) cells."""
    rows = len(cells[0])
    total = row_hashes(cells, rows)
    same = equal_pairs(total)
    found = [same]
    if most >= 1:
        without = [equal_pairs(total - one) for one in cells]
        found.append(sum(without) - len(cells) * same)
    if most >= 2:
        both = sum(equal_pairs(total - cells[i] - cells[j]) for i, j in combinations(range(len(cells)), 2))
        # a pair at distance 1 is equal without the column in which it differs and any other
        found.append(both - comb(len(cells), 2) * same - (len(cells) - 1) * found[1])
    return found


def near_rows(cells: Sequence[Hashes], most: int) -> tuple[NDArray[np.bool_], list[tuple[int, int]]]:
    """Which rows (rows,) have another that differs in 1 to ``most`` cells, and up to 200 such pairs, in row order."""
    rows = len(cells[0])
    total = row_hashes(cells, rows)
    same = equal_pairs(total)
    marked, pairs = np.zeros(rows, bool), set[tuple[int, int]]()
    for chosen in deletions(len(cells), most):
        left = total - row_hashes([cells[place] for place in chosen], rows)
        if equal_pairs(left) == same:
            continue
        order = np.argsort(left, kind="stable")
        starts = np.flatnonzero(np.concatenate([[True], left[order][1:] != left[order][:-1]]))
        ends = np.append(starts[1:], rows)
        inside = total[order]
        differs = np.minimum.reduceat(inside, starts) != np.maximum.reduceat(inside, starts)
        marked[order[np.repeat(differs, ends - starts)]] = True
        groups = np.flatnonzero(differs)
        for group in groups[np.argsort(order[starts[groups]], kind="stable")][:SHOWN].tolist():
            pairs.update(_some_pairs(order[starts[group] : ends[group]], total))
    return marked, sorted(pairs)[:SHOWN]


def _some_pairs(members: NDArray[np.int64], total: Hashes) -> Iterator[tuple[int, int]]:
    """The first row of a group (in order) with up to 20 rows that differ from it."""
    first = int(members[0])
    others = members[total[members] != total[first]]
    yield from ((first, one) for one in others[:FEW].tolist())


def expected_pairs(cells: Sequence[Hashes], most: int, seed: int) -> list[float]:
    """Pairs at distance 0, 1, ... ``most`` that two independent halves of the columns would make by chance.

    Each half keeps what its columns have to do with one another. Of eight halvings, drawn by the seed, the one counts
    in which most pairs are expected at distances up to ``most``; a single column has no halves and expects what it has.
    """
    rows = len(cells[0])
    if len(cells) < 2 or rows < 2:
        return [float(one) for one in pairs_by_distance(cells, most)]
    rng = generator(seed, "expected-pairs")
    tried: list[list[float]] = []
    for _ in range(HALVINGS):
        order = rng.permutation(len(cells))
        halves = [[cells[place] for place in part] for part in np.array_split(order, 2)]
        one, other = (np.array(pairs_by_distance(half, most), np.float64) / comb(rows, 2) for half in halves)
        found = np.convolve(one, other)[: most + 1] * comb(rows, 2)
        tried.append(found.tolist())
    return max(tried, key=sum)


def limit_of(expected: float) -> float:
    """The 97.5 % quantile of a Poisson count with this mean."""
    from scipy.stats import poisson

    return float(poisson.ppf(0.975, expected)) if expected > 0 else 0.0
