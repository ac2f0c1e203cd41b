"""One column of two tables under common codes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...curate import MISSING_MARKS as MARKS
from ...curate import Column, Typed, days_of, numbers_of
from .distances import Ints, Witness, kolmogorov, total_variation

Floats = NDArray[np.float64]
MISSING, TEXT = "(missing)", "(no number)"
UNFIT = {
    "identifier": "each row has a value of its own, as an identifier does",
    "text": "it holds free text, of which shares of values say nothing",
}


@dataclass(frozen=True)
class PairedColumn:
    """``whole`` (corpus rows,) and ``made`` (synthetic rows,) index ``labels``.

    Numbers (and dates, as days since 1970) come first and in order; ``order`` (values,) holds them and is NaN for what
    has no place there: all values of a category, a missing value, a text among numbers. Marks such as ``?`` and ``NA``
    are missing.
    """

    name: str
    whole: Ints
    made: Ints
    labels: tuple[str, ...]
    order: Floats
    dated: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its values have an order."""
        return bool(np.isfinite(self.order).any())

    @property
    def atoms(self) -> int:
        """Values without a place in the order."""
        return int((~np.isfinite(self.order)).sum())

    @property
    def rule(self) -> str:
        """What it is compared by."""
        return "Kolmogorov-Smirnov" if self.is_number else "total variation"

    def counts(self, codes: Ints) -> Ints:
        """Rows of each value, (values,)."""
        return np.bincount(codes, minlength=len(self.labels)).astype(np.int64)

    def witness(self, first: Ints, second: Ints) -> Witness:
        """The distance of two samples given as codes."""
        p, q = self.counts(first), self.counts(second)
        return kolmogorov(p, q, self.atoms) if self.is_number else total_variation(p, q)


def paired_column(told: Typed, made: Column | None) -> PairedColumn | str:
    """A column of the corpus and of synthetic rows under common codes, or why it cannot be compared.

    What the corpus holds decides its type.
    """
    if made is None:
        return "the synthetic rows lack it"
    if told.kind in UNFIT:
        return UNFIT[told.kind]
    if "nested" in told.column.types:
        return "it holds lists or objects"
    is_number = told.kind in ("integer", "real", "date") or (told.kind == "mixed" and np.isfinite(told.numbers).any())
    own, others = told.column.values, made.values
    if is_number:
        keys = [_number_keys(own, told.numbers), _number_keys(others, _numbers(told, others))]
    else:
        keys = [[(1, 0.0, _mark(value)) for value in values] for values in (own, others)]
    missing = (1, 0.0, MISSING)
    for column, found in zip((told.column, made), keys, strict=True):
        found.append(missing)  # the code -1 of a missing value finds it at the end
        assert len(found) == len(column.values) + 1
    used = {key for keys_of, column in zip(keys, (told.column, made), strict=True) for key in _used(keys_of, column)}
    ranked = sorted(used)
    place = {key: index for index, key in enumerate(ranked)}
    whole, synthetic = (
        np.array([place.get(key, 0) for key in found], np.int64)[column.codes]
        for column, found in zip((told.column, made), keys, strict=True)
    )
    order = np.array([number if group == 0 else np.nan for group, number, _ in ranked], np.float64)
    return PairedColumn(told.name, whole, synthetic, tuple(label for _, _, label in ranked), order, told.dated)


Key = tuple[int, float, str]


def _used(keys: Sequence[Key], column: Column) -> set[Key]:
    return {keys[code] for code in np.unique(column.codes).tolist()}


def _number_keys(values: Sequence[str], numbers: Floats) -> list[Key]:
    """Equal numbers are one value, however they are written (1 and 1.0)."""
    return [
        (0, number, f"{number:g}") if np.isfinite(number) else (1, 0.0, MISSING if _mark(value) == MISSING else TEXT)
        for value, number in zip(values, numbers.tolist(), strict=True)
    ]


def _numbers(told: Typed, values: Sequence[str]) -> Floats:
    if told.dated:
        return days_of([*values, *told.column.values])[: len(values)]
    return np.array([numbers_of([value])[0] for value in values], np.float64)


def _mark(value: str) -> str:
    return MISSING if value.casefold() in MARKS else value


def missing_share(column: PairedColumn, codes: Ints) -> float:
    """The share of rows without a value."""
    if MISSING not in column.labels or not len(codes):
        return 0.0
    return float((codes == column.labels.index(MISSING)).mean())


def row_hashes(columns: Sequence[Ints], rows: int) -> NDArray[np.uint64]:
    """A 64-bit number for each row that depends on its values alone: what is dealt by it does not know the order."""
    found = np.full(rows, 0x9E3779B97F4A7C15, np.uint64)
    for codes in columns:
        found = _mixed(found ^ (codes.astype(np.uint64) + np.uint64(1)))
    return found


def _mixed(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64 (Steele, Lea & Flood 2014, OOPSLA)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))
