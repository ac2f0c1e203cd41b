"""The record batches that flow between stages, and document ids.

Every kind of corpus shares the provenance columns; the content columns say what the record is:
text (``text``), image (``image``: raw uint8 bytes in row-major H x W x C order, with ``height``, ``width``,
``channels``) or table (``table``: one JSON object of column values).
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

PROVENANCE = [
    pa.field("source", pa.string()),
    pa.field("url", pa.string()),
    pa.field("licence", pa.string()),
    pa.field("collected", pa.string()),
    pa.field("language", pa.string()),
    pa.field("groups", pa.map_(pa.string(), pa.string())),
    pa.field("attributes", pa.map_(pa.string(), pa.string())),
]
TEXT_SCHEMA = pa.schema([pa.field("id", pa.string()), pa.field("text", pa.large_string()), *PROVENANCE])
IMAGE_SCHEMA = pa.schema(
    [
        pa.field("id", pa.string()),
        pa.field("image", pa.large_binary()),
        pa.field("height", pa.int32()),
        pa.field("width", pa.int32()),
        pa.field("channels", pa.int32()),
        *PROVENANCE,
    ]
)
TABLE_SCHEMA = pa.schema([pa.field("id", pa.string()), pa.field("table", pa.large_string()), *PROVENANCE])
SCHEMAS = {"text": TEXT_SCHEMA, "image": IMAGE_SCHEMA, "table": TABLE_SCHEMA}
UNKNOWN = "unknown"


def document_id(content: bytes, locator: str) -> str:
    """The stable id of a document: 16 hex digits of its content hash, 8 of its place in the source.

    ``locator`` must not depend on the machine: ``numpy/2.4.6/numpy/linalg/_linalg.py:88``, ``corpus.jsonl:17``.
    The same content at two places keeps the same first half, so exact duplicates are visible in the ids.
    """
    place = hashlib.sha256(locator.encode("utf-8", "backslashreplace")).hexdigest()
    return f"{hashlib.sha256(content).hexdigest()[:16]}-{place[:8]}"


def modality(schema: pa.Schema) -> str:
    """``text``, ``image`` or ``table``, by the content column."""
    return next(name for name in SCHEMAS if name in schema.names)


def text_record(text: str, locator: str, source: str, **fields: Any) -> dict[str, Any]:
    """One row of :data:`TEXT_SCHEMA`; missing licence and language are ``unknown``, missing maps are empty."""
    return {
        "id": document_id(text.encode("utf-8", "surrogatepass"), locator),
        "text": text,
        "source": source,
        "url": fields.get("url"),
        "licence": fields.get("licence") or UNKNOWN,
        "collected": fields.get("collected"),
        "language": fields.get("language") or UNKNOWN,
        "groups": _pairs(fields.get("groups")),
        "attributes": _pairs({"locator": locator, **(fields.get("attributes") or {})}),
    }


def record_batch(rows: Sequence[Mapping[str, Any]], schema: pa.Schema = TEXT_SCHEMA) -> pa.RecordBatch:
    """Rows (dicts) as one record batch of ``schema``."""
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _pairs(values: Mapping[str, Any] | None) -> list[tuple[str, str]]:
    return sorted([(str(key), str(value)) for key, value in values.items() if value is not None]) if values else []
