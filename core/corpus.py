"""A corpus on disk: Parquet shards and a manifest. It streams and never needs to fit in memory."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from .errors import EmptyCorpus, InputError, IntegrityError
from .files import atomic_path, sha256_file
from .manifest import MANIFEST, Manifest
from .records import TEXT_SCHEMA, modality

Item = TypeVar("Item")
Result = TypeVar("Result")
SHARD_ROWS = 20_000
BATCH_ROWS = 2_000


class Corpus:
    """Re-iterable view of a corpus folder.

    >>> import tempfile
    >>> from headwater.core import CorpusWriter, record_batch, text_record
    >>> folder = Path(tempfile.mkdtemp()) / "corpus"
    >>> with CorpusWriter(folder) as writer:
    ...     writer.write(record_batch([text_record("Rivers rise somewhere.", "a.txt:1", "a.txt")]))
    >>> len(Corpus(folder)), Corpus(folder).column("text").to_pylist()
    (1, ['Rivers rise somewhere.'])
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)
        if not (self.folder / MANIFEST).is_file():
            raise InputError(f"{self.folder}: not a corpus folder (no {MANIFEST}); 'headwater curate' makes one")
        self.manifest = Manifest.load(self.folder)
        if self.manifest.kind != "corpus":
            raise InputError(f"{self.folder}: holds a {self.manifest.kind}, not a corpus; a run has one in corpus/")
        self.shards = [self.folder / name for name in sorted(self.manifest.files)]

    def __len__(self) -> int:
        return self.manifest.counts["documents"]

    @property
    def hash(self) -> str:
        """Hash of the manifest: content, configuration and parents."""
        return self.manifest.hash

    @property
    def schema(self) -> pa.Schema:
        """The schema of the shards."""
        if not self.shards:
            return TEXT_SCHEMA
        with _open(self.shards[0]) as file:
            return file.schema_arrow

    @property
    def modality(self) -> str:
        """``text``, ``image`` or ``table``."""
        return modality(self.schema)

    def batches(self, columns: Sequence[str] | None = None, rows: int = BATCH_ROWS) -> Iterator[pa.RecordBatch]:
        """Record batches of at most ``rows`` rows, in corpus order."""
        for shard in self.shards:
            with _open(shard) as file:
                yield from file.iter_batches(rows, columns=list(columns) if columns else None)

    def map(self, call: Callable[[pa.RecordBatch], Result], columns: Sequence[str] | None = None) -> Iterator[Result]:
        """``call`` on record batches that are the whole corpus, in order.

        A curator with several workers does it on all of them and cuts the batches elsewhere: ``call`` must be one that
        pickle can name, and look at each row by itself.
        """
        return map(call, self.batches(columns))

    def share(self, call: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """``call`` on each item, in order: a ``map`` that a curator with several workers does on all of them."""
        return map(call, items)

    def column(self, name: str) -> pa.ChunkedArray:
        """One whole column in memory: for small columns (ids, sources), or small corpora."""
        chunks = [batch.column(name) for batch in self.batches([name])]
        return pa.chunked_array(chunks, type=self.schema.field(name).type)

    def ids(self) -> list[str]:
        """Every document id, in corpus order."""
        return list(self.column("id").to_pylist())

    def documents(self, ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The documents with these ids, as dicts by id; an id that is not here is left out."""
        wanted = pa.array(sorted(set(ids)), pa.string())
        found: dict[str, dict[str, Any]] = {}
        for shard in self.shards if ids else []:
            with _open(shard) as file:
                for group in range(file.num_row_groups):
                    mask = pc.is_in(file.read_row_group(group, columns=["id"]).column("id"), value_set=wanted)
                    if pc.any(mask).as_py():
                        rows = file.read_row_group(group).filter(mask).to_pylist()
                        found |= {row["id"]: _with_maps(row) for row in rows}
        return found

    def verify(self) -> None:
        """Check every shard against the manifest."""
        self.manifest.verify(self.folder)

    def require_documents(self) -> None:
        """Raise :class:`EmptyCorpus` where there is nothing to work on."""
        if not len(self):
            raise EmptyCorpus(f"{self.folder}: the corpus has no document; see curation.json for what was removed")


class CorpusWriter:
    """Writes shards atomically and the manifest last: a corpus folder without a manifest is unfinished.

    Shard borders depend only on the rows, not on how they are batched.
    """

    def __init__(self, folder: Path | str, schema: pa.Schema = TEXT_SCHEMA, shard_rows: int = SHARD_ROWS) -> None:
        self.folder, self.schema, self.shard_rows = Path(folder), schema, shard_rows
        self.folder.mkdir(parents=True, exist_ok=True)
        for stale in [*self.folder.glob("part-*.parquet"), self.folder / MANIFEST]:
            stale.unlink(missing_ok=True)
        self._pending: list[pa.RecordBatch] = []
        self._pending_rows = 0
        self._files: dict[str, str] = {}
        self._documents = 0
        self.facts: dict[str, Any] = {}

    def write(self, batch: pa.RecordBatch) -> None:
        """Add a batch of rows of the writer's schema."""
        if not batch.schema.equals(self.schema):
            raise IntegrityError(f"{self.folder}: a batch has the wrong columns: {batch.schema.names}")
        while batch.num_rows:
            room = self.shard_rows - self._pending_rows
            self._pending.append(batch.slice(0, room))
            self._pending_rows += self._pending[-1].num_rows
            batch = batch.slice(room)
            if self._pending_rows == self.shard_rows:
                self._flush()

    def describe(self, **facts: Any) -> None:
        """Facts for the manifest: ``config_hash``, ``seed``, ``parents``, ``versions``, extra ``counts``."""
        self.facts |= facts

    def close(self) -> Manifest:
        """Write the last shard and the manifest."""
        if self._pending_rows or not self._files:
            self._flush()
        counts: Mapping[str, int] = {**self.facts.pop("counts", {}), "documents": self._documents}
        manifest = Manifest("corpus", self._files, counts, **self.facts)
        manifest.save(self.folder)
        return manifest

    def __enter__(self) -> "CorpusWriter":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        if kind is None:
            self.close()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._pending, schema=self.schema).combine_chunks()
        path = self.folder / f"part-{len(self._files):05d}.parquet"
        write_parquet(path, table)
        self._files[path.name] = sha256_file(path)
        self._documents += table.num_rows
        self._pending, self._pending_rows = [], 0


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a table atomically: zstd, row groups of 2,000 rows, the same bytes for the same table."""
    with atomic_path(path) as temporary:
        pq.write_table(table, temporary, compression="zstd", row_group_size=BATCH_ROWS)


def read_parquet(path: Path) -> pa.Table:
    """Read a table that headwater wrote; a truncated or altered file raises :class:`IntegrityError`."""
    with _open(path) as file:
        return file.read()


def _open(path: Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError:
        raise IntegrityError(f"{path}: missing; make the stage again") from None
    except pa.ArrowInvalid as error:
        raise IntegrityError(f"{path}: not a readable Parquet file ({error}); make the stage again") from None


def _with_maps(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "groups": dict(row["groups"] or ()), "attributes": dict(row["attributes"] or ())}
