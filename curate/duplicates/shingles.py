"""Word 5-grams of many texts as 64-bit hashes, in whole-column NumPy operations.

A word of up to eight bytes is read as one integer, a longer one in several; five neighbouring words are mixed into the
hash of a 5-gram. The hashes serve to find candidates; they never decide alone (see :mod:`.jaccard`).
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import xxhash

from .words import Words, slices, split_words

SHINGLE = 5
_LONG = 64
_MASKS = np.array([(1 << 8 * size) - 1 for size in range(8)] + [2**64 - 1], np.uint64)
_MULTIPLIERS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F], np.uint64
)
_MIX = np.uint64(0xFF51AFD7ED558CCD)
_SHIFT = np.uint64(32)


@dataclass(frozen=True, slots=True)
class Shingles:
    """Hashes of n texts: text d has ``hashes[offsets[d]:offsets[d + 1]]`` (uint64; offsets int64 of shape (n + 1,)).

    The hash at place k of a text is that of its words k to k + 4.
    """

    hashes: np.ndarray
    offsets: np.ndarray


def shingles(texts: pa.Array) -> Shingles:
    """Hashes of the word 5-grams of each text, in text order, with repeats.

    A text of one to four words has one shingle, all of its words; a text without words has none.
    """
    parts = [shingle_words(split_words(part)) for part in slices(texts)]
    sizes = [np.diff(part.offsets) for part in parts]
    hashes = np.concatenate([np.zeros(0, np.uint64), *(part.hashes for part in parts)])
    return Shingles(hashes, np.cumsum(np.concatenate([np.zeros(1, np.int64), *sizes])))


def shingle_words(words: Words) -> Shingles:
    """:func:`shingles` for texts that are split already."""
    counts = np.diff(words.borders)
    hashes = word_hashes(words)
    mixed = _mix_neighbours(hashes)
    keep = np.ones(hashes.size, bool)
    for back in range(1, SHINGLE):
        keep[words.borders[1:][counts >= back] - back] = False
    short = np.flatnonzero((counts > 0) & (counts < SHINGLE))
    first = words.borders[short]
    mixed[first] = _mix_short(hashes, first, counts[short])
    keep[first] = True
    sizes = np.where(counts >= SHINGLE, counts - (SHINGLE - 1), np.minimum(counts, 1))
    return Shingles(mixed[keep], np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)]))


def word_hashes(words: Words) -> np.ndarray:
    """A 64-bit hash of each word (uint64, one a word)."""
    sizes = words.ends - words.starts
    eight = np.ndarray((max(len(words.data) - 7, 0),), "<u8", words.data, strides=(1,))
    hashes = _scramble((eight[words.starts] & _MASKS[np.minimum(sizes, 8)]) + sizes.astype(np.uint64))
    rest = np.flatnonzero(sizes > 8)
    for place in range(8, _LONG, 8):
        rest = rest[sizes[rest] > place]
        if not rest.size:
            return hashes
        part = eight[words.starts[rest] + place] & _MASKS[np.minimum(sizes[rest] - place, 8)]
        hashes[rest] = _scramble(hashes[rest] ^ part)
    for word in rest[sizes[rest] > _LONG].tolist():
        hashes[word] = xxhash.xxh3_64_intdigest(words.data[words.starts[word] : words.ends[word]])
    return hashes


def _scramble(values: np.ndarray) -> np.ndarray:
    """Spread every bit over the whole word, in place (a multiply and xor-shift finaliser)."""
    values *= _MULTIPLIERS[0]
    values ^= values >> _SHIFT
    values *= _MIX
    values ^= values >> _SHIFT
    return values


def _mix_neighbours(hashes: np.ndarray) -> np.ndarray:
    mixed = hashes * _MULTIPLIERS[0]
    for step in range(1, SHINGLE):
        if hashes.size > step:
            mixed[:-step] += hashes[step:] * _MULTIPLIERS[step]
    return _scramble(mixed)


def _mix_short(hashes: np.ndarray, first: np.ndarray, counts: np.ndarray) -> np.ndarray:
    mixed = counts.astype(np.uint64)
    for step in range(SHINGLE - 1):
        present = counts > step
        mixed[present] += hashes[first[present] + step] * _MULTIPLIERS[step]
    return _scramble(mixed)
