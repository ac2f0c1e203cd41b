"""A table as a model sees it: every column's plan, and rows as the numbers that a network reads."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ..core import ConfigError, InputError, did_you_mean, generator
from ..curate import Column, Columns, as_text, columns_from, typed
from .table_columns import Cell, TableColumn, plan_column
from .table_modes import SPREAD

MOST_COLUMNS = 1_000


@dataclass(frozen=True)
class Encoded:
    """Rows as numbers.

    ``codes`` int64 (rows, columns): the place of each value, a mode drawn where it is a number. ``offsets`` float32
    (rows, numeric columns): the distance from the mode's mean in four standard deviations, within [-1, 1]; 0 for single
    values. ``numbers`` float64 (rows, numeric columns), NaN where a cell holds none; ``points`` int64 (rows, columns):
    the place of a single value, -1 where there is none. ``log_shares`` (rows,): log share of rare values within their
    shared places. ``known`` (rows,): whether training showed such a row's values or a range around them.
    """

    codes: NDArray[np.int64]
    offsets: NDArray[np.float32]
    numbers: NDArray[np.float64]
    points: NDArray[np.int64]
    log_shares: NDArray[np.float64]
    known: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: np.ndarray) -> "Encoded":
        """Some of the rows."""
        return Encoded(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class TableSchema:
    """``columns`` in their order; ``left_out`` says of each other column why; ``rows`` of the training."""

    columns: tuple[TableColumn, ...]
    left_out: Mapping[str, str]
    rows: int

    @cached_property
    def widths(self) -> tuple[int, ...]:
        """Places of each column."""
        return tuple(column.width for column in self.columns)

    @cached_property
    def numeric(self) -> tuple[int, ...]:
        """Which columns have modes."""
        return tuple(place for place, column in enumerate(self.columns) if column.is_numeric)

    def place_of(self, name: str) -> int:
        """The number of a column; an unknown one raises :class:`ConfigError` with the nearest name."""
        names = [column.name for column in self.columns]
        if name in names:
            return names.index(name)
        if name in self.left_out:
            raise ConfigError(f"column {name!r} is left out of the model: it {self.left_out[name]}")
        raise ConfigError(f"no column {name!r}; {did_you_mean(name, names)}columns: {', '.join(names)}")

    def encode(self, found: Mapping[str, Column], rows: int, seed: int = 0, use: str = "modes of rows") -> Encoded:
        """Columns of ``rows`` rows as numbers; the mode of a number is drawn by the seed."""
        numbers = np.full((rows, len(self.numeric)), np.nan)
        codes, points = np.zeros((rows, len(self.columns)), np.int64), np.zeros((rows, len(self.columns)), np.int64)
        offsets = np.zeros((rows, len(self.numeric)), np.float32)
        log_shares, known = np.zeros(rows), np.ones(rows, bool)
        for place, column in enumerate(self.columns):
            cells = found.get(column.name, Column(column.name, np.full(rows, -1, np.int32), ()))
            point, share, number = (values[cells.codes] for values in _values_of(column, cells.values))
            points[:, place], log_shares = point, log_shares + share
            codes[:, place] = np.maximum(point, 0)
            if column.modes is None:
                known &= point >= 0
                continue
            index = self.numeric.index(place)
            numbers[:, index] = number
            inside = (number >= column.low) & (number <= column.high)
            known &= (point >= 0) | inside
            drawn = np.flatnonzero((point < 0) & np.isfinite(number))
            uniform = generator(seed, use, column.name).random(rows)[drawn]
            mode, offset = _in_modes(column, number[drawn], uniform)
            codes[drawn, place], offsets[drawn, index] = column.points + mode, offset
        return Encoded(codes, offsets, numbers, points, log_shares, known)

    def encode_rows(self, rows: Sequence[Mapping[str, Any]], seed: int = 0) -> Encoded:
        """Rows as mappings of column names to values; a column that a row lacks is missing there."""
        content = [json.dumps(dict(row), default=str, skipkeys=True) for row in rows]
        batch = pa.RecordBatch.from_pydict({"table": pa.array(content, pa.large_string())})
        return self.encode(columns_from([batch], [column.name for column in self.columns]).found, len(rows), seed)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "columns": [column.to_json() for column in self.columns],
            "left_out": dict(self.left_out),
            "rows": self.rows,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "TableSchema":
        """The schema that :meth:`to_json` wrote."""
        return cls(tuple(TableColumn.from_json(one) for one in data["columns"]), data["left_out"], data["rows"])


def plan_table(
    found: Columns, trained: NDArray[np.bool_], names: Sequence[str] | None, categories: int, modes: int, seed: int
) -> TableSchema:
    """The plan of the columns of a corpus by its training rows; with ``names`` only of those, which must be usable.

    Raises :class:`ConfigError` for a name that no row has and :class:`InputError` where no column is left.
    """
    for name in names or ():
        if name not in found.found:
            hint = did_you_mean(name, found.found)
            known = ", ".join(list(found.found)[:20])
            raise ConfigError(f"model.options.columns: no column {name!r}; {hint}columns: {known}")
    columns, left_out, rows = [], {}, int(trained.sum())
    for name, column in found.found.items():
        if names is not None and name not in names:
            left_out[name] = "is not among model.options.columns"
            continue
        plan = plan_column(typed(column.cut(trained)), rows, categories, modes, seed)
        if isinstance(plan, TableColumn):
            columns.append(plan)
        elif names is not None:
            raise ConfigError(f"model.options.columns: {name!r} {plan}; a model of tables cannot make it, take it out")
        else:
            left_out[name] = plan
    if not columns:
        told = "; ".join(f"{name!r} {reason}" for name, reason in list(left_out.items())[:5])
        raise InputError(f"no column of the table can be modelled: {told or 'the rows are empty'}")
    return TableSchema(tuple(columns), left_out, rows)


def _values_of(
    column: TableColumn, texts: tuple[str, ...]
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """The place, log share and number of each text of a cell, and at the end those of a missing one."""
    cells, numbers = column.read(texts)
    total = sum(n for _, n in column.pooled)
    places = {value: index for index, value in enumerate(column.values)}
    places |= {value: len(column.values) for value, _ in column.pooled}
    shares = {value: float(np.log(n / total)) for value, n in column.pooled}
    cells.append(None)
    return (
        np.array([places.get(cell, -1) for cell in cells], np.int64),
        np.array([shares.get(cell, 0.0) for cell in cells]),
        np.append(numbers, np.nan),
    )


def _in_modes(column: TableColumn, x: NDArray[np.float64], uniform: NDArray[np.float64]) -> tuple[Any, Any]:
    modes = column.modes
    assert modes is not None
    if not len(x):
        return np.zeros(0, np.int64), np.zeros(0, np.float32)
    total = modes.responsibilities(x).cumsum(1)
    mode = np.minimum((total < uniform[:, None] * total[:, -1:]).sum(1), len(modes.means) - 1)
    offset = (x - modes.means[mode]) / (SPREAD * modes.sds[mode])
    return mode, np.clip(offset, -1, 1).astype(np.float32)


def cells_where(schema: TableSchema, where: Mapping[str, Cell]) -> dict[int, int]:
    """Column number to place of each asked value; what is no single value of its column raises a sentence."""
    found = {}
    for name, value in where.items():
        place = schema.place_of(name)
        column = schema.columns[place]
        texts = [as_text(one) for one in column.values]
        wanted = as_text(value)
        if column.is_numeric or wanted not in texts:
            shown = ", ".join(str(text) for text in texts[:20])
            hint = did_you_mean(str(wanted), [text for text in texts if text is not None])
            raise ConfigError(f"where: {name!r} has no value {value!r} to ask for; {hint}values: {shown or 'none'}")
        found[place] = texts.index(wanted)
    return found
