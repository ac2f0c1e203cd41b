"""In how many documents a key stands, for the frequent keys of a corpus, in bounded memory."""

import numpy as np

_ROWS = 2
_SECOND = np.uint64(0xC2B2AE3D27D4EB4F)
_SHIFT = np.uint64(29)


class DocumentCounts:
    """Counts keys over two passes: a count-min table of fixed size first, then exact counts of what may be frequent.

    The table never counts too low (Cormode and Muthukrishnan 2005), so no frequent key is missed; what it counts too
    high is corrected by the second pass. Memory: ``megabytes`` for the table, and 16 bytes for each candidate.
    """

    def __init__(self, megabytes: int, minimum: int) -> None:
        self.minimum = minimum
        self._size = np.uint64((megabytes << 20) // _ROWS // 2)
        self._table = np.zeros((_ROWS, int(self._size)), np.uint16)
        self._keys = np.zeros(0, np.uint64)
        self._counts = np.zeros(0, np.int64)

    def estimate(self, keys: np.ndarray) -> None:
        """First pass: the keys of some documents, each once a document."""
        for row, places in enumerate(self._places(keys)):
            slots, counts = np.unique(places, return_counts=True)
            grown = self._table[row, slots].astype(np.int64) + counts
            self._table[row, slots] = np.minimum(grown, np.iinfo(np.uint16).max)

    def count(self, keys: np.ndarray) -> None:
        """Second pass over the same keys: those that may be frequent are counted exactly."""
        limit = min(self.minimum, np.iinfo(np.uint16).max)
        first, second = (self._table[row, places] for row, places in enumerate(self._places(keys)))
        found, counts = np.unique(keys[np.minimum(first, second) >= limit], return_counts=True)
        merged, places = np.unique(np.concatenate([self._keys, found]), return_inverse=True)
        sums = np.zeros(merged.size, np.int64)
        np.add.at(sums, places, np.concatenate([self._counts, counts]))
        self._keys, self._counts = merged, sums

    def frequent(self) -> tuple[np.ndarray, np.ndarray]:
        """The keys (uint64, ascending) of at least ``minimum`` documents, and in how many each stands (int64)."""
        chosen = self._counts >= self.minimum
        return self._keys[chosen], self._counts[chosen]

    def _places(self, keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return keys % self._size, ((keys ^ (keys >> _SHIFT)) * _SECOND) % self._size
