"""A suffix array over every document of a run, kept and removed, with the way back from a byte to its document.

On disk (``RUN/index/``): ``text.bin`` (the documents' UTF-8, each ended by byte 0xFF), ``suffixes.npy``,
``documents.parquet`` (id, origin, start) and a manifest that names what the index was built from. All of it is
memory-mapped, so that opening an index costs no memory.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy as np
import pyarrow as pa
from pydivsufsort import divsufsort

from ...core import (
    MANIFEST,
    SILENT,
    Corpus,
    HeadwaterError,
    IncompleteError,
    Manifest,
    Progress,
    atomic_folder,
    canonical_json,
    hash_files,
    read_parquet,
    sha256,
    write_parquet,
)
from ...models import Canary
from .suffix_array import SEPARATOR, SuffixArray

ORIGINS = ("kept", "removed", "canary")
_FILES = ("documents.parquet", "suffixes.npy", "text.bin")
_FORMAT = "suffix-index/1"


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
        self.starts = documents["start"].to_numpy(zero_copy_only=False).astype(np.int64)
        self._order = np.load(folder / "suffixes.npy", mmap_mode="r", allow_pickle=False)
        self._text = _map(folder / "text.bin")
        self._array = SuffixArray(self._text, self._order)

    def __len__(self) -> int:
        """Bytes of text, separators included."""
        return len(self._text)

    def count(self, pattern: bytes) -> int:
        """Occurrences of ``pattern`` in all documents, overlapping ones too."""
        low, high = self._array.interval(pattern)
        return high - low

    def counts(self, pattern: bytes) -> dict[str, int]:
        """Occurrences by origin: ``kept``, ``removed``, ``canary``."""
        return self._by_origin(self._documents_of(self._positions(pattern)))

    def document_counts(self, pattern: bytes) -> dict[str, int]:
        """Documents that hold ``pattern``, by origin."""
        return self._by_origin(np.unique(self._documents_of(self._positions(pattern))))

    def locate(self, pattern: bytes, cap: int = 100) -> list[Place]:
        """The first ``cap`` occurrences: kept documents first, then removed ones, in corpus order."""
        return [self._place(position) for position in np.sort(self._positions(pattern))[:cap]]

    def documents(self, pattern: bytes, cap: int = 100) -> list[Place]:
        """The first occurrence in each of the first ``cap`` documents that hold ``pattern``."""
        positions = np.sort(self._positions(pattern))
        _, first = np.unique(self._documents_of(positions), return_index=True)
        return [self._place(position) for position in positions[first[:cap]]]

    def longest_matches(self, query: bytes, minimum: int) -> list[tuple[int, int]]:
        """Byte ranges of ``query``, at least ``minimum`` bytes long, that occur in a document; maximal ones only."""
        return self._array.maximal_matches(query, minimum)

    def longest(self, query: bytes) -> tuple[int, int]:
        """The longest byte range of ``query`` that occurs in a document (the first of several); (0, 0) if none."""
        return max(self.longest_matches(query, 1), key=lambda match: match[1] - match[0], default=(0, 0))

    def spans(self, text: str, minimum: int) -> list[Span]:
        """Maximal stretches of ``text`` of whole characters and at least ``minimum`` bytes that occur in a document."""
        query = text.encode("utf-8", "surrogatepass")
        whole = (_whole_characters(query, *match) for match in self.longest_matches(query, minimum))
        kept = _outermost([match for match in whole if match[1] - match[0] >= max(1, minimum)])
        first = _first_bytes(query)
        return [Span(int(start), int(end), *match) for match in kept for start, end in [np.searchsorted(first, match)]]

    def _positions(self, pattern: bytes) -> np.ndarray:
        low, high = self._array.interval(pattern)
        positions: np.ndarray = self._order[low:high].astype(np.int64)
        return positions

    def _documents_of(self, positions: np.ndarray) -> np.ndarray:
        return np.searchsorted(self.starts, positions, side="right") - 1

    def _by_origin(self, documents: np.ndarray) -> dict[str, int]:
        counts = np.bincount(self.origins[documents], minlength=len(ORIGINS))
        return {origin: int(count) for origin, count in zip(ORIGINS, counts, strict=True)}

    def _place(self, position: int) -> Place:
        document = int(self._documents_of(np.array([position]))[0])
        begin = int(self.starts[document])
        before = _first_bytes(self._text[begin : int(position)])
        origin = ORIGINS[int(self.origins[document])]
        return Place(self.ids[document], origin, int(position) - begin, len(before))


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
        _build(folder, _texts(corpus, removed, canaries), parents, progress)
    return SuffixIndex(folder)


def build_index(folder: Path, texts: Iterable[tuple[str, str, str]], progress: Progress = SILENT) -> SuffixIndex:
    """An index over any (origin, id, text) triples, kept ones first; ``origin`` is one of :data:`ORIGINS`."""
    _build(folder, texts, {}, progress)
    return SuffixIndex(folder)


def _build(folder: Path, texts: Iterable[tuple[str, str, str]], parents: Mapping[str, str], progress: Progress) -> None:
    text, rows = bytearray(), []
    for origin, name, content in texts:
        rows.append({"id": name, "origin": ORIGINS.index(origin), "start": len(text)})
        text += content.encode("utf-8", "surrogatepass")
        text.append(SEPARATOR)
    with progress.task("index", 1) as task, atomic_folder(folder) as temporary:
        (temporary / "text.bin").write_bytes(text)
        order = divsufsort(bytes(text)) if text else np.zeros(0, np.int32)
        np.save(temporary / "suffixes.npy", np.asarray(order, order.dtype.newbyteorder("<")), allow_pickle=False)
        write_parquet(temporary / "documents.parquet", pa.Table.from_pylist(rows, schema=_DOCUMENTS))
        counts = {"documents": len(rows), "bytes": len(text)}
        Manifest("index", hash_files(temporary, _FILES), counts, parents=parents).save(temporary)
        task.advance(1)


_DOCUMENTS = pa.schema([("id", pa.string()), ("origin", pa.int8()), ("start", pa.int64())])


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


def _map(path: Path) -> bytes | mmap:
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ) if path.stat().st_size else b""


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


def _outermost(matches: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without ranges that lie within another; shrinking to characters can make such. Input and output rise."""
    kept: list[tuple[int, int]] = []
    for start, end in matches:
        if kept and end <= kept[-1][1]:
            continue
        if kept and start == kept[-1][0]:
            kept.pop()
        kept.append((start, end))
    return kept
