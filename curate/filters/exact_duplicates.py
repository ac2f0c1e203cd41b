"""The filter that keeps one of several documents with the same content."""

import hashlib
import unicodedata
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ...core import Corpus, Progress, modality
from ..base import FILTERS, Annotation, Decision, Judgement


@dataclass(frozen=True, slots=True)
class ExactDuplicates:
    """Keeps the first of equal documents; see :func:`exact_duplicates`."""

    name: str
    ignore_white_space: bool
    ignore_case: bool

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Removal of all but the first document of each group of equals. Memory: 16 bytes and the id per document."""
        digests = [np.zeros((0, 2), np.uint64)]
        ids: list[str] = []
        with progress.task("exact duplicates", len(corpus)) as task:
            for names, found in corpus.map(self.named_digests, ["id", *_content(corpus.schema)]):
                digests.append(found)
                ids += names
                task.advance(len(names))
        return _judgement(ids, np.concatenate(digests))

    def named_digests(self, batch: pa.RecordBatch) -> tuple[list[str], np.ndarray]:
        """The ids of the records with their digests."""
        return batch.column("id").to_pylist(), self.digests(batch)

    def digests(self, batch: pa.RecordBatch) -> np.ndarray:
        """128-bit hashes of what counts as the content of each record: uint64 of shape (n, 2)."""
        contents = self._images(batch) if modality(batch.schema) == "image" else self._texts(batch)
        joined = b"".join(hashlib.blake2b(content, digest_size=16).digest() for content in contents)
        return np.frombuffer(joined, np.uint64).reshape(-1, 2)

    def _texts(self, batch: pa.RecordBatch) -> list[bytes]:
        texts = batch.column(modality(batch.schema)).to_pylist()
        return [self.normalise(text or "").encode("utf-8", "surrogatepass") for text in texts]

    def _images(self, batch: pa.RecordBatch) -> list[bytes]:
        columns = (batch.column(name).to_pylist() for name in _content(batch.schema))
        return [
            f"{height}x{width}x{depth}:".encode() + (raw or b"")
            for height, width, depth, raw in zip(*columns, strict=True)
        ]

    def normalise(self, text: str) -> str:
        """The text in the form in which it is compared."""
        if not text.isascii():
            text = unicodedata.normalize("NFC", text)
        if self.ignore_white_space:
            text = " ".join(text.split())
        return unicodedata.normalize("NFC", text.casefold()) if self.ignore_case else text


def _content(schema: pa.Schema) -> tuple[str, ...]:
    """The columns that hold the content of a record."""
    kind = modality(schema)
    return ("height", "width", "channels", kind) if kind == "image" else (kind,)


def _judgement(ids: list[str], digests: np.ndarray) -> Judgement:
    _, first, group, sizes = np.unique(digests, axis=0, return_index=True, return_inverse=True, return_counts=True)
    group = group.reshape(-1)
    survivors = first[group]
    copies = np.flatnonzero(survivors != np.arange(len(ids)))
    decisions = tuple(
        Decision(
            id=ids[row],
            action="removed",
            rule="exact-copy",
            measured=float(sizes[group[row]]),
            limit=1.0,
            evidence=f"{sizes[group[row]]} documents with this content",
            duplicate_of=ids[survivors[row]],
        )
        for row in copies.tolist()
    )
    clusters = sorted((int(first[place]), int(sizes[place])) for place in np.flatnonzero(sizes > 1))
    annotations = tuple(Annotation(ids[row], "exact-duplicate-cluster", score=float(size)) for row, size in clusters)
    return Judgement(decisions, {}, annotations)


@FILTERS.register("exact-duplicates", source="hash comparison; Lee et al. 2022, Deduplicating training data")
def exact_duplicates(ignore_white_space: bool = True, ignore_case: bool = False) -> ExactDuplicates:
    """Keep one of several documents with the same content: the first in the order of the corpus.

    Texts are compared in Unicode form NFC with runs of white space as one blank (``ignore_white_space``) and, on
    demand, without regard to case; images by their pixels and size, table rows by their text. Rule ``exact-copy``:
    ``measured`` is the number of documents with this content, ``limit`` is 1, ``duplicate_of`` is the one that stays.
    """
    return ExactDuplicates("exact-duplicates", ignore_white_space, ignore_case)
