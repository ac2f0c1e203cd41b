"""Rows that a model learnt from and rows held out of its training, as the attacks on synthetic tables need them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import IncompleteError, generator
from ..base import Subject
from .distances import Ints
from .paired_column import row_hashes
from .row_distances import Axis, Small, axis_of, by_content
from .two_tables import TwoTables, two_tables

LEAST = 30
"""Rows on each side."""


@dataclass(frozen=True)
class Sides:
    """``trained`` and ``held`` are corpus rows, ``made`` synthetic ones, each in the order of their contents."""

    tables: TwoTables
    axes: tuple[Axis, ...]
    trained: Ints
    held: Ints
    made: Ints

    def whole(self, rows: Ints) -> list[Small]:
        """Values of corpus rows by column."""
        return [axis.whole[rows] for axis in self.axes]

    @property
    def synthetic(self) -> list[Small]:
        """Values of the synthetic rows by column, in the order of ``made``."""
        return [axis.made[self.made] for axis in self.axes]

    def drawn(self, seed: int, most: int) -> tuple[Ints, Ints]:
        """As many trained rows as held-out ones, at most ``most`` of each, drawn by the seed."""
        return _drawn(self.trained, self.held, seed, most)

    def different(self, seed: int, most: int) -> tuple[Ints, Ints]:
        """The same, one of equal rows: these are held out together, so they are no independent targets."""
        first, second = (_first_of_equals(self.tables.ids, rows) for rows in (self.trained, self.held))
        return _drawn(first, second, seed, most)


def _drawn(trained: Ints, held: Ints, seed: int, most: int) -> tuple[Ints, Ints]:
    n = min(len(trained), len(held), most)
    sides = (("trained rows", trained), ("held-out rows", held))
    first, second = (side[np.sort(generator(seed, name).permutation(len(side))[:n])] for name, side in sides)
    return first, second


def _first_of_equals(ids: Sequence[str], rows: Ints) -> Ints:
    contents = [ids[row].split("-")[0] for row in rows.tolist()]
    return rows[np.sort(np.unique(contents, return_index=True)[1])]


def corpus_hashes(tables: TwoTables) -> NDArray[np.uint64]:
    """Numbers of all corpus rows by their contents."""
    return row_hashes([column.whole for column in tables.columns], len(tables.ids))


def sides_of(subject: Subject, what: str) -> Sides:
    """Raises :class:`IncompleteError` where no row is known to be held out of training."""
    tables = two_tables(subject)
    if tables.trained is None or not len(np.setdiff1d(tables.rows, tables.trained)):
        raise IncompleteError(
            f"{what} compares rows that the model learnt from with rows held out of its training, and none are known "
            "to be; train here with model.held_out above 0"
        )
    held = np.setdiff1d(tables.rows, tables.trained)
    if min(len(tables.trained), len(held), tables.m) < LEAST:
        raise IncompleteError(
            f"{what} needs {LEAST} trained, held-out and synthetic rows, not {len(tables.trained):,}, {len(held):,} "
            f"and {tables.m:,}"
        )
    order = subject.once("corpus rows by content", lambda: by_content(corpus_hashes(tables), tables.ids))
    made = by_content(tables.hashes[1], tables.made_ids)
    axes = subject.once("axes of rows", lambda: tuple(axis_of(column) for column in tables.columns))
    return Sides(tables, axes, order[np.isin(order, tables.trained)], order[np.isin(order, held)], made)


def names_of(tables: TwoTables, rows: Sequence[int] | Ints, most: int) -> tuple[str, ...]:
    """Ids of corpus rows, the first ``most`` different ones."""
    return tuple(dict.fromkeys(tables.ids[int(row)] for row in rows))[:most]
