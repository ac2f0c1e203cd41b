"""Which of many hashes occur more than once, in memory for a part of them at a time."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

_BITS = 5
_SHIFT = np.uint64(64 - _BITS)


class RepeatedHashes:
    """Takes uint64 hashes in any number and tells those that came more than once.

    They lie in files by their top five bits, so that a 32nd of them is sorted at a time.
    """

    def __init__(self, folder: Path) -> None:
        self._files = [(folder / f"{part}").open("w+b") for part in range(1 << _BITS)]

    def add(self, hashes: np.ndarray) -> None:
        """Count these hashes."""
        parts = hashes >> _SHIFT
        ordered = hashes[np.argsort(parts, kind="stable")]
        ends = np.cumsum(np.bincount(parts.astype(np.int64), minlength=len(self._files)))
        for file, start, end in zip(self._files, [0, *ends[:-1].tolist()], ends.tolist(), strict=True):
            file.write(ordered[start:end].tobytes())

    def repeated(self) -> np.ndarray:
        """The hashes that came at least twice: distinct, ascending."""
        found = [np.zeros(0, np.uint64)]
        for file in self._files:
            file.seek(0)
            values = np.frombuffer(file.read(), np.uint64).copy()
            values.sort()
            later = values[1:][values[1:] == values[:-1]]
            found.append(np.unique(later))
        return np.concatenate(found)

    def close(self) -> None:
        """Give the files back."""
        for file in self._files:
            file.close()


@contextmanager
def counting() -> Iterator[RepeatedHashes]:
    """A counter whose files are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="headwater-") as folder:
        counter = RepeatedHashes(Path(folder))
        try:
            yield counter
        finally:
            counter.close()
