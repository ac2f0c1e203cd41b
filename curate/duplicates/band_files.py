"""Band keys of signatures and words of candidates on disk: what near-duplicate search would else hold in memory."""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import xxhash

from .minhash import groups_of


class BandFiles:
    """One file of 64-bit keys for each band, and the documents that agree in one of them."""

    def __init__(self, folder: Path, bands: int) -> None:
        self._files = [(folder / f"band-{band}").open("w+b") for band in range(bands)]

    @property
    def bands(self) -> int:
        """How many there are."""
        return len(self._files)

    def add(self, keys: np.ndarray) -> None:
        """The keys of further documents: uint64 of shape (bands, n)."""
        for file, row in zip(self._files, keys, strict=True):
            file.write(row.tobytes())

    def groups(self, usable: np.ndarray) -> list[np.ndarray]:
        """Distinct groups of two or more documents that agree in a band: ascending numbers (int32), ``usable`` ones."""
        known: set[int] = set()
        found: list[np.ndarray] = []
        for file in self._files:
            file.seek(0)
            keys = np.frombuffer(file.read(), np.uint64)
            for group in groups_of(keys[usable]):
                members = usable[group].astype(np.int32)
                digest = xxhash.xxh3_64_intdigest(members.tobytes())
                if digest not in known:
                    known.add(digest)
                    found.append(members)
        return found

    def close(self) -> None:
        """Give the files back."""
        for file in self._files:
            file.close()


class WordFile(Mapping[int, bytes]):
    """Canonical words of documents in one file, by number; 24 bytes of memory for each document."""

    def __init__(self, folder: Path, numbers: np.ndarray) -> None:
        self._file = (folder / "words").open("w+b")
        self._numbers = numbers
        self._ends = np.zeros(numbers.size + 1, np.int64)
        self._written = 0

    def append(self, words: bytes) -> None:
        """The words of the next of the numbers."""
        self._file.write(words)
        self._written += 1
        self._ends[self._written] = self._ends[self._written - 1] + len(words)

    def __getitem__(self, number: int) -> bytes:
        place = int(np.searchsorted(self._numbers, number))
        if place >= self._written or self._numbers[place] != number:
            raise KeyError(number)
        self._file.seek(int(self._ends[place]))
        return self._file.read(int(self._ends[place + 1] - self._ends[place]))

    def __iter__(self) -> Iterator[int]:
        return iter(self._numbers[: self._written].tolist())

    def __len__(self) -> int:
        return self._written

    def close(self) -> None:
        """Give the file back."""
        self._file.close()


@contextmanager
def band_files(bands: int) -> Iterator[tuple[Path, BandFiles]]:
    """A temporary folder and the files of the bands in it; both are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="headwater-") as folder:
        files = BandFiles(Path(folder), bands)
        try:
            yield Path(folder), files
        finally:
            files.close()
