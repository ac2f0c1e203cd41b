"""Data that a program already holds, as a source."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pyarrow as pa

from ...core import SILENT, InputError, Progress, canonical_json, sha256
from ..base import Reject, Rejected, Source
from .arrow_rows import Found, numbered, readable_columns, rows_per_batch, table_rows
from .batches import ROWS, batched
from .columns import Columns, Modality, row_bytes
from .datasets import dataset_rows

if TYPE_CHECKING:
    from pandas import DataFrame


def source_from(
    data: Any,
    name: str = "memory",
    text: str = "text",
    fields: Mapping[str, str] | None = None,
    groups: Sequence[str] = (),
    attributes: Sequence[str] | None = None,
    modality: Modality = "text",
    declared: Mapping[str, str] | None = None,
) -> Source:
    """A source of a ``pandas.DataFrame``, ``pyarrow.Table``, ``datasets.Dataset``, or a list of texts or of dicts.

    ``name`` becomes the source of the documents and the start of their locators (``name:17``); the other options are
    those of the source jsonl. Raises :class:`InputError` for other types and for missing columns.

    >>> source_from(["Rivers rise somewhere.", "They end in the sea."], "notes").modality
    'text'
    """
    columns = Columns.of(text, fields, groups, attributes, modality, declared)
    return MemorySource(name, data, columns, _kind(data, columns, name))


Kind = Literal["frame", "table", "dataset", "list"]


class MemorySource:
    """Rows in the order of the data."""

    def __init__(self, name: str, data: Any, columns: Columns, kind: Kind) -> None:
        self.name = name
        self.modality: str = columns.modality
        self._data, self._columns, self._kind = data, columns, kind

    def batches(self, reject: Reject, progress: Progress) -> Iterator[pa.RecordBatch]:
        """Record batches in the order of the data; the bar counts rows."""
        with progress.task(f"read {self.name}", total=len(self._data)) as task:
            yield from batched(self._kept(reject, task.advance), self.modality)

    def fingerprint(self) -> str:
        """SHA-256 over every row that it yields or rejects, and the options."""
        rejected: list[Rejected] = []
        rows = [sha256(canonical_json(batch.to_pylist())) for batch in self.batches(rejected.append, SILENT)]
        reasons = [[row.locator, row.rule, sha256(row.content)] for row in rejected]
        return sha256(canonical_json({"rows": rows, "rejected": reasons, "options": self._columns.options()}))

    def _kept(self, reject: Reject, advance: Any) -> Iterator[dict[str, Any]]:
        for found in self._found():
            advance(1)
            if isinstance(found, Rejected):
                reject(found)
            else:
                yield found

    def _found(self) -> Iterator[Found]:
        match self._kind:
            case "dataset":
                return dataset_rows(self._data, self._columns, self.name, self.name)
            case "table":
                return self._of_table()
            case "frame":
                return self._of_dicts(_frame_rows(self._data))
            case "list":
                return self._of_dicts({self._columns.text: row} if isinstance(row, str) else row for row in self._data)

    def _of_table(self) -> Iterator[Found]:
        names = readable_columns(self._data.schema, self._columns, self.name)
        done = 0
        for batch in self._data.select(names).to_batches(rows_per_batch(self._data.nbytes, self._data.num_rows)):
            yield from table_rows(batch, self._columns, numbered(self.name, done), self.name)
            done += batch.num_rows

    def _of_dicts(self, rows: Iterator[Any]) -> Iterator[Found]:
        for number, row in enumerate(rows, 1):
            locator = f"{self.name}:{number}"
            if not isinstance(row, Mapping):
                evidence = f"a row must be a text or a dict, not {type(row).__name__}"
                yield Rejected(locator, self.name, "not-an-object", evidence)
                continue
            found = self._columns.record(row, locator, self.name)
            if isinstance(found, Rejected):
                found = Rejected(locator, self.name, found.rule, found.evidence, content=row_bytes(row))
            yield found


def _kind(data: Any, columns: Columns, name: str) -> Kind:
    if _is_frame(data):
        if not data.columns.is_unique:
            raise InputError(f"{name}: two columns have the same name; rename one of them")
        columns.check([str(column) for column in data.columns], name)
        return "frame"
    if isinstance(data, pa.Table):
        readable_columns(data.schema, columns, name)
        return "table"
    if not isinstance(data, Mapping) and hasattr(data, "with_format") and hasattr(data, "num_rows"):
        readable_columns(data.data.schema, columns, name)
        return "dataset"
    if isinstance(data, (list, tuple)):
        return "list"
    raise InputError(
        f"{name}: cannot read documents from {type(data).__name__}; give a DataFrame, a pyarrow.Table, "
        "a datasets.Dataset, or a list of texts or of dicts"
    )


def _is_frame(data: Any) -> bool:
    # Who holds a DataFrame has imported pandas; nobody else should wait a second for it.
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(data, pandas.DataFrame)


def _frame_rows(frame: "DataFrame") -> Iterator[dict[str, Any]]:
    for start in range(0, len(frame), ROWS):
        part = frame.iloc[start : start + ROWS]
        values = part.astype(object).where(part.notna(), None)
        for row in values.to_dict("records"):
            yield {str(key): value for key, value in row.items()}
