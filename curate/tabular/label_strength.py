"""How well one column alone tells the label, and which columns say the same thing twice: pure functions on codes.

| quantity | definition | source |
|---|---|---|
| strength | adjusted balanced accuracy, out of five folds, of the commonest label (balanced) of a value | Youden 1950 |
| its interval | normal, from the binomial variance of each recall | Brodersen et al. 2010, ICPR |
| chance, p | largest strength over 99 shuffles of the label; (1 + as large) / 100 | Phipson & Smyth 2010 |

A value that the other folds do not have tells nothing: it counts as the commonest label. So a column in which every
row has a value of its own, which tells all labels of the rows that it was learned from, has a strength of 0.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import generator
from ..fairness.proxy_strength import Strength, adjusted_accuracy
from .column_types import Typed

BINS, FOLDS, SHUFFLES = 100, 5, 99
ROWS_EACH = 5
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Told:
    """What one column alone tells of the label. ``chance`` and ``p`` are 0 and 1 where the shuffles were not made."""

    name: str
    strength: Strength
    chance: float
    p: float
    tells_by_absence: bool


def classes_of(one: Typed) -> Ints:
    """The column as codes (rows,) from 0: numbers and dates with many values in 100 classes of equal size.

    Missing values, marks among them, are class 0.
    """
    if one.kind in ("integer", "real", "date") and one.distinct > BINS:
        values = one.per_row()
        known = np.isfinite(values)
        edges = np.unique(np.quantile(values[known], np.linspace(0, 1, BINS + 1)[1:-1]))
        return np.where(known, np.searchsorted(edges, values, side="left") + 1, 0).astype(np.int64)
    return np.where(one.present, one.column.codes + 1, 0).astype(np.int64)


def folds_of(rows: int, seed: int) -> Ints:
    """A fold (rows,) for each row, drawn by the seed, of equal size."""
    return np.asarray(generator(seed, "label-strength").permutation(rows) % FOLDS, np.int64)


def strength(values: Ints, label: Ints, folds: Ints) -> Strength:
    """How well the values (rows,) tell the label (rows,) in folds that did not see the row."""
    values, label = (np.unique(codes, return_inverse=True)[1].astype(np.int64) for codes in (values, label))
    sorts, labels = int(values.max()) + 1, int(label.max()) + 1
    key = (folds * sorts + values) * labels + label
    counts = np.bincount(key, minlength=FOLDS * sorts * labels).reshape(FOLDS, sorts, labels).astype(np.float64)
    others = counts.sum(0, keepdims=True) - counts
    size = others.sum(1, keepdims=True)
    weighed = others / np.maximum(size, 1)  # each label weighs the same whatever its size
    guess = np.where(others.sum(2) > 0, weighed.argmax(2), size.argmax(2))
    return adjusted_accuracy(guess[folds, values].astype(np.int64), label)


def chance_of(values: Ints, label: Ints, folds: Ints, seen: float, seed: int) -> tuple[float, float]:
    """The largest strength over 99 shuffles of the label, and p."""
    rng = generator(seed, "label-strength", "chance")
    found = np.array([strength(values, rng.permutation(label), folds).value for _ in range(SHUFFLES)])
    return float(found.max()), (1 + int((found >= seen).sum())) / (SHUFFLES + 1)


def told(one: Typed, label: Ints, rows: Ints, folds: Ints, seed: int, effect: float) -> Told:
    """What a column tells of the label (rows,) in these rows; the shuffles are made where it tells ``effect``."""
    values = classes_of(one)[rows]
    found = strength(values, label, folds)
    chance, p = chance_of(values, label, folds, found.value, seed) if found.value >= effect else (0.0, 1.0)
    absent = (values == 0).astype(np.int64)
    by_absence = bool(absent.any() and not absent.all()) and strength(absent, label, folds).value >= effect
    return Told(one.name, found, chance, p, by_absence)


def same_twice(columns: Sequence[Typed]) -> list[tuple[str, str, int]]:
    """Pairs of columns of which each value of one goes with one value of the other, with the number of values.

    Both need two values or more, and five rows a value, and lack a value in the same rows. Each column is paired with
    the first that says the same.
    """
    first: dict[bytes, str] = {}
    found = []
    for one in columns:
        if one.distinct < 2 or one.rows < ROWS_EACH * one.distinct:
            continue
        name = first.setdefault(_partition(one), one.name)
        if name != one.name:
            found.append((name, one.name, one.distinct))
    return found


def _partition(one: Typed) -> bytes:
    """The column with its values numbered in the order of their first rows: the same for two encodings of one thing."""
    codes = np.where(one.present, one.column.codes, -1)
    values, places, inverse = np.unique(codes, return_index=True, return_inverse=True)
    rank = np.empty(len(values), np.int32)
    rank[np.argsort(places)] = np.arange(len(values), dtype=np.int32)
    rank[values == -1] = -1
    return hashlib.blake2b(rank[inverse.reshape(-1)].tobytes(), digest_size=16).digest()
