"""Vectors of words, and how words are looked up."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class WordVectors:
    """``matrix`` (words, dimensions) holds unit vectors in the order of ``words``; ``protocol`` says whence they are.

    ``counts`` are the occurrences of words that were seen but are too rare to have a vector; empty where unknown.
    """

    words: tuple[str, ...]
    matrix: Floats
    protocol: str
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_rows", {word: row for row, word in enumerate(self.words)})

    def known(self, words: Sequence[str]) -> list[str]:
        """Those of ``words`` that have a vector, as written or in lower case; each vector once."""
        rows = {self._row(word): word for word in reversed(words)}
        return [word for word in words if (row := self._row(word)) is not None and rows[row] == word]

    def of(self, words: Sequence[str]) -> Floats:
        """Vectors (n, dimensions) of words that are all known."""
        rows = [row for word in words if (row := self._row(word)) is not None]
        return self.matrix[rows]

    def _row(self, word: str) -> int | None:
        rows: dict[str, int] = self._rows  # type: ignore[attr-defined]
        return rows.get(word, rows.get(word.lower()))


def unit_rows(matrix: NDArray[np.floating]) -> tuple[Floats, NDArray[np.bool_]]:
    """Rows of length 1, and which rows are none because they are zero or not finite."""
    values = np.asarray(matrix, np.float64)
    lengths = np.sqrt((values**2).sum(1))
    good = np.isfinite(lengths) & (lengths > 0)
    return values[good] / lengths[good][:, None], good
