"""A Bloom filter over aligned blocks of a text: rules out, without a search, that a stretch of a query occurs in it."""

import numpy as np
from numpy.typing import NDArray

BLOCK = 16
"""Bytes. A match of 31 bytes or more holds one whole aligned block of the text, one of 47 two in a row, and so on."""
BITS_PER_BLOCK = 16
CHUNK = 1 << 16
Words = NDArray[np.uint64]
Flags = NDArray[np.bool_]
_ODD = tuple(
    np.uint64(number) for number in (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93)
)


def block_filter(text: NDArray[np.uint8]) -> Words:
    """The filter of every block of 16 bytes that begins at a multiple of 16 in ``text`` (n,): 16 bits a block, or 1.5
    to 2 times as many, up to a power of two."""
    blocks = len(text) // BLOCK
    size = 1 << max(6, (blocks * BITS_PER_BLOCK - 1).bit_length())
    flags = np.zeros(size, bool)
    for low in range(0, blocks, CHUNK):
        halves = np.frombuffer(text[low * BLOCK : min(blocks, low + CHUNK) * BLOCK], "<u8").reshape(-1, 2)
        for place in _places(halves[:, 0].astype(np.uint64), halves[:, 1].astype(np.uint64), size):
            flags[place] = True
    return np.packbits(flags, bitorder="little").view(np.uint64)


def possible_starts(bits: Words, query: bytes, minimum: int) -> Flags | None:
    """Where in ``query`` a match of ``minimum`` bytes or more can begin, (len(query),); None: anywhere.

    Never False at the start of a match. Matches shorter than two blocks minus one byte need hold no whole block.
    """
    in_a_row = (minimum - BLOCK + 1) // BLOCK
    if in_a_row < 1 or len(query) < BLOCK:
        return None
    known = _known(bits, query)
    run = known.copy()
    for number in range(1, in_a_row):
        run[: -number * BLOCK] &= known[number * BLOCK :]
        run[len(run) - number * BLOCK :] = False
    # a match begins at most 15 bytes before its first whole block
    counted = np.concatenate([[0], np.cumsum(run), np.full(BLOCK - 1, run.sum())])
    starts: Flags = counted[BLOCK:] > counted[:-BLOCK]
    return starts


def _known(bits: Words, query: bytes) -> Flags:
    """Whether the filter knows the 16 bytes from each position on; padded to the length of the query with False."""
    padded = np.frombuffer(query + bytes(7), np.uint8)
    eight = np.lib.stride_tricks.sliding_window_view(padded, 8)[: len(query)]
    words = np.ascontiguousarray(eight).view("<u8").ravel().astype(np.uint64)
    known = np.zeros(len(query), bool)
    last = len(query) - BLOCK + 1
    size = len(bits) * 64
    found = np.ones(last, bool)
    for place in _places(words[:last], words[8 : 8 + last], size):
        found &= ((bits[place >> np.uint64(6)] >> (place & np.uint64(63))) & np.uint64(1)).astype(bool)
    known[:last] = found
    return known


def _places(first: Words, second: Words, size: int) -> tuple[Words, Words]:
    """Two bits for each block, of its two halves; ``size`` is a power of two."""
    with np.errstate(over="ignore"):
        mixed = (first * _ODD[0]) ^ ((second ^ (second >> np.uint64(29))) * _ODD[1])
        mixed ^= mixed >> np.uint64(32)
        shift = np.uint64(65 - size.bit_length())
        return (mixed * _ODD[2]) >> shift, ((mixed ^ (mixed >> np.uint64(17))) * _ODD[3]) >> shift
