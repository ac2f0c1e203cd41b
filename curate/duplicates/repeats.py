"""Stretches of a sequence of symbols that stood in it before, by a suffix array.

Sources: Manber and Myers 1993 (suffix arrays); Kasai et al. 2001 (longest common prefixes); Lee et al. 2022,
Deduplicating training data makes language models better, section 4.1 (exact substrings).
"""

from dataclasses import dataclass

import numpy as np
from pydivsufsort import divsufsort, kasai

_RANKS = 1 << 20


@dataclass(frozen=True, slots=True)
class Repeats:
    """Disjoint ascending stretches [starts, ends) that stood before; each begins like what stands at ``sources``.

    All three are int64 of shape (m,).
    """

    starts: np.ndarray
    ends: np.ndarray
    sources: np.ndarray


def later_repeats(symbols: np.ndarray, minimum: int, separator: int) -> Repeats:
    """What is covered by windows of ``minimum`` symbols that stand further left too, without overlap with themselves.

    ``symbols`` (n,) is uint8 or uint32. Windows that hold ``separator`` do not count. Of equal windows the leftmost is
    not covered. Memory: about 20 bytes a symbol of one byte, 60 of four.
    """
    if symbols.size <= minimum:
        return _joined(np.zeros(0, np.int64), np.zeros(0, np.int64), minimum)
    order = divsufsort(symbols)
    joined = np.asarray(kasai(symbols, order)) >= minimum
    joined[-1] = False
    first = _first_positions(order, joined)
    ranks = np.flatnonzero(order >= first.astype(np.int64) + minimum)
    places, sources = order[ranks].astype(np.int64), first[ranks].astype(np.int64)
    clean = _clean(symbols, places, minimum, separator)
    places, sources = places[clean], sources[clean]
    by_place = np.argsort(places)
    return _joined(places[by_place], sources[by_place], minimum)


def _first_positions(order: np.ndarray, joined: np.ndarray) -> np.ndarray:
    """For each rank the smallest position among the suffixes that share their first symbols with it."""
    first = order.copy()
    begins = np.flatnonzero(joined & ~np.concatenate([[False], joined[:-1]]))
    ends = np.flatnonzero(~joined & np.concatenate([[False], joined[:-1]])) + 1
    for start in range(0, begins.size, _RANKS):
        low, high = begins[start : start + _RANKS], ends[start : start + _RANKS]
        borders = np.stack([low, high], axis=1).ravel()
        # the last border may lie at the very end, which reduceat does not take
        smallest = np.minimum.reduceat(np.append(order, order.dtype.type(0)), borders)[::2]
        members = np.repeat(smallest, high - low)
        first[_ranges(low, high)] = members
    return first


def _ranges(low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """All integers of the ranges [low, high), in order."""
    sizes = high - low
    ends = np.cumsum(sizes)
    found: np.ndarray = np.arange(ends[-1] if ends.size else 0) + np.repeat(low - (ends - sizes), sizes)
    return found


def _clean(symbols: np.ndarray, places: np.ndarray, minimum: int, separator: int) -> np.ndarray:
    """Which windows hold no separator."""
    borders = np.append(np.flatnonzero(symbols == separator), symbols.size)
    clean: np.ndarray = borders[np.searchsorted(borders, places)] >= places + minimum
    return clean


def _joined(places: np.ndarray, sources: np.ndarray, minimum: int) -> Repeats:
    """Windows at ascending places, joined where they overlap or touch."""
    new = np.ones(places.size, bool)
    new[1:] = places[1:] > places[:-1] + minimum
    last = np.ones(places.size, bool)
    last[:-1] = new[1:]
    return Repeats(places[new], places[last] + minimum, sources[new])
