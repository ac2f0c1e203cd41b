"""Word n-grams of any length as 64-bit hashes, and a table of them that answers for a whole column at once."""

from dataclasses import dataclass

import numpy as np

_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_MIX, _SHIFT = np.uint64(0xFF51AFD7ED558CCD), np.uint64(32)
_FILTER_BITS = 24


def ngram_hashes(words: np.ndarray, size: int) -> np.ndarray:
    """Hash of each run of ``size`` words: uint64 of shape (max(n - size + 1, 0),), from word hashes of shape (n,).

    Runs of 1, 2, 4, 8, ... words are joined, so that the cost grows with the logarithm of ``size``.
    """
    if size < 1 or words.size < size:
        return np.zeros(0, np.uint64)
    total = words.size - size + 1
    block, length, found, done = words, 1, np.zeros(0, np.uint64), 0
    while done < size:
        if size & length:
            part = block[done : done + total]
            found = _joined(found, part) if done else part.copy()
            done += length
        if done < size:
            block, length = _joined(block[:-length], block[length:]), 2 * length
    return found


def _joined(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    mixed = first * _FIRST
    mixed += second * _SECOND
    mixed ^= mixed >> _SHIFT
    mixed *= _MIX
    mixed ^= mixed >> _SHIFT
    return mixed


@dataclass(frozen=True, slots=True)
class HashTable:
    """Sorted distinct hashes, behind a filter that lets most of what is not among them go at one look."""

    keys: np.ndarray
    seen: np.ndarray

    @classmethod
    def of(cls, hashes: np.ndarray) -> "HashTable":
        """The table of these hashes (uint64, any order, with repeats)."""
        keys = np.unique(hashes)
        seen = np.zeros(1 << _FILTER_BITS, bool)
        seen[keys >> np.uint64(64 - _FILTER_BITS)] = True
        return cls(keys, seen)

    def find(self, hashes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Places of ``hashes`` that are in the table, ascending, and for each its place among ``keys``."""
        places = np.flatnonzero(self.seen[hashes >> np.uint64(64 - _FILTER_BITS)])
        if not places.size or not self.keys.size:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        keys = np.minimum(np.searchsorted(self.keys, hashes[places]), self.keys.size - 1)
        hit = self.keys[keys] == hashes[places]
        return places[hit], keys[hit]
