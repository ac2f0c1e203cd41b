"""A trained model of tables, whatever its family: rows by number, as values and as a typed table."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ..core import ConfigError, InputError, IntegrityError, UsageError, read_json
from ..curate import as_text, numbers_of
from .checkpoint import BaseCheckpoint, Parts
from .table_columns import Cell
from .table_schema import Encoded, TableSchema

SCHEMA = "schema.json"
TYPES = {"text": pa.string(), "boolean": pa.bool_(), "whole": pa.int64(), "real": pa.float64()}


class TableCheckpoint(BaseCheckpoint):
    """See :class:`models.base.Checkpoint`.

    ``chunk`` rows are computed at a time, never fewer: so a row is the same to the bit however many are asked for.
    """

    modality = "table"
    capabilities = frozenset({"rows", "seedable"})
    chunk = 256

    @property
    def columns(self) -> Mapping[str, str]:
        """The columns of the rows, in order, and what they hold: ``text``, ``boolean``, ``whole`` or ``real``."""
        raise NotImplementedError

    def sample_records(
        self,
        n: int,
        seed: int = 0,
        *,
        where: Mapping[str, Cell] | None = None,
        sampler: str | None = None,
        first: int = 0,
    ) -> list[dict[str, Cell]]:
        """Rows ``first`` to ``first`` + n - 1 of this seed as mappings; seed and number decide each."""
        if n < 0 or first < 0:
            raise UsageError(f"sample_rows: n = {n} and first = {first} must be 0 or more")
        if sampler is not None and not self.samplers():
            raise UsageError(f"sample.sampler: a {self.family} model has none to choose from; leave it out")
        try:
            rows: list[dict[str, Cell]] = []
            for low in range(first - first % self.chunk, first + n, self.chunk):
                drawn = self._draw(low, seed, dict(where or {}), sampler)
                rows += drawn[max(low, first) - low : min(low + self.chunk, first + n) - low]
        except ConfigError as error:
            raise UsageError(f"sample: {error}") from None
        return rows

    def sample_rows(
        self,
        n: int,
        seed: int = 0,
        *,
        where: Mapping[str, Cell] | None = None,
        sampler: str | None = None,
        first: int = 0,
    ) -> pa.Table:
        """The same as a typed table: whole numbers, numbers, true or false, and text; missing values are null."""
        return typed_table(self.sample_records(n, seed, where=where, sampler=sampler, first=first), self.columns)

    def samplers(self) -> Mapping[str, Any]:
        """The samplers of this model by name, its default first; empty where there is one way only."""
        return {}

    def _draw(self, low: int, seed: int, where: Mapping[str, Cell], sampler: str | None) -> list[dict[str, Cell]]:
        """The rows ``low`` to ``low`` + chunk - 1."""
        raise NotImplementedError


class ModelledTable(TableCheckpoint):
    """A table model with a schema, whose rows have likelihoods."""

    capabilities = TableCheckpoint.capabilities | {"likelihood"}

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        if SCHEMA not in parts.run["files"]:
            raise IntegrityError(f"{folder}: run.json has no hash of {SCHEMA}; train again")
        self.schema = TableSchema.from_json(read_json(folder / SCHEMA))

    @property
    def columns(self) -> Mapping[str, str]:
        """See :attr:`TableCheckpoint.columns`."""
        return {
            column.name: _holds(column.kind, column.step, column.values, column.pooled)
            for column in self.schema.columns
        }

    def encoded(self, rows: pa.Table | Sequence[Mapping[str, Any]], use: str, seed: int) -> Encoded:
        """Rows as the model reads them. Raises :class:`InputError` where they lack a column of the model."""
        records = rows.to_pylist() if isinstance(rows, pa.Table) else list(rows)
        names = {str(name) for row in records for name in row}
        missing = [column.name for column in self.schema.columns if column.name not in names]
        if records and missing:
            raise InputError(f"{use}: no row has the column {missing[0]!r}; the model knows {', '.join(self.columns)}")
        return self.schema.encode_rows(records, seed)

    def record(self, row: Sequence[Cell]) -> dict[str, Cell]:
        """Values in the order of the columns as a mapping."""
        return {column.name: value for column, value in zip(self.schema.columns, row, strict=True)}


def typed_table(rows: Sequence[Mapping[str, Cell]], columns: Mapping[str, str]) -> pa.Table:
    """Rows under typed columns."""
    return pa.table(
        {name: pa.array([_as(row.get(name), kind) for row in rows], TYPES[kind]) for name, kind in columns.items()}
    )


def _as(value: Any, kind: str) -> Cell:
    if value is None or kind == "boolean":
        return value  # type: ignore[no-any-return]
    text = as_text(value)
    if kind == "text" or text is None:
        return text
    number = float(numbers_of([text])[0])
    if math.isnan(number):  # a mark of a missing value in a row that was copied
        return None
    return int(number) if kind == "whole" else number


def _holds(kind: str, step: float, values: Sequence[Cell], pooled: Sequence[tuple[Cell, int]]) -> str:
    told = [value for value in (*values, *(value for value, _ in pooled)) if value is not None]
    if kind == "date" or any(isinstance(value, str) for value in told):
        return "text"
    if told and all(isinstance(value, bool) for value in told):
        return "boolean"
    if kind == "number":
        return "whole" if step == 1 else "real"
    return "text" if not told else "whole" if all(isinstance(value, int) for value in told) else "real"


def drawn_shares(counts: Sequence[int], uniform: np.ndarray) -> np.ndarray:
    """Places drawn as often as ``counts`` say, by uniform numbers."""
    borders = np.cumsum(counts)
    return np.minimum(np.searchsorted(borders, uniform * borders[-1], "right"), len(borders) - 1)


def mean_nats(side: str, nats: np.ndarray) -> dict[str, Any]:
    """For run.json: the mean of nats of rows, its standard error and how many they are; empty where there are none."""
    if not len(nats):
        return {}
    error = float(nats.std(ddof=1) / len(nats) ** 0.5) if len(nats) > 1 else 0.0
    return {f"nats_per_row_{side}": float(nats.mean()), f"nats_per_row_{side}_error": error, f"{side}_rows": len(nats)}
