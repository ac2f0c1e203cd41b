"""One shard of a suffix index: so many documents, their suffix array, and the way back from a byte to its document."""

from collections.abc import Iterator, Sequence
from mmap import ACCESS_READ, mmap
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydivsufsort import divsufsort

from .block_filter import block_filter
from .suffix_array import SuffixArray

SHARD_FILES = ("text.bin", "suffixes.npy", "blocks.npy")
PART = 1 << 22
Ints = NDArray[np.int64]


class IndexShard:
    """Documents ``first``, ``first`` + 1, ... of an index, which begin at the bytes ``starts`` (n,) of the text."""

    def __init__(self, folder: Path, first: int, starts: Ints) -> None:
        self.first, self.starts = first, starts
        self.text = _map(folder / "text.bin")
        self._order = np.load(folder / "suffixes.npy", mmap_mode="r", allow_pickle=False)
        self._array = SuffixArray(self.text, self._order, np.load(folder / "blocks.npy", allow_pickle=False))

    def count(self, pattern: bytes) -> int:
        """Occurrences of ``pattern``."""
        low, high = self._array.interval(pattern)
        return high - low

    def positions(self, pattern: bytes) -> Iterator[Ints]:
        """Bytes of the text at which ``pattern`` begins, in no order, in parts of a few million."""
        low, high = self._array.interval(pattern)
        for begin in range(low, high, PART):
            yield self._order[begin : min(high, begin + PART)].astype(np.int64)

    def first_positions(self, pattern: bytes, cap: int) -> Ints:
        """The ``cap`` lowest of these, in order."""
        found = np.zeros(0, np.int64)
        for part in self.positions(pattern):
            found = np.sort(np.concatenate([found, part]))[:cap]
        return found

    def first_in_documents(self, pattern: bytes) -> Ints:
        """The lowest of these in each document that has any, in order."""
        found = np.zeros(0, np.int64)
        for part in self.positions(pattern):
            found = np.sort(np.concatenate([found, part]))
            found = found[np.unique(self.documents_of(found), return_index=True)[1]]
        return found

    def documents_with(self, pattern: bytes) -> Ints:
        """Numbers of the documents that hold ``pattern``, each once."""
        return self.documents_of(self.first_in_documents(pattern))

    def documents_of(self, positions: Ints) -> Ints:
        """Numbers of the documents, counted over the whole index."""
        return self.first + np.searchsorted(self.starts, positions, side="right") - 1

    def maximal_matches(self, query: bytes, minimum: int) -> list[tuple[int, int]]:
        """As :meth:`SuffixArray.maximal_matches`."""
        return self._array.maximal_matches(query, minimum)

    def before(self, document: int, position: int) -> bytes:
        """The bytes of a document from its beginning to ``position``."""
        return self.text[int(self.starts[document - self.first]) : position]


def sort_shard(folder: Path) -> None:
    """Write the suffix array and the block filter of ``folder/text.bin``; needs five bytes of memory a byte of text."""
    text = np.fromfile(folder / "text.bin", np.uint8)
    # the filter first: made beside the suffix array it would add a byte of memory a byte of text
    np.save(folder / "blocks.npy", block_filter(text), allow_pickle=False)
    order = divsufsort(text) if len(text) else np.zeros(0, np.int32)
    np.save(folder / "suffixes.npy", order.astype(order.dtype.newbyteorder("<"), copy=False), allow_pickle=False)


def union(found: Sequence[list[tuple[int, int]]]) -> list[tuple[int, int]]:
    """Ranges of several shards without those that lie within another; starts and ends rise strictly."""
    return found[0] if len(found) == 1 else list(_outermost(sorted({each for part in found for each in part})))


def _outermost(ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    longest = {start: end for start, end in ranges}  # sorted: the last of equal starts is the longest
    reached = 0
    for start, end in longest.items():
        if end > reached:
            yield start, end
            reached = end


def _map(path: Path) -> bytes | mmap:
    with path.open("rb") as file:
        return mmap(file.fileno(), 0, access=ACCESS_READ) if path.stat().st_size else b""
