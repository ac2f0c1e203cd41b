"""What decisions are compared on: who counts in each measure, and what is a hit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from ...core import did_you_mean
from .group_rates import Bools, Ints
from .row_columns import Column

POSITIVE = ("1", "1.0", "true", "yes", "y", "positive")


@dataclass(frozen=True)
class Measure:
    """``counts`` (rows,) says which rows are in the denominator, ``hits`` (rows,) which of them count as a hit."""

    name: str
    of: str
    meaning: str
    counts: Bools
    hits: Bools
    bad_when_high: bool = False


@dataclass(frozen=True)
class Dimension:
    """One group column, or several crossed: ``codes`` (rows,) index ``names``, -1 where a value is missing."""

    name: str
    keys: tuple[str, ...]
    codes: Ints
    names: tuple[str, ...]


def measures(label: tuple[str, Bools, Bools] | None, prediction: tuple[str, Bools, Bools] | None) -> Iterator[Measure]:
    """The measures that a label and a prediction allow; each is its column, the rows with a value, and the positive."""
    if label is not None:
        name, known, y = label
        yield Measure("base-rate", name, f"rows with {name}", known, y)
    if prediction is None:
        return
    guess, decided, z = prediction
    yield Measure("selection-rate", guess, f"rows with {guess}", decided, z)
    if label is None:
        return
    both = known & decided
    pair = f"{guess} against {name}"
    yield Measure("true-positive-rate", pair, "positive rows that are predicted positive", both & y, z)
    yield Measure("false-positive-rate", pair, "negative rows that are predicted positive", both & ~y, z, True)
    yield Measure("accuracy", pair, "rows that are predicted right", both, y == z)
    yield Measure("precision", pair, "rows predicted positive that are positive", both & z, y)


def dimensions(columns: Sequence[Column], most: int) -> Iterator[Dimension]:
    """Each column by itself and, from two on, every crossing of at most ``most`` columns; single columns come first."""
    for size in range(1, min(most, len(columns)) + 1):
        for chosen in combinations(columns, size):
            yield crossed(chosen)


def crossed(columns: Sequence[Column]) -> Dimension:
    """Several columns as one: only the combinations that rows have."""
    stacked = np.stack([column.codes for column in columns], 1).astype(np.int64)
    known = (stacked >= 0).all(1)
    codes = np.full(len(stacked), -1, np.int64)
    cells, codes[known] = np.unique(stacked[known], axis=0, return_inverse=True)
    names = tuple(" × ".join(column.values[i] for column, i in zip(columns, cell, strict=True)) for cell in cells)
    keys = tuple(column.name for column in columns)
    return Dimension(" × ".join(keys), keys, codes, names)


def positive_value(column: Column, wanted: str | None) -> str:
    """The value that counts as positive, or the reason why there is none, which begins with a blank.

    Of two values: the one that is called 1, true or yes, else the rarer one, else the later in the alphabet.
    """
    if len(column.values) == 1:
        return f" the column {column.name!r} has one value in every row that has any: {column.values[0]!r}"
    if wanted is not None:
        if wanted in column.values:
            return wanted
        hint = did_you_mean(wanted, column.values)
        listed = ", ".join(column.values[:8])
        return f" no row has the value {wanted!r} of positive in the column {column.name!r}; {hint}it has {listed}"
    if len(column.values) > 2:
        shown = ", ".join(column.values[:5])
        return (
            f" the column {column.name!r} has {len(column.values):,} values ({shown}, ...); name the one that counts "
            "as positive with the option positive"
        )
    called = [value for value in column.values if value.lower() in POSITIVE]
    if len(called) == 1:
        return called[0]
    counts = np.bincount(column.codes[column.known], minlength=2)
    return column.values[0] if counts[0] < counts[1] else column.values[1]
