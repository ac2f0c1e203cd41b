"""The text cells of rows, and the hashes of their content."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from ...core import modality, sha256

FIXED = frozenset({"id", "step", "action", "rule", "label", "duplicate_of"})


def free_columns(rows: pa.RecordBatch | pa.Table) -> list[str]:
    """The columns whose strings come from outside: all but ids and headwater's own words."""
    return [name for name in rows.schema.names if name not in FIXED]


def cells(rows: pa.RecordBatch | pa.Table, columns: Sequence[str] | None = None) -> Iterator[tuple[int, str]]:
    """Row number and value of every string in these columns (None: all), keys and values of maps included."""
    for name in rows.schema.names if columns is None else columns:
        column = rows.column(name)
        kind = column.type
        if pa.types.is_string(kind) or pa.types.is_large_string(kind):
            yield from ((row, value) for row, value in enumerate(column.to_pylist()) if value)
        elif pa.types.is_map(kind):
            for row, pairs in enumerate(column.to_pylist()):
                yield from ((row, text) for pair in pairs or () for text in pair if text)


def sha256_of(rows: pa.RecordBatch) -> list[list[str]]:
    """Hex SHA-256 of each row's content as it stands, and the one kept where the content was not."""
    content = rows.column(modality(rows.schema)).to_pylist()
    attributes = rows.column("attributes").to_pylist()
    found = []
    for value, pairs in zip(content, attributes, strict=True):
        raw = value if isinstance(value, bytes) else (value or "").encode("utf-8", "surrogatepass")
        kept = [entry for key, entry in pairs or () if key == "sha256" and entry]
        found.append([*([sha256(raw)] if raw else []), *kept])
    return found
