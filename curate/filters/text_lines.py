"""The lines of many texts as one Arrow column: where every rule on lines starts from."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True, slots=True)
class Lines:
    """The lines of n texts, empty ones too. Text d has the lines ``borders[d]`` to ``borders[d + 1]`` of ``lines``.

    ``lines`` is a large_string array of raw lines without their line feed, ``stripped`` the same without white space at
    both ends, ``borders`` int64 of shape (n + 1,). A text without a line feed is one line.
    """

    lines: pa.Array
    stripped: pa.Array
    borders: np.ndarray

    @property
    def document(self) -> np.ndarray:
        """The text that each line stands in: int64 of shape (lines,)."""
        return np.repeat(np.arange(len(self.borders) - 1), np.diff(self.borders))

    @property
    def filled(self) -> np.ndarray:
        """Which lines are more than white space."""
        return numbers(pc.binary_length(self.stripped)) > 0

    def spans(self) -> tuple[np.ndarray, np.ndarray]:
        """Start and end of each line within its text, in characters."""
        sizes = numbers(pc.utf8_length(self.lines)).astype(np.int64)
        ends = np.cumsum(sizes + 1)
        first = np.concatenate([np.zeros(1, np.int64), ends])[self.borders[:-1]]
        ends = ends - 1 - np.repeat(first, np.diff(self.borders))
        return ends - sizes, ends


def split_lines(texts: pa.Array) -> Lines:
    """The lines of an array of texts without nulls, cut at line feeds."""
    pieces = pc.split_pattern(texts.cast(pa.large_string()), "\n")
    borders = pieces.offsets.to_numpy().astype(np.int64)
    lines = pieces.values.slice(int(borders[0]), int(borders[-1] - borders[0]))
    return Lines(lines, pc.utf8_trim_whitespace(lines), borders - borders[0])


def join_lines(lines: pa.Array, borders: np.ndarray) -> pa.Array:
    """Texts again: the inverse of :func:`split_lines` for these lines."""
    pieces = pa.LargeListArray.from_arrays(pa.array(borders, pa.int64()), lines)
    return pc.binary_join(pieces, pa.scalar("\n", pa.large_string()))


def numbers(values: pa.Array) -> np.ndarray:
    """An Arrow array without nulls as a NumPy array."""
    found: np.ndarray = values.to_numpy(zero_copy_only=False)
    return found


def totals(values: np.ndarray, borders: np.ndarray) -> np.ndarray:
    """The sum of the values of each text's lines: float64 of shape (n,)."""
    sums = np.concatenate([np.zeros(1), np.cumsum(values, dtype=np.float64)])
    found: np.ndarray = sums[borders[1:]] - sums[borders[:-1]]
    return found
