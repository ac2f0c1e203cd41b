"""The first pass: everything that the source yields, on disk, with the rows that could not be read."""

import shutil
from array import array
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

from ..core import (
    SCHEMAS,
    UNKNOWN,
    IntegrityError,
    Progress,
    document_id,
    modality,
    read_json,
    record_batch,
    sha256,
    write_json,
)
from .base import Decision, Rejected, Source
from .judging import decision_table, removed_schema, with_reasons
from .shards import DONE, Cutter, content_sizes, is_whole, read_ids, shard_name, write_shard
from .table_writer import TableWriter

READ = "read"
REJECTED = "rejected.parquet"
_FLUSH = 1_000


def read_shards(source: Source, folder: Path, progress: Progress) -> Iterator[int]:
    """Write every document of the source into shards below ``folder``; yields the number of each when it is there.

    What an earlier, killed call finished is taken as it is; a half-read source is read again from the start.
    """
    ledger = folder / DONE
    if ledger.is_file():
        shards = int(read_json(ledger)["shards"])
        if all(is_whole(folder / shard_name(number)) for number in range(shards)) and (folder / REJECTED).is_file():
            yield from range(shards)
            return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shards = yield from _read(source, folder, progress)
    write_json(ledger, {"shards": shards})


def _read(source: Source, folder: Path, progress: Progress) -> Generator[int, None, int]:
    schema = SCHEMAS[source.modality]
    cutter = Cutter(schema)
    seen = array("Q")
    shards = 0
    with TableWriter(folder / REJECTED, removed_schema(schema)) as writer:
        reject = _Rejections(writer, schema)
        for batch in source.batches(reject, progress):
            if not batch.schema.equals(schema):
                raise IntegrityError(
                    f"source {source.name}: a batch of {source.modality} has other columns: {batch.schema.names}"
                )
            seen.extend(xxhash.xxh3_64_intdigest(name.encode()) for name in batch.column("id").to_pylist())
            shards = yield from _write(folder, cutter.add(batch), shards)
        shards = yield from _write(folder, cutter.rest(), shards)
        reject.flush()
    _require_unique(folder, shards, np.frombuffer(seen, np.uint64))
    return shards


def _write(folder: Path, tables: Iterator[pa.Table], number: int) -> Generator[int, None, int]:
    for table in tables:
        facts = {"edited": [], "bytes": int(content_sizes(table).sum()), "documents": table.num_rows, "steps": {}}
        write_shard(folder / shard_name(number), {"kept": table}, facts)
        yield number
        number += 1
    return number


class _Rejections:
    """Collects rejected rows and writes them in portions."""

    def __init__(self, writer: TableWriter, schema: pa.Schema) -> None:
        self.writer, self.schema = writer, schema
        self.held: list[Rejected] = []

    def __call__(self, rejected: Rejected) -> None:
        self.held.append(rejected)
        if len(self.held) >= _FLUSH:
            self.flush()

    def flush(self) -> None:
        if self.held:
            rows = pa.Table.from_batches([record_batch([_row(row, self.schema) for row in self.held], self.schema)])
            self.writer.write(with_reasons(rows, READ, [_decision(row) for row in self.held]))
        self.held = []


def _row(rejected: Rejected, schema: pa.Schema) -> dict[str, Any]:
    """A removed row without content: where it stood, and the hash of what could be read of it."""
    content = modality(schema)
    empty: dict[str, Any] = {content: b""} if content == "image" else {content: ""}
    sizes = {name: 0 for name in ("height", "width", "channels") if name in schema.names}
    attributes = [("locator", _clean(rejected.locator)), ("sha256", sha256(rejected.content))]
    labels = {"source": _clean(rejected.source), "licence": UNKNOWN, "language": UNKNOWN, "groups": []}
    return {"id": _id(rejected), **empty, **sizes, **labels, "attributes": attributes}


def _decision(rejected: Rejected) -> Decision:
    evidence = _clean(rejected.evidence)
    return Decision(_id(rejected), "removed", rejected.rule, rejected.measured, rejected.limit, evidence)


def _id(rejected: Rejected) -> str:
    return document_id(rejected.content, rejected.locator)


def _clean(text: str) -> str:
    """Text that Arrow can hold: a file name may be no valid Unicode."""
    return text.encode("utf-8", "backslashreplace").decode()


def read_decisions(rejected: pa.Table) -> pa.Table:
    """The decisions on rejected rows, in the schema of the decision files."""
    columns = {name: rejected.column(name) for name in decision_table(READ, ()).schema.names}
    return pa.table(columns)


def _require_unique(folder: Path, shards: int, hashes: np.ndarray) -> None:
    """Ids name documents everywhere: two documents of one id could not be told apart."""
    ordered = np.sort(hashes)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not twice.size:
        return
    names = _names(folder, shards, hashes, twice)
    counted = pc.value_counts(pa.array(names, pa.string())).to_pylist()
    repeated = sorted(entry["values"] for entry in counted if entry["counts"] > 1)
    if repeated:
        raise IntegrityError(
            f"the source yields {len(repeated)} document ids more than once, the first is {repeated[0]}; "
            "give each row a locator of its own"
        )


def _names(folder: Path, shards: int, hashes: np.ndarray, wanted: np.ndarray) -> list[str]:
    chosen = np.isin(hashes, wanted)
    names: list[str] = []
    start = 0
    for number in range(shards):
        ids = read_ids(folder / shard_name(number))
        names += ids.filter(pa.array(chosen[start : start + len(ids)])).to_pylist()
        start += len(ids)
    return names
