"""Search in every document of a run, kept and removed, with the way back from a byte to its document.

On disk (``RUN/index/``): shards ``00000``, ``00001``, ... of at most 1 GiB of text, ``documents.parquet`` (id, origin,
shard, start) and a manifest that names what the index was built from. A shard holds ``text.bin`` (the documents' UTF-8,
each ended by byte 0xFF), its suffix array ``suffixes.npy`` and ``blocks.npy``, the filter that spares most searches.
Texts and suffix arrays are memory-mapped, so that opening an index costs next to no memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import (
    MANIFEST,
    SILENT,
    Corpus,
    HeadwaterError,
    IncompleteError,
    Manifest,
    Progress,
    UsageError,
    atomic_folder,
    canonical_json,
    hash_files,
    read_parquet,
    sha256,
    write_parquet,
)
from ...models import Canary
from .index_shard import SHARD_FILES, IndexShard, Ints, sort_shard, union
from .suffix_array import SEPARATOR

ORIGINS = ("kept", "removed", "canary")
SHARD_BYTES = 1 << 30
LARGEST_SHARD = (1 << 31) - 1
_DOCUMENTS = pa.schema(
    [("id", pa.string()), ("origin", pa.int8()), ("shard", pa.int32()), ("start", pa.int64())],
)
_FORMAT = "suffix-index/2"


@dataclass(frozen=True, slots=True)
class Place:
    """One occurrence: ``start`` in bytes and ``character`` in characters, both from the document's beginning."""

    document_id: str
    origin: str
    start: int
    character: int


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text that occurs in the corpus: characters [start, end), bytes [byte_start, byte_end)."""

    start: int
    end: int
    byte_start: int
    byte_end: int


class SuffixIndex:
    """Count, locate and match byte strings in all documents of a run. Matches never cross a document's border."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        documents = read_parquet(folder / "documents.parquet")
        self.ids: list[str] = documents["id"].to_pylist()
        self.origins = documents["origin"].to_numpy(zero_copy_only=False).astype(np.int8)
        starts = documents["start"].to_numpy(zero_copy_only=False).astype(np.int64)
        shards = documents["shard"].to_numpy(zero_copy_only=False)
        first = [
            int(number) for number in np.searchsorted(shards, np.arange(int(shards[-1]) + 2 if len(shards) else 1))
        ]
        self._shards = [
            IndexShard(folder / _name(number), low, starts[low:high])
            for number, (low, high) in enumerate(zip(first, first[1:], strict=False))
        ]

    def __len__(self) -> int:
        """Bytes of text, separators included."""
        return sum(len(shard.text) for shard in self._shards)

    def count(self, pattern: bytes) -> int:
        """Occurrences of ``pattern`` in all documents, overlapping ones too."""
        return sum(shard.count(pattern) for shard in self._shards)

    def counts(self, pattern: bytes) -> dict[str, int]:
        """Occurrences by origin: ``kept``, ``removed``, ``canary``."""
        return self._by_origin(shard.documents_of(part) for shard in self._shards for part in shard.positions(pattern))

    def document_counts(self, pattern: bytes) -> dict[str, int]:
        """Documents that hold ``pattern``, by origin."""
        return self._by_origin(shard.documents_with(pattern) for shard in self._shards)

    def locate(self, pattern: bytes, cap: int = 100) -> list[Place]:
        """The first ``cap`` occurrences: kept documents first, then removed ones, in corpus order."""
        found: list[Place] = []
        for shard in self._shards:
            found += self._places(shard, shard.first_positions(pattern, cap - len(found)))
        return found

    def documents(self, pattern: bytes, cap: int = 100) -> list[Place]:
        """The first occurrence in each of the first ``cap`` documents that hold ``pattern``."""
        found: list[Place] = []
        for shard in self._shards:
            found += self._places(shard, shard.first_in_documents(pattern)[: cap - len(found)])
        return found

    def longest_matches(self, query: bytes, minimum: int) -> list[tuple[int, int]]:
        """Byte ranges of ``query``, at least ``minimum`` bytes long, that occur in a document; maximal ones only."""
        return union([shard.maximal_matches(query, minimum) for shard in self._shards])

    def longest(self, query: bytes) -> tuple[int, int]:
        """The longest byte range of ``query`` that occurs in a document (the first of several); (0, 0) if none."""
        return max(self.longest_matches(query, 1), key=lambda match: match[1] - match[0], default=(0, 0))

    def spans(self, text: str, minimum: int) -> list[Span]:
        """Maximal stretches of ``text`` of whole characters and at least ``minimum`` bytes that occur in a document."""
        query = text.encode("utf-8", "surrogatepass")
        whole = (_whole_characters(query, *match) for match in self.longest_matches(query, minimum))
        kept = union([[match for match in whole if match[1] - match[0] >= max(1, minimum)]])
        first = _first_bytes(query)
        return [Span(int(start), int(end), *match) for match in kept for start, end in [np.searchsorted(first, match)]]

    def _by_origin(self, documents: Iterable[Ints]) -> dict[str, int]:
        counts = np.zeros(len(ORIGINS), np.int64)
        for numbers in documents:
            counts += np.bincount(self.origins[numbers], minlength=len(ORIGINS))
        return {origin: int(count) for origin, count in zip(ORIGINS, counts, strict=True)}

    def _places(self, shard: IndexShard, positions: Ints) -> list[Place]:
        documents = shard.documents_of(positions).tolist()
        return [self._place(shard, *each) for each in zip(documents, positions.tolist(), strict=True)]

    def _place(self, shard: IndexShard, document: int, position: int) -> Place:
        before = shard.before(document, position)
        origin = ORIGINS[int(self.origins[document])]
        return Place(self.ids[document], origin, len(before), len(_first_bytes(before)))


def open_index(
    folder: Path,
    corpus: Corpus,
    removed: Corpus | None = None,
    canaries: Sequence[Canary] = (),
    progress: Progress = SILENT,
) -> SuffixIndex:
    """The index in ``folder``; it is built first where it is missing, damaged or of another corpus."""
    if corpus.modality != "text":
        raise IncompleteError(f"a suffix index needs text, and this corpus holds {corpus.modality}s")
    parents = _parents(corpus, removed, canaries)
    if not _is_current(folder, parents):
        _build(folder, _texts(corpus, removed, canaries), parents, SHARD_BYTES, progress)
    return SuffixIndex(folder)


def build_index(
    folder: Path, texts: Iterable[tuple[str, str, str]], progress: Progress = SILENT, shard_bytes: int = SHARD_BYTES
) -> SuffixIndex:
    """An index over any (origin, id, text) triples, kept ones first; ``origin`` is one of :data:`ORIGINS`.

    A new shard begins before the document that would fill one beyond ``shard_bytes`` (at most 2**31 - 1): building
    needs about five times as much memory. Raises :class:`UsageError` for a single document of 2 GiB.
    """
    _build(folder, texts, {}, min(shard_bytes, LARGEST_SHARD), progress)
    return SuffixIndex(folder)


def _build(
    folder: Path, texts: Iterable[tuple[str, str, str]], parents: Mapping[str, str], limit: int, progress: Progress
) -> None:
    with atomic_folder(folder) as temporary:
        rows = _write_texts(temporary, texts, limit)
        write_parquet(temporary / "documents.parquet", pa.table(rows, _DOCUMENTS))
        shards = sorted(path.name for path in temporary.iterdir() if path.is_dir())
        with progress.task("index", len(shards)) as task:
            for name in shards:
                sort_shard(temporary / name)
                task.advance(1)
        files = ("documents.parquet", *(f"{shard}/{file}" for shard in shards for file in SHARD_FILES))
        counts = {
            "documents": len(rows["id"]),
            "bytes": sum((temporary / f / SHARD_FILES[0]).stat().st_size for f in shards),
        }
        Manifest("index", hash_files(temporary, files), counts, parents=parents).save(temporary)


def _write_texts(folder: Path, texts: Iterable[tuple[str, str, str]], limit: int) -> dict[str, list[Any]]:
    """Stream the documents into the shards' texts; gives the columns of ``documents.parquet``."""
    rows: dict[str, list[Any]] = {name: [] for name in _DOCUMENTS.names}
    shard, start, file = -1, limit, None
    try:
        for origin, name, content in texts:
            encoded = content.encode("utf-8", "surrogatepass")
            if len(encoded) >= LARGEST_SHARD:
                raise UsageError(f"document {name} has {len(encoded):,} bytes; an index takes fewer than 2 GiB at once")
            if file is None or (start and start + len(encoded) >= limit):
                if file is not None:
                    file.close()
                shard, start = shard + 1, 0
                (folder / _name(shard)).mkdir()
                file = (folder / _name(shard) / SHARD_FILES[0]).open("wb")
            for column, value in zip(rows.values(), (name, ORIGINS.index(origin), shard, start), strict=True):
                column.append(value)
            file.write(encoded + _END)
            start += len(encoded) + 1
    finally:
        if file is not None:
            file.close()
    return rows


_END = bytes([SEPARATOR])


def _name(shard: int) -> str:
    return f"{shard:05d}"


def _texts(corpus: Corpus, removed: Corpus | None, canaries: Sequence[Canary]) -> Iterator[tuple[str, str, str]]:
    for origin, part in (("kept", corpus), ("removed", removed)):
        for batch in part.batches(["id", "text"]) if part else ():
            for name, text in zip(batch["id"].to_pylist(), batch["text"].to_pylist(), strict=True):
                yield origin, name, text or ""
    for canary in canaries:
        yield "canary", canary.id, canary.text


def _parents(corpus: Corpus, removed: Corpus | None, canaries: Sequence[Canary]) -> dict[str, str]:
    planted = sha256(canonical_json([asdict(canary) for canary in canaries]))
    return {
        "format": _FORMAT,
        "corpus": corpus.hash,
        "removed": removed.hash if removed else "",
        "canaries": planted,
    }


def _is_current(folder: Path, parents: Mapping[str, str]) -> bool:
    if not (folder / MANIFEST).is_file():
        return False
    try:
        manifest = Manifest.load(folder)
        manifest.verify(folder)
    except HeadwaterError:
        return False
    return dict(manifest.parents) == dict(parents)


def _first_bytes(text: bytes) -> np.ndarray:
    """Offsets of the bytes of UTF-8 text that begin a character."""
    return np.flatnonzero((np.frombuffer(text, np.uint8) & 0xC0) != 0x80)


def _whole_characters(query: bytes, start: int, end: int) -> tuple[int, int]:
    """The range shrunk to the borders of characters."""
    while start < end and query[start] & 0xC0 == 0x80:
        start += 1
    while end > start and end < len(query) and query[end] & 0xC0 == 0x80:
        end -= 1
    return start, end
