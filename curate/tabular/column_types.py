"""What kind of values a column of a table holds, decided on its distinct values: pure functions.

| type | rule |
|---|---|
| empty, constant | no value; one value in at least two rows |
| boolean | two values that are a known pair: true and false, yes and no, 0 and 1 ... |
| integer, real | every value is a number, none of them with a leading zero |
| date | every value is a date, ISO 8601 or day, month and year with slashes or dots |
| mixed | at least half of the rows, and not all, are numbers or dates; or the file holds numbers and text |
| identifier | nearly every row has a value of its own, and the values are numbered, coded or named so |
| category, text | at most 50 values or as many as a twentieth of the rows; anything else |

Blank values, and marks such as ``?`` and ``NA``, are missing and count in none of the rules.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..fairness.row_columns import Column

Kind = Literal[
    "empty", "constant", "boolean", "integer", "real", "date", "mixed", "identifier", "category", "text"
]  # fmt: skip
MARKS = frozenset(
    {"?", "-", "--", ".", "na", "n/a", "#n/a", "n.a.", "nan", "nil", "none", "null", "missing", "unknown"}
)
PAIRS = frozenset(
    frozenset(pair)
    for pair in (("true", "false"), ("yes", "no"), ("y", "n"), ("t", "f"), ("0", "1"), ("0.0", "1.0"), ("on", "off"))
)
NUMBER = re.compile(r"[+-]?(?:[0-9]{1,300}(?:\.[0-9]{0,300})?|\.[0-9]{1,300})(?:[eE][+-]?[0-9]{1,2})?")
LEADING_ZERO = re.compile(r"[+-]?0[0-9]")
ISO_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
    r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
SPLIT_DATE = re.compile(r"([0-9]{1,4})[/.]([0-9]{1,2})[/.]([0-9]{1,4})")
CODED = re.compile(r"[^\s]*[0-9][^\s]*")
NAMED_ID = re.compile(r"(?:.*[_\-. ])?(?:id|ids|uuid|guid|key|ssn|index|rowid|identifier|number|no|nr)", re.IGNORECASE)
CAMEL_ID = re.compile(r".*[a-z0-9](?:Id|ID)")
CATEGORIES, CATEGORY_SHARE, MOSTLY = 50, 0.05, 0.5
UNIQUE_SHARE, UNIQUE_ROWS = 0.99, 20
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Typed:
    """A column with its type.

    ``counts`` (values,) are the rows of each value, ``marked`` (values,) says which values stand for a missing one.
    ``numbers`` (values,) hold numbers, or days since 1970 where the column is ``dated``; NaN where a value is neither.
    """

    column: Column
    kind: Kind
    counts: NDArray[np.int64]
    marked: NDArray[np.bool_]
    numbers: NDArray[np.float64]
    dated: bool = False

    @property
    def name(self) -> str:
        """The name of the column."""
        return self.column.name

    @property
    def is_numeric(self) -> bool:
        """Whether its values have an order and a distance: numbers."""
        return self.kind in ("integer", "real")

    @property
    def has_numbers(self) -> bool:
        """Whether it is numeric, or mixes numbers with other text."""
        return self.is_numeric or (self.kind == "mixed" and not self.dated)

    @property
    def rows(self) -> int:
        """Rows with a value that is no mark."""
        return int(self.counts[~self.marked].sum())

    @property
    def distinct(self) -> int:
        """Values that are no marks."""
        return int((~self.marked).sum())

    @property
    def present(self) -> NDArray[np.bool_]:
        """Whether each row (rows,) has a value that is no mark."""
        return np.append(~self.marked, False)[self.column.codes]

    def per_row(self) -> NDArray[np.float64]:
        """The number (or day) of each row, NaN where there is none; marks give none."""
        return np.append(np.where(self.marked, np.nan, self.numbers), np.nan)[self.column.codes]


def typed(column: Column) -> Typed:
    """A column with its type, by the rules above."""
    values = column.values
    counts = np.bincount(column.codes[column.known], minlength=len(values)).astype(np.int64)
    marked = np.array([value.casefold() in MARKS for value in values], bool)
    left = [value for value, is_mark in zip(values, marked, strict=True) if not is_mark]
    numbers = np.full(len(values), np.nan)
    numbers[~marked] = numbers_of(left)
    rows = int(counts[~marked].sum())
    kind = _kind(column, left, counts[~marked], numbers[~marked], rows)
    dated = kind == "date" or (kind == "mixed" and not np.isfinite(numbers).any())
    if dated:
        numbers[~marked] = days_of(left)
    return Typed(column, kind, counts, marked, numbers, dated)


def _kind(
    column: Column, values: Sequence[str], counts: NDArray[np.int64], numbers: NDArray[np.float64], rows: int
) -> Kind:
    if not values:
        return "empty"
    if len(values) == 1 and rows > 1:
        return "constant"
    if frozenset(value.casefold() for value in values) in PAIRS:
        return "boolean"
    found = np.isfinite(numbers)
    if found.all():
        whole = bool((numbers == np.rint(numbers)).all())
        unique = is_unique(len(values), rows) and whole and (_named_as_id(column.name) or _numbered(column, numbers))
        return "identifier" if unique else "integer" if whole else "real"
    share = counts[found].sum() / rows
    if share >= MOSTLY or ({"text", "number"} <= column.types and share > 0):
        return "mixed"
    days = np.isfinite(days_of(values))
    if days.all():
        return "date"
    if counts[days].sum() / rows >= MOSTLY:
        return "mixed"
    return _kind_of_text(column, values, rows)


def _kind_of_text(column: Column, values: Sequence[str], rows: int) -> Kind:
    if is_unique(len(values), rows) and (
        _named_as_id(column.name) or all(len(value) <= 64 and CODED.fullmatch(value) for value in values)
    ):
        return "identifier"
    few = len(values) <= min(max(CATEGORIES, CATEGORY_SHARE * rows), max(2, rows / 2))
    return "category" if few and np.median([len(value) for value in values]) <= 100 else "text"


def is_unique(distinct: int, rows: int) -> bool:
    """Whether nearly every one of at least 20 rows has a value of its own."""
    return rows >= UNIQUE_ROWS and distinct >= UNIQUE_SHARE * rows


def _named_as_id(name: str) -> bool:
    return bool(NAMED_ID.fullmatch(name) or CAMEL_ID.fullmatch(name))


def _numbered(column: Column, numbers: NDArray[np.float64]) -> bool:
    """Whether the numbers are consecutive, or all have the same six or more digits."""
    consecutive = float(np.ptp(numbers)) < 1.02 * len(numbers)
    digits = np.floor(np.log10(np.maximum(np.abs(numbers), 1)))
    return consecutive or (float(np.ptp(digits)) == 0 and digits[0] >= 5 and float(numbers.min()) > 0)


def named_as_identifier(name: str) -> bool:
    """Whether a name says that the column numbers something: ``id``, ``patient_id``, ``orderId``."""
    return _named_as_id(name)


def numbers_of(values: Sequence[str]) -> NDArray[np.float64]:
    """Each value as a number, NaN where it is none; codes with leading zeros (``00501``) are none, all of a column."""
    if any(LEADING_ZERO.match(value) for value in values):
        return np.full(len(values), np.nan)
    found = np.array([float(value) if NUMBER.fullmatch(value) else np.nan for value in values], np.float64)
    return np.where(np.isfinite(found), found, np.nan)


def days_of(values: Sequence[str]) -> NDArray[np.float64]:
    """Each value as days since 1970, NaN where it is no date. Whether the day or the month leads, all values decide."""
    parts = [SPLIT_DATE.fullmatch(value) for value in values]
    leading = [int(part[1]) for part in parts if part and len(part[1]) <= 2]
    day_first = not any(int(part[2]) > 12 for part in parts if part) or any(12 < one <= 31 for one in leading)
    return np.array(
        [
            _iso_day(value) if part is None else _split_day(part, day_first)
            for value, part in zip(values, parts, strict=True)
        ],
        np.float64,
    )


def _iso_day(value: str) -> float:
    if not ISO_DATE.fullmatch(value):
        return float("nan")
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return float("nan")
    naive = found.replace(tzinfo=None) - (found.utcoffset() or timedelta(0))
    return (naive - datetime(1970, 1, 1)) / timedelta(days=1)


def _split_day(part: re.Match[str], day_first: bool) -> float:
    one, two, three = (int(part[place]) for place in (1, 2, 3))
    year, month, day = (one, two, three) if len(part[1]) == 4 else (three, two, one) if day_first else (three, one, two)
    if year < 1000:
        return float("nan")
    try:
        return float((date(year, month, day) - EPOCH).days)
    except ValueError:
        return float("nan")


def shown_day(day: float) -> str:
    """Days since 1970 as a date, with the time where there is one."""
    try:
        found = datetime(1970, 1, 1) + timedelta(days=day)
    except OverflowError:
        return f"{day:.0f} days since 1970"
    return found.date().isoformat() if day == int(day) else found.isoformat(" ", "minutes")
