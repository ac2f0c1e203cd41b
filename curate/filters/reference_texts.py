"""Texts that a step learns from, read from a path that the config names."""

import hashlib
from pathlib import Path
from typing import Any

import pyarrow as pa

from ...core import SILENT, InputError
from ..base import Source
from ..sources import read_source
from .text_column import text_column

MOST_BYTES = 1 << 30
_BY_SUFFIX = {".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".csv": "csv", ".tsv": "csv"}


def reference_texts(path: str, option: str) -> tuple[list[pa.Array], str]:
    """The texts of a JSON Lines, Parquet, CSV or text file (a document each paragraph) or folder, and their SHA-256.

    Rows that cannot be read are left out. Raises :class:`InputError` for a path without a readable text, or with more
    than 1 GiB of it.
    """
    found: list[pa.Array] = []
    digest, size = hashlib.sha256(), 0
    for batch in _source(path, option).batches(lambda _: None, SILENT):
        texts = text_column(batch, option).cast(pa.large_string())
        for text in texts.to_pylist():
            content = text.encode("utf-8", "surrogatepass")
            size += len(content)
            digest.update(len(content).to_bytes(8, "little"))
            digest.update(content)
        if size > MOST_BYTES:
            raise InputError(f"{option}: {path} holds more than {MOST_BYTES >> 30} GiB of text; give a sample of it")
        found.append(texts)
    if not size:
        raise InputError(f"{option}: {path} holds no text that can be read; see 'headwater list source' for formats")
    return found, digest.hexdigest()


def _source(path: str, option: str) -> Source:
    name = Path(path).name.lower()
    for packed in (".gz", ".zst", ".bz2"):
        name = name.removesuffix(packed)
    kind = _BY_SUFFIX.get(Path(name).suffix, "text")
    options: dict[str, Any] = {"split": "paragraph"} if kind == "text" and Path(path).is_file() else {}
    return read_source(kind, option, path=path, **options)
