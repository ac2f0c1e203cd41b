"""What holds documents in a program, and how to give back the same kind with fewer rows and other texts."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ..core import EmptyCorpus, InputError


class Container(Protocol):
    """Data of one kind. ``table`` is what :func:`source_from` reads of it."""

    @property
    def table(self) -> Any:
        """The data in a kind that :func:`source_from` knows, with the same rows in the same order."""

    def kept(self, rows: np.ndarray, texts: pa.ChunkedArray) -> Any:
        """The same kind with these rows only (ascending, from 0) and their new texts."""

    def removed(self, table: pa.Table) -> Any:
        """A table of removed rows as the same kind."""


def container_of(data: Any, text: str) -> Container:
    """The container of ``data`` with its documents in the column ``text``. Raises :class:`InputError` for others."""
    pandas = sys.modules.get("pandas")
    if pandas is not None and isinstance(data, pandas.DataFrame):
        return Frame(data, text)
    if isinstance(data, pa.Table):
        return Table(data, text)
    if isinstance(data, pa.RecordBatch):
        return Batch(data, text)
    if not isinstance(data, Mapping) and hasattr(data, "with_format") and hasattr(data, "num_rows"):
        return HubDataset(data, text)
    if isinstance(data, (list, tuple)) and not (data and all(isinstance(item, pa.RecordBatch) for item in data)):
        return Rows(list(data), text)
    if isinstance(data, Iterable) and not isinstance(data, (bytes, Mapping)):
        return Batches(data, text)
    if isinstance(data, Mapping) and data:
        raise InputError(
            f"cannot curate {type(data).__name__} as a whole; give one of its values, data[{next(iter(data))!r}]"
        )
    raise InputError(
        f"cannot curate {type(data).__name__}; give a path, a DataFrame, a datasets.Dataset, a pyarrow.Table, "
        "record batches, or a list of texts or of dicts"
    )


@dataclass(frozen=True, slots=True)
class Rows:
    """A list of texts or of dicts; a dict whose text was not edited comes back as the object that it was."""

    table: list[Any]
    text: str

    def kept(self, rows: np.ndarray, texts: pa.ChunkedArray) -> list[Any]:
        """A new list."""
        pairs = zip((self.table[row] for row in rows.tolist()), texts.to_pylist(), strict=True)
        return [self._renewed(item, text) for item, text in pairs]

    def removed(self, table: pa.Table) -> list[dict[str, Any]]:
        """Dicts."""
        return table.to_pylist()  # type: ignore[no-any-return]

    def _renewed(self, item: Any, text: str) -> Any:
        if isinstance(item, str):
            return text
        return item if item[self.text] == text else {**item, self.text: text}


@dataclass(frozen=True, slots=True)
class Frame:
    """A ``pandas.DataFrame``; index and types of the columns stay."""

    table: Any
    text: str

    def kept(self, rows: np.ndarray, texts: pa.ChunkedArray) -> Any:
        """A new frame."""
        pandas = sys.modules["pandas"]
        frame = self.table.iloc[rows].copy()
        place = [str(name) for name in frame.columns].index(self.text)
        column = frame.iloc[:, place]
        new = texts.to_pylist()
        if new != column.tolist():
            # A category that no row had would become a missing value.
            kind = object if isinstance(column.dtype, pandas.CategoricalDtype) else column.dtype
            frame.isetitem(place, pandas.Series(new, index=frame.index, dtype=kind))
        return frame

    def removed(self, table: pa.Table) -> Any:
        """A frame."""
        return table.to_pandas()


@dataclass(frozen=True, slots=True)
class Table:
    """A ``pyarrow.Table``; its schema stays, with its metadata."""

    table: pa.Table
    text: str

    def kept(self, rows: np.ndarray, texts: pa.ChunkedArray) -> pa.Table:
        """A new table."""
        mask = np.zeros(self.table.num_rows, bool)
        mask[rows] = True
        is_twice = mask.sum() < len(rows)  # a step added a copy: its other columns are those of its parent
        table = self.table.take(pa.array(rows)) if is_twice else _filtered(self.table, pa.array(mask))
        place = table.schema.get_field_index(self.text)
        kind = table.schema.field(place).type
        column = table.column(place).cast(pa.large_string()) if table.num_rows else texts
        if pc.all(pc.equal(column, texts)).as_py() is False:
            new = texts.cast(kind.value_type).dictionary_encode() if pa.types.is_dictionary(kind) else texts
            table = table.set_column(place, table.schema.field(place), new.cast(kind))
        return table

    def removed(self, table: pa.Table) -> pa.Table:
        """The table."""
        return table


class Batch:
    """One record batch."""

    def __init__(self, batch: pa.RecordBatch, text: str) -> None:
        self.table = pa.Table.from_batches([batch])
        self._text = text

    def kept(self, rows: np.ndarray, texts: pa.ChunkedArray) -> pa.RecordBatch:
        """One record batch."""
        return _one_batch(Table(self.table, self._text).kept(rows, texts))

    def removed(self, table: pa.Table) -> pa.RecordBatch:
        """One record batch."""
        return _one_batch(table)


class Batches:
    """An iterable of record batches: a reader gives a reader, a list a list, anything else an iterator.

    The batches keep their borders; one that loses all its rows comes back empty. They are held in memory.
    """

    def __init__(self, batches: Iterable[Any], text: str) -> None:
        self._kind = type(batches)
        held = list(batches)
        wrong = next((item for item in held if not isinstance(item, pa.RecordBatch)), None)
        if wrong is not None:
            raise InputError(f"cannot curate an iterable of {type(wrong).__name__}; give record batches, or a list")
        schema = getattr(batches, "schema", None) or (held[0].schema if held else None)
        if schema is None:
            raise EmptyCorpus("no record batch; there is nothing to curate")
        self.table = pa.Table.from_batches(held, schema)
        self._ends = np.cumsum([batch.num_rows for batch in held], dtype=np.int64)
        self._text = text

    def kept(self, rows: np.ndarray, texts: pa.ChunkedArray) -> Any:
        """The same kind of iterable, batch for batch."""
        table = Table(self.table, self._text).kept(rows, texts)
        ends = np.searchsorted(rows, self._ends).tolist()
        starts = [0, *ends[:-1]]
        parts = [_one_batch(table.slice(start, end - start)) for start, end in zip(starts, ends, strict=True)]
        return self._as_given(parts, table.schema)

    def removed(self, table: pa.Table) -> Any:
        """The same kind of iterable."""
        return self._as_given(table.to_batches(), table.schema)

    def _as_given(self, batches: list[pa.RecordBatch], schema: pa.Schema) -> Any:
        if issubclass(self._kind, pa.RecordBatchReader):
            return pa.RecordBatchReader.from_batches(schema, batches)
        if issubclass(self._kind, (list, tuple)):
            return batches
        found: Iterator[pa.RecordBatch] = iter(batches)
        return found


@dataclass(frozen=True, slots=True)
class HubDataset:
    """A ``datasets.Dataset``; features, split and format stay."""

    table: Any
    text: str

    def kept(self, rows: np.ndarray, texts: pa.ChunkedArray) -> Any:
        """A new data set, in memory where a text was edited."""
        selected = self.table.select(rows.tolist())
        plain = selected.with_format("arrow")[:] if len(rows) else selected.data.table.slice(0, 0)
        new = Table(plain, self.text).kept(np.arange(len(rows)), texts)
        if not len(rows) or new.column(self.text).equals(plain.column(self.text)):
            return selected
        info = self.table.info.copy()
        return type(self.table)(new, info=info, split=self.table.split).with_format(**self.table.format)

    def removed(self, table: pa.Table) -> Any:
        """A data set; maps become lists of key and value, which is how it holds them."""
        pairs = pa.list_(pa.struct([pa.field("key", pa.string()), pa.field("value", pa.string())]))
        kinds = [pairs if pa.types.is_map(field.type) else field.type for field in table.schema]
        schema = pa.schema([pa.field(name, kind) for name, kind in zip(table.column_names, kinds, strict=True)])
        return type(self.table)(table.cast(schema))


def _filtered(table: pa.Table, mask: pa.Array) -> pa.Table:
    """Arrow cannot filter columns of string views: they are turned into plain ones and back."""
    views = [pa.types.is_string_view(field.type) for field in table.schema]
    if not any(views):
        return table.filter(mask)
    plain = [
        field.with_type(pa.large_string()) if is_view else field
        for field, is_view in zip(table.schema, views, strict=True)
    ]
    return table.cast(pa.schema(plain, table.schema.metadata)).filter(mask).cast(table.schema)


def _one_batch(table: pa.Table) -> pa.RecordBatch:
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
