"""The classes of a corpus: how even they are, and how much each column of groups tells of them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core import NotMeasured
from ..privacy import redact
from .balance import Balance, balance, cramers_v, imbalance
from .distances import Estimate, Ints
from .group_cells import Grouped, grouped
from .row_columns import Column

MOST_CLASSES, MOST_CELLS = 1_000, 5_000
RATIO, ASSOCIATION = "class-imbalance-ratio", "group-class-cramers-v"


@dataclass(frozen=True)
class Association:
    """Groups by classes: ``table`` (groups, classes) and Cramér's V."""

    grouped: Grouped
    table: Ints
    strength: Estimate


@dataclass(frozen=True)
class Classes:
    """The classes with their balance, and their association with each column of groups."""

    grouped: Grouped
    balance: Balance
    ratio: Estimate
    associations: tuple[Association, ...]


def class_balance(
    column: Column | None, wanted: str, groups: Sequence[Grouped], minimum: int, seed: int, draws: int
) -> tuple[Classes | None, list[NotMeasured]]:
    """The balance of the classes of a column; ``wanted`` names it where a config does: then its lack is told."""
    reason = _why_not(column, wanted, minimum)
    if reason or column is None:
        return None, [NotMeasured(RATIO, redact(reason))] if reason else []
    classes = grouped([column])
    counts = classes.counts
    found, gaps = [], []
    for one in groups:
        if column.name in one.keys:
            continue
        place = {"dimension": redact(one.name), "of": redact(column.name)}
        both = (one.codes >= 0) & (classes.codes >= 0)
        shape = (len(one.cells), len(classes.cells))
        table = np.zeros(shape, np.int64)
        if shape[0] * shape[1] <= MOST_CELLS:
            np.add.at(table, (one.codes[both], classes.codes[both]), 1)
        usable = min((table.sum(0) > 0).sum(), (table.sum(1) > 0).sum()) >= 2 and both.sum() >= minimum
        if not usable:
            too_many = f"{shape[0]:,} groups by {shape[1]:,} classes are more than {MOST_CELLS:,} cells"
            few = f"fewer than two groups, two classes or {minimum} rows with a value of both"
            gaps.append(NotMeasured(ASSOCIATION, too_many if shape[0] * shape[1] > MOST_CELLS else few, place))
            continue
        strength = cramers_v(table, seed, f"{one.name}|{column.name}", draws)
        found.append(Association(one, table, strength))
    return Classes(
        classes, balance(counts, seed, column.name, draws), imbalance(counts, seed, column.name, draws), tuple(found)
    ), gaps


def _why_not(column: Column | None, wanted: str, minimum: int) -> str:
    if column is None:
        return f"no row has a value in the column {wanted!r}" if wanted else ""
    if len(column.values) < 2:
        return f"every row with a value of {column.name!r} has {column.values[0]!r}: there is one class"
    if len(column.values) > MOST_CLASSES:
        return (
            f"{column.name!r} has {len(column.values):,} values, more than {MOST_CLASSES:,}: it is no class; "
            "put it into ranges first"
        )
    rows = int(column.known.sum())
    return f"{rows:,} rows have a class, fewer than {minimum} (option minimum)" if rows < minimum else ""
