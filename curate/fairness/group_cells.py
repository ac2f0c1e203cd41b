"""Rows by group and intersection, with the cells that nobody is in."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from .distances import Ints
from .reference import Cell
from .row_columns import Column

MOST = 5_000


@dataclass(frozen=True)
class Grouped:
    """Rows by cell of one or several columns: ``codes`` (rows,) index ``cells``, -1 where a value is missing.

    ``cells`` are those that rows have, in alphabetical order.
    """

    keys: tuple[str, ...]
    cells: tuple[Cell, ...]
    codes: Ints

    @property
    def name(self) -> str:
        """``sex × race``."""
        return " × ".join(self.keys)

    @property
    def counts(self) -> Ints:
        """Rows of each cell."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.cells))

    @property
    def unknown(self) -> int:
        """Rows without a value in one of the columns."""
        return int((self.codes < 0).sum())

    def rows_of(self, cell: Cell) -> Ints:
        """The places of the rows of a cell."""
        return np.flatnonzero(self.codes == self.cells.index(cell))


def grouped(columns: Sequence[Column]) -> Grouped:
    """Several columns crossed."""
    stacked = np.stack([column.codes for column in columns], 1).astype(np.int64)
    known = (stacked >= 0).all(1)
    codes = np.full(len(stacked), -1, np.int64)
    found, codes[known] = np.unique(stacked[known], axis=0, return_inverse=True)
    cells = tuple(
        tuple(column.values[place] for column, place in zip(columns, row, strict=True)) for row in found.tolist()
    )
    return Grouped(tuple(column.name for column in columns), cells, codes)


def crossings(columns: Mapping[str, Column], most: int, declared: Sequence[Sequence[str]]) -> Iterator[Grouped]:
    """Each column, every crossing of up to ``most``, and those of a reference; single columns come first."""
    wanted = [chosen for size in range(1, most + 1) for chosen in combinations(columns, size)]
    seen = {frozenset(chosen) for chosen in wanted}
    for keys in declared:
        if frozenset(keys) not in seen and set(keys) <= set(columns):
            wanted.append(tuple(name for name in columns if name in keys))
            seen.add(frozenset(keys))
    for chosen in wanted:
        yield grouped([columns[name] for name in chosen])


def empty_cells(whole: Grouped, single: Mapping[str, Grouped], least: float) -> list[tuple[Cell, float]]:
    """Cells without a row that would have ``least`` rows if the columns were independent; the largest first.

    None where there are more than 5,000 possible cells.
    """
    margins = [single[key] for key in whole.keys]
    if len(margins) < 2 or np.prod([len(margin.cells) for margin in margins]) > MOST:
        return []
    total = int(whole.counts.sum())
    expected = np.array(float(total))
    for margin in margins:
        inside = np.bincount(margin.codes[whole.codes >= 0], minlength=len(margin.cells))
        expected = np.multiply.outer(expected, inside / max(total, 1))
    present = set(whole.cells)
    found = []
    for place in np.argwhere(expected >= least).tolist():
        cell = tuple(margin.cells[i][0] for margin, i in zip(margins, place, strict=True))
        if cell not in present:
            found.append((cell, float(expected[tuple(place)])))
    return sorted(found, key=lambda pair: (-pair[1], pair[0]))


def cell_name(cell: Cell) -> str:
    """``Female × Black``."""
    return " × ".join(cell)
