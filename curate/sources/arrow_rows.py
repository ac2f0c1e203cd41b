"""Rows of Arrow tables as Python values, whatever their strings hold."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pyarrow as pa

from ...core import InputError
from ..base import Rejected
from .columns import Columns, row_bytes

Found = dict[str, Any] | Rejected


def readable_columns(schema: pa.Schema, columns: Columns, place: str) -> list[str]:
    """The columns to read: those with plain values and the text; :class:`InputError` where a named one is missing."""
    columns.check(schema.names, place)
    if columns.modality == "text" and not _is_text(schema.field(columns.text).type):
        kind = schema.field(columns.text).type
        texts = [field.name for field in schema if _is_text(field.type)]
        raise InputError(
            f"{place}: column {columns.text!r} is {kind}, not text; columns of text: {', '.join(texts) or 'none'}"
        )
    return list(dict.fromkeys(field.name for field in schema if _is_plain(field.type)))


def table_rows(batch: pa.RecordBatch, columns: Columns, locator: Callable[[int], str], source: str) -> Iterator[Found]:
    """A record or a rejected row for each row of a batch; ``locator`` gets the row's number in the batch, from 0."""
    for index, row in enumerate(_python_rows(batch)):
        if isinstance(row, UnicodeDecodeError):
            yield Rejected(locator(index), source, "invalid-utf8", "a text column is not UTF-8")
            continue
        found = columns.record(row, locator(index), source)
        if isinstance(found, Rejected):
            found = Rejected(found.locator, source, found.rule, found.evidence, content=row_bytes(row))
        yield found


def numbered(name: str, done: int) -> Callable[[int], str]:
    """Locators ``name:row`` of the rows of a batch after ``done`` rows; rows count from 1."""
    return lambda index: f"{name}:{done + index + 1}"


def rows_per_batch(total_bytes: int, rows: int, limit: int = 2_000, budget: int = 32 << 20) -> int:
    """How many rows to hold at a time so that rows of average size stay within ``budget`` bytes."""
    return max(1, min(limit, budget * max(rows, 1) // max(total_bytes, 1)))


def _python_rows(batch: pa.RecordBatch) -> Sequence[dict[str, Any] | UnicodeDecodeError]:
    try:
        rows: list[dict[str, Any]] = batch.to_pylist()
        return rows
    except UnicodeDecodeError as error:
        # Parquet files may hold bytes that are no UTF-8 in columns of text: look for the rows that do.
        if batch.num_rows == 1:
            return [error]
        half = batch.num_rows // 2
        return [*_python_rows(batch.slice(0, half)), *_python_rows(batch.slice(half))]


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_text(kind.value_type)
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _is_plain(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        return _is_plain(kind.value_type)
    if isinstance(kind, pa.BaseExtensionType):
        return False
    nested = pa.types.is_nested(kind) or pa.types.is_null(kind)
    binary = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind)
    return not (nested or binary or pa.types.is_fixed_size_binary(kind))
