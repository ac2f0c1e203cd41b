"""Exact search in a byte text through its suffix array (Manber & Myers 1993)."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from mmap import mmap

import numpy as np

from .block_filter import Words, possible_starts

SEPARATOR = 0xFF  # no UTF-8 text holds this byte, so no match crosses it
_FIRST_WINDOW = 256


class SuffixArray:
    """Search in ``text`` (bytes or a memory map) whose sorted suffixes start at ``order`` (n,), int32 or int64.

    Patterns must not hold :data:`SEPARATOR`; a pattern that does occurs nowhere. ``blocks`` is the text's
    :func:`~.block_filter.block_filter`: with it, stretches of a query that occur nowhere cost next to nothing.
    """

    def __init__(self, text: bytes | mmap, order: np.ndarray, blocks: Words | None = None) -> None:
        self._blocks = blocks
        # elements of a memoryview are Python integers, which the bisection reads faster than NumPy's
        self._text, self._order = text, memoryview(order.data).cast("B").cast("i" if order.dtype.itemsize == 4 else "q")

    def interval(self, pattern: bytes) -> tuple[int, int]:
        """Ranks [low, high) of the suffixes that begin with ``pattern``; empty where it does not occur."""
        if not pattern or SEPARATOR in pattern:
            return 0, 0
        key = self._prefix(len(pattern))
        low = bisect_left(self._order, pattern, key=key)
        if low == len(self._order) or key(self._order[low]) != pattern:
            return low, low
        return low, bisect_right(self._order, pattern, low, self._gallop(pattern, low, key), key=key)

    def occurs(self, pattern: bytes) -> bool:
        """Whether ``pattern`` occurs in the text."""
        key = self._prefix(len(pattern))
        low = bisect_left(self._order, pattern, key=key)
        return low < len(self._order) and key(self._order[low]) == pattern

    def longest_prefix(self, query: bytes) -> int:
        """Length of the longest prefix of ``query`` that occurs in the text."""
        window = _FIRST_WINDOW
        while True:
            length = self._longest_prefix(query[:window])
            if length < window or window >= len(query):
                return length
            window *= 2

    def maximal_matches(self, query: bytes, minimum: int) -> list[tuple[int, int]]:
        """Byte ranges of ``query`` of at least ``minimum`` bytes that occur in the text and lie in no longer one.

        They come in order; both starts and ends rise strictly. About (len(query) / minimum) * log(minimum) searches
        are made, fewer than one a position: a window that does not occur is left at the first start from which
        its end can be reached.
        """
        found: list[tuple[int, int]] = []
        for start, end in _pieces(query):
            found += [(start + a, start + b) for a, b in self._matches(query[start:end], max(1, minimum))]
        return found

    def _matches(self, query: bytes, minimum: int) -> Iterator[tuple[int, int]]:
        size, possible = len(query), self._possible(query, minimum)
        start = possible(0)
        while start + minimum <= size:
            end = start + minimum
            if not self.occurs(query[start:end]):
                start = possible(self._first_start(query, start + 1, end))
                continue
            end = start + self.longest_prefix(query[start:])
            yield start, end
            if end == size:
                return
            shortest = end + 1 - minimum  # the latest start of a match that holds the byte after this one
            within = shortest > start and self.occurs(query[shortest : end + 1])
            start = possible(self._first_start(query, start + 1, end + 1) if within else max(start, shortest) + 1)

    def _possible(self, query: bytes, minimum: int) -> Callable[[int], int]:
        """The first place from a given one on where a match may begin; past the end if there is none."""
        flags = None if self._blocks is None else possible_starts(self._blocks, query, minimum)
        if flags is None:
            return lambda start: start
        places = np.flatnonzero(flags).tolist()
        return lambda start: places[near] if (near := bisect_left(places, start)) < len(places) else len(query)

    def _first_start(self, query: bytes, low: int, end: int) -> int:
        """The smallest s >= low for which query[s:end] occurs; ``end`` if none does."""
        candidates = range(low, end)
        return low + bisect_left(candidates, True, key=lambda start: self.occurs(query[start:end]))

    def _longest_prefix(self, query: bytes) -> int:
        rank = bisect_left(self._order, query, key=self._prefix(len(query)))
        neighbours = (self._order[near] for near in (rank - 1, rank) if 0 <= near < len(self._order))
        return max((_common(query, self._text[place : place + len(query)]) for place in neighbours), default=0)

    def _gallop(self, pattern: bytes, low: int, key: Callable[[int], bytes]) -> int:
        """A rank past the last suffix that begins with ``pattern``, near it where matches are few."""
        step = 1
        while low + step < len(self._order) and key(self._order[low + step]) == pattern:
            step *= 2
        return min(low + step, len(self._order))

    def _prefix(self, length: int) -> Callable[[int], bytes]:
        text = self._text
        return lambda place: text[place : place + length]


def _common(first: bytes, second: bytes) -> int:
    """Length of the common prefix."""
    low, high = 0, min(len(first), len(second))
    while low < high:
        middle = (low + high + 1) // 2
        if first[low:middle] == second[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _pieces(query: bytes) -> Iterator[tuple[int, int]]:
    """Ranges between separators."""
    start = 0
    for piece in query.split(bytes([SEPARATOR])):
        yield start, start + len(piece)
        start += len(piece) + 1
