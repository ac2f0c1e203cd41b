"""Rows into record batches that stay small in rows and in bytes."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa

from ...core import SCHEMAS, record_batch

ROWS = 2_000
BYTES = 32 << 20


def batched(rows: Iterable[Mapping[str, Any]], modality: str) -> Iterator[pa.RecordBatch]:
    """Record batches of at most 2,000 rows and 32 MiB of content; a larger row stands alone."""
    schema = SCHEMAS[modality]
    held: list[Mapping[str, Any]] = []
    size = 0
    for row in rows:
        content = len(row[modality])
        if held and (len(held) == ROWS or size + content > BYTES):
            yield record_batch(held, schema)
            held, size = [], 0
        held.append(row)
        size += content
    if held:
        yield record_batch(held, schema)
