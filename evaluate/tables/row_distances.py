"""Distances between rows of mixed columns, block by block and in whole numbers, so that equal distances are equal.

Gower's distance (Gower 1971, Biometrics 27, 857-871): the mean over columns of |a - b| / range for numbers (the range
of the corpus) and of 0 or 1 for categories. A missing number or a text among numbers is at 1 from every other value.
Distances are whole numbers of 2^-20 of a column: sums are exact, and what is nearest does not depend on the order of
rows or columns.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .distances import Bools, Ints
from .paired_column import PairedColumn

UNIT = 1 << 20
_FAR, _ATOM, _STEP = 1 << 24, 1 << 28, 1 << 25
_MOST_UNITS = 3
BLOCK = 1 << 22
"""Distances of a block: 16 MB."""
Small = NDArray[np.int32]


@dataclass(frozen=True)
class Axis:
    """One column: ``whole`` (corpus rows,) and ``made`` (synthetic rows,) as places on the axis or as codes."""

    name: str
    is_number: bool
    whole: Small
    made: Small

    def block(self, left: Small, right: Small) -> Small:
        """Distances (b, n) of values (b,) and (n,) in units."""
        if not self.is_number:
            return np.where(left[:, None] != right[None], np.int32(UNIT), np.int32(0))
        found: Small = np.abs(left[:, None] - right[None])
        np.putmask(found, found > _FAR, np.int32(UNIT))
        return found

    def pairs(self, left: Small, right: Small) -> Small:
        """Distances (n,) of values side by side."""
        if not self.is_number:
            return np.where(left != right, np.int32(UNIT), np.int32(0))
        found: Small = np.abs(left - right)
        np.putmask(found, found > _FAR, np.int32(UNIT))
        return found


def axis_of(column: PairedColumn) -> Axis:
    """A column as an axis. Synthetic numbers beyond 3 ranges of the corpus count as that far."""
    if not column.is_number:
        return Axis(column.name, False, column.whole.astype(np.int32), column.made.astype(np.int32))
    real = column.order[np.unique(column.whole)]
    real = real[np.isfinite(real)]
    low, width = (float(real.min()), float(np.ptp(real))) if len(real) else (0.0, 0.0)
    scaled = (column.order - low) / (width or 1.0)
    numbers = np.isfinite(column.order)
    places = np.zeros(len(column.order), np.int32)
    places[numbers] = np.round(np.clip(scaled[numbers], -_MOST_UNITS, _MOST_UNITS) * UNIT).astype(np.int32)
    places[~numbers] = _ATOM + _STEP * np.arange((~numbers).sum(), dtype=np.int64).astype(np.int32)
    return Axis(column.name, True, places[column.whole], places[column.made])


@dataclass(frozen=True)
class NearestRows:
    """Of each row: the nearest row of the others, its distance and the second nearest distance; in [0, 1] and up."""

    source: Ints
    nearest: NDArray[np.float64]
    second: NDArray[np.float64]

    @property
    def ratios(self) -> NDArray[np.float64]:
        """NNDR: nearest over second nearest, 0 for a copy of one row; 1 where two rows are equally near."""
        return np.divide(self.nearest, self.second, out=np.ones_like(self.nearest), where=self.second > 0)


def row_blocks(rows: int, others: int, columns: int = 1) -> Iterator[slice]:
    """Slices of rows whose distances to all others, kept for so many columns, fill a block."""
    size = max(1, BLOCK // max(1, others * columns))
    return (slice(low, min(low + size, rows)) for low in range(0, rows, size))


def nearest_rows(
    axes: Sequence[Axis], left: Sequence[Small], right: Sequence[Small], own: Ints | None = None
) -> NearestRows:
    """For each row of ``left`` (values by column) its nearest among all rows of ``right``; of equals the first.

    ``own``: for each row of ``left`` its place in ``right``, which is left out. No row of ``right`` is ever thinned.
    """
    m, n = len(left[0]), len(right[0])
    source, near = np.zeros(m, np.int64), np.zeros((m, 2), np.int64)
    most = np.iinfo(np.int32).max
    for here in row_blocks(m, n):
        total = distances_of(axes, [values[here] for values in left], right)
        rows = np.arange(len(total))
        if own is not None:
            total[rows, own[here]] = most
        found = total.argmin(1)
        source[here], near[here, 0] = found, total[rows, found]
        total[rows, found] = most
        near[here, 1] = total.min(1)
    scaled = near / (UNIT * len(axes))
    return NearestRows(source, scaled[:, 0], scaled[:, 1])


def nearest_weights(axes: Sequence[Axis], left: Sequence[Small], right: Sequence[Small]) -> NDArray[np.float64]:
    """For each row of ``right`` how many rows of ``left`` it is the nearest of; equally near rows share one equally."""
    weights = np.zeros(len(right[0]))
    for here in row_blocks(len(left[0]), len(right[0])):
        total = distances_of(axes, [values[here] for values in left], right)
        nearest = total == total.min(1, keepdims=True)
        weights += (1 / nearest.sum(1)) @ nearest
    return weights


def distances_of(axes: Sequence[Axis], left: Sequence[Small], right: Sequence[Small]) -> Small:
    """Sums over the columns of the distances (b, n), in units."""
    total = axes[0].block(left[0], right[0])
    for axis, a, b in zip(axes[1:], left[1:], right[1:], strict=True):
        total += axis.block(a, b)
    return total


def by_content(hashes: NDArray[np.uint64], ids: Sequence[str]) -> Ints:
    """The order of rows by content, equal ones by id: what is drawn or found in it does not know the order of rows."""
    return np.lexsort((np.array(ids, dtype=object).astype(str), hashes)).astype(np.int64)


def equal_rows(first: NDArray[np.uint64], second: NDArray[np.uint64]) -> Bools:
    """Which rows of the first side have an equal on the second, by the numbers of their contents."""
    return np.isin(first, second)
