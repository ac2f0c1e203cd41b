"""The number columns of a table and its columns of groups as arrays."""

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Progress, UsageError, did_you_mean
from ..privacy import redact
from .cells import column_values

MOST_GROUPS = 50
MOST_COLUMNS = 500


@dataclass(frozen=True)
class NumberTable:
    """The rows with all columns: ``values`` (rows, columns), ``dummies`` (rows, groups but each column's first)."""

    ids: list[str]
    rows: list[str]
    columns: tuple[str, ...]
    groups: tuple[str, ...]
    values: NDArray[np.float64]
    dummies: NDArray[np.float64]
    left: int


def read_numbers(
    corpus: Corpus, sensitive: Sequence[str], columns: Sequence[str], step: str, progress: Progress
) -> NumberTable:
    """Read the corpus twice. Raises :class:`UsageError` for a column without numbers, or one without values."""
    if not len(corpus):
        return NumberTable([], [], (), (), np.zeros((0, 0)), np.zeros((0, 0)), 0)
    wanted = tuple(columns) or _number_columns(corpus, sensitive)
    if not wanted:
        raise UsageError(f"{step}: no other column holds numbers in every row that has a value; name columns")
    ids, rows, numbers, groups, left = [], [], [], [], 0
    with progress.task(step, len(corpus)) as task:
        for batch in corpus.batches():
            names = zip(*column_values(batch, sensitive), strict=True)
            contents = zip(batch.column("id").to_pylist(), batch.column("table").to_pylist(), names, strict=True)
            for name, content, values in contents:
                row = parsed(content)
                found = [_number(row.get(column), column, step, content) for column in wanted]
                if None in found or None in values:
                    left += 1
                else:
                    ids.append(name)
                    rows.append(content)
                    numbers.append(found)
                    groups.append(values)
            task.advance(batch.num_rows)
    _require(corpus, wanted, sensitive, left, step)
    dummies, names_of = _dummies(groups, sensitive, step)
    return NumberTable(ids, rows, wanted, names_of, np.array(numbers, np.float64).reshape(len(ids), -1), dummies, left)


def parsed(content: str | None) -> dict[str, Any]:
    """The values of a row; an empty row for what is none."""
    try:
        row = json.loads(content or "{}")
    except (ValueError, RecursionError):
        return {}
    return row if isinstance(row, dict) else {}


def as_number(value: Any) -> float | None:
    """A finite number, also where it is written as text; None for everything else."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _number(value: Any, column: str, step: str, content: str | None) -> float | None:
    if value is None or (isinstance(value, str) and value.strip() in ("", "?", "NA", "nan", "NaN")):
        return None
    number = as_number(value)
    if number is None:
        raise UsageError(
            f"{step}: column {redact(column)[:80]!r} holds {redact(str(value))[:40]!r}, which is no number; name "
            "columns of numbers only"
        )
    return number


def _number_columns(corpus: Corpus, sensitive: Sequence[str]) -> tuple[str, ...]:
    """Columns in which every value is a number, in the order in which they appear."""
    good: dict[str, bool] = {}
    for batch in corpus.batches(["table"]):
        for content in batch.column("table").to_pylist():
            for column, value in parsed(content).items():
                missing = value is None or (isinstance(value, str) and value.strip() in ("", "?", "NA", "nan", "NaN"))
                if column not in sensitive and not missing and good.get(column, True):
                    good[column] = as_number(value) is not None
    return tuple(column for column, is_number in good.items() if is_number)[:MOST_COLUMNS]


def _dummies(groups: list[Any], sensitive: Sequence[str], step: str) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """A column of 0 and 1 for each value of each sensitive column but the first in the alphabet."""
    parts, names = [np.zeros((len(groups), 0))], []
    for place, column in enumerate(sensitive):
        values = [group[place] for group in groups]
        known = sorted(set(values))
        if len(known) > MOST_GROUPS:
            raise UsageError(f"{step}: {redact(column)[:80]!r} has {len(known):,} values; put them into ranges first")
        parts.append(
            np.array([[float(value == one) for one in known[1:]] for value in values]).reshape(len(groups), -1)
        )
        names += [f"{column}: {one}" for one in known[1:]]
    return np.concatenate(parts, 1), tuple(names)


def _require(corpus: Corpus, columns: Sequence[str], sensitive: Sequence[str], left: int, step: str) -> None:
    """A name that no row has is a mistake and not a column of missing values."""
    if left < len(corpus):
        return
    known: set[str] = set()
    for batch in corpus.batches(["table"], rows=200):
        known.update(key for content in batch.column("table").to_pylist() for key in parsed(content))
        break
    for column in (*sensitive, *columns):
        if column not in known:
            hint = did_you_mean(column, sorted(known))
            raise UsageError(f"{step}: no row has a column {redact(column)[:80]!r}; {hint}name a column of the table")
