"""Work that is cut into shards, each of them whole on disk or absent: what makes a killed run resumable.

A shard is a folder of Parquet files and ``done.json`` with their hashes and the shard's counts. It is written under
another name and renamed when it is complete.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ..core import SCHEMAS, HeadwaterError, modality, read_json, read_parquet, sha256_file, write_json

SHARD_ROWS = 4_000
SHARD_BYTES = 16 << 20
DONE = "done.json"
_DISTINCT = frozenset({"id", *SCHEMAS})  # columns whose values hardly repeat


def write_shard(folder: Path, tables: Mapping[str, pa.Table], facts: Mapping[str, Any]) -> None:
    """Write a shard; one that another process finished first is left as it is, for it holds the same."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        hashes = {}
        for name, table in tables.items():
            path = temporary / f"{name}.parquet"
            _write_table(table, path)
            hashes[path.name] = sha256_file(path)
        write_json(temporary / DONE, {"files": hashes, "facts": dict(facts)})
        if folder.is_dir() and not is_whole(folder):
            shutil.rmtree(folder)
        if not folder.is_dir():
            os.rename(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _write_table(table: pa.Table, path: Path) -> None:
    """Shards live for one run and are read back at once: written in little time rather than in little space."""
    repeating = [name for name in table.schema.names if name not in _DISTINCT]
    pq.write_table(table, path, compression="lz4", use_dictionary=repeating, write_statistics=False)


def read_facts(folder: Path) -> dict[str, Any]:
    """The facts of a shard that is there."""
    facts: dict[str, Any] = read_json(folder / DONE)["facts"]
    return facts


def file_hash(folder: Path, name: str) -> str:
    """The hash of one file of a shard, as it was when it was written."""
    return str(read_json(folder / DONE)["files"][f"{name}.parquet"])


def read_table(folder: Path, name: str) -> pa.Table:
    """One table of a shard that is there."""
    return read_parquet(folder / f"{name}.parquet")


def read_ids(folder: Path) -> pa.ChunkedArray:
    """The ids of the kept documents of a shard."""
    return pq.read_table(folder / "kept.parquet", columns=["id"]).column("id")


def is_whole(folder: Path) -> bool:
    """Whether a shard is there and every file is what it was when it was written."""
    try:
        files: dict[str, str] = read_json(folder / DONE)["files"]
        return all(sha256_file(folder / name) == expected for name, expected in files.items())
    except (HeadwaterError, OSError, LookupError, TypeError, AttributeError):
        return False


def shard_name(number: int) -> str:
    """``00000017``: sorted names are sorted numbers."""
    return f"{number:08d}"


class Cutter:
    """Cuts a stream of batches into shards. Where it cuts depends on the rows alone, not on the batches.

    A shard ends with the row that fills ``SHARD_ROWS`` or ``SHARD_BYTES`` of content.
    """

    def __init__(self, schema: pa.Schema) -> None:
        self.schema = schema
        self._held: list[pa.RecordBatch] = []
        self._rows = 0
        self._bytes = 0

    def add(self, batch: pa.RecordBatch) -> Iterator[pa.Table]:
        """The shards that this batch completes."""
        while batch.num_rows:
            sizes = np.cumsum(content_sizes(batch))
            full = int(np.searchsorted(sizes, SHARD_BYTES - self._bytes)) + 1
            rows = min(batch.num_rows, SHARD_ROWS - self._rows, full)
            self._held.append(batch.slice(0, rows))
            self._rows += rows
            self._bytes += int(sizes[rows - 1])
            batch = batch.slice(rows)
            if self._rows == SHARD_ROWS or self._bytes >= SHARD_BYTES:
                yield self._take()

    def rest(self) -> Iterator[pa.Table]:
        """The last shard, where there is one."""
        if self._held:
            yield self._take()

    def _take(self) -> pa.Table:
        table = pa.Table.from_batches(self._held, schema=self.schema)
        self._held, self._rows, self._bytes = [], 0, 0
        return table


def content_sizes(rows: pa.RecordBatch | pa.Table) -> np.ndarray:
    """Bytes of content of each row (int64); 0 for a missing one."""
    sizes = pc.fill_null(pc.binary_length(rows.column(modality(rows.schema))), 0)
    counted: np.ndarray = (
        sizes.to_numpy() if isinstance(sizes, pa.ChunkedArray) else sizes.to_numpy(zero_copy_only=False)
    )
    return counted.astype(np.int64)


def as_batch(table: pa.Table) -> pa.RecordBatch:
    """A table as one record batch, empty tables too."""
    batches = table.combine_chunks().to_batches()
    return batches[0] if batches else pa.RecordBatch.from_pylist([], schema=table.schema)
