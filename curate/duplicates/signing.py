"""MinHash band keys of every document of a corpus, and the little that is kept of each in memory."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pyarrow as pa

from ...core import UNKNOWN, Corpus, Progress
from .band_files import BandFiles
from .minhash import band_keys, signatures
from .shingles import shingle_words
from .survivors import licence_rank
from .words import slices, split_words


@dataclass(slots=True)
class Signed:
    """What is kept of each document: its number of shingles, its source (a code) and the rank of its licence."""

    shingles: np.ndarray
    sources: np.ndarray
    licences: np.ndarray
    names: list[str]

    def documents(self, members: Sequence[int] | np.ndarray | None = None) -> Counter[str]:
        """How many documents (all, or those with these numbers) each source has."""
        codes = self.sources if members is None else self.sources[np.asarray(members, np.int64)]
        return Counter(dict(zip(self.names, np.bincount(codes, minlength=len(self.names)).tolist(), strict=True)))


@dataclass(frozen=True, slots=True)
class Sketch:
    """Of some documents: their band keys (uint64, bands x n), numbers of shingles, sources and ranks of licences."""

    keys: np.ndarray
    shingles: np.ndarray
    sources: pa.Array
    licences: np.ndarray


def sketch(batch: pa.RecordBatch, bands: int, rows: int, seed: int) -> Sketch:
    """The sketch of the documents of a batch, each by itself."""
    keys, sizes = [np.zeros((bands, 0), np.uint64)], [np.zeros(0, np.int32)]
    for part in slices(batch.column("text")):
        found = shingle_words(split_words(part))
        keys.append(np.stack(list(band_keys(signatures(found, seed, bands * rows), bands))))
        sizes.append(np.diff(found.offsets).astype(np.int32))
    ranks = [licence_rank(name or UNKNOWN) for name in batch.column("licence").to_pylist()]
    return Sketch(np.hstack(keys), np.concatenate(sizes), batch.column("source"), np.array(ranks, np.int8))


def sign(corpus: Corpus, files: BandFiles, rows: int, seed: int, progress: Progress) -> Signed:
    """Write the band keys of every document, and tell its number of shingles, its source and its licence."""
    sizes, sources, licences = [np.zeros(0, np.int32)], [np.zeros(0, np.int32)], [np.zeros(0, np.int8)]
    codes = _Codes()
    call = partial(sketch, bands=files.bands, rows=rows, seed=seed)
    with progress.task("near duplicates: sign", len(corpus)) as task:
        for found in corpus.map(call, ["text", "source", "licence"]):
            files.add(found.keys)
            sizes.append(found.shingles)
            sources.append(codes.of(found.sources))
            licences.append(found.licences)
            task.advance(len(found.shingles))
    return Signed(np.concatenate(sizes), np.concatenate(sources), np.concatenate(licences), list(codes.numbers))


@dataclass(slots=True)
class _Codes:
    """Numbers for names, in the order of their first sight."""

    numbers: dict[str, int] = field(default_factory=dict)

    def of(self, column: pa.Array) -> np.ndarray:
        encoded = column.dictionary_encode()
        names = [name or UNKNOWN for name in encoded.dictionary.to_pylist()]
        codes = np.array([self.numbers.setdefault(name, len(self.numbers)) for name in [*names, UNKNOWN]], np.int32)
        missing = len(names)
        found: np.ndarray = codes[encoded.indices.fill_null(missing).to_numpy(zero_copy_only=False)]
        return found
