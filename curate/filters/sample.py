"""The filter that keeps a random part of a corpus."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ...core import Corpus, Progress, UsageError, derive_seed
from ..base import FILTERS, Decision, Judgement, Step
from .text_column import ids_of


@dataclass(frozen=True, slots=True)
class SampleShare:
    """Keeps each document with one probability; see :func:`sample`."""

    name: str
    share: float
    seed: int | None

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        """A removal for each document whose place in the draw is at or above the share."""
        ids = ids_of(batch)
        places = draw(ids, self.seed or 0)
        return _judgement(ids, places, places >= self.share, self.share)


@dataclass(frozen=True, slots=True)
class SampleNumber:
    """Keeps a number of documents; see :func:`sample`."""

    name: str
    documents: int
    seed: int | None

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """A removal for each document but the first ones of the draw; the corpus keeps its order."""
        with progress.task("sample"):
            ids = corpus.ids()
            places = draw(ids, self.seed or 0)
            dropped = np.ones(len(ids), bool)
            dropped[np.argsort(places, kind="stable")[: self.documents]] = False
            limit = float(places[~dropped].max()) if not dropped.all() else 0.0
            return _judgement(ids, places, dropped, limit)


def draw(ids: Sequence[str], seed: int) -> np.ndarray:
    """The place of each document in the draw: float64 of shape (n,) in [0, 1), a function of id and seed alone."""
    salt = derive_seed(seed, "sample").to_bytes(8, "little")
    digests = (hashlib.blake2b(name.encode(), digest_size=8, key=salt).digest() for name in ids)
    return np.fromiter((int.from_bytes(digest, "little") >> 11 for digest in digests), float, len(ids)) / 2**53


def _judgement(ids: Sequence[str], places: np.ndarray, dropped: np.ndarray, limit: float) -> Judgement:
    rows = np.flatnonzero(dropped).tolist()
    return Judgement(tuple(Decision(ids[row], "removed", "not-sampled", float(places[row]), limit) for row in rows))


@FILTERS.register("sample", source="Bernoulli and simple random sampling by a keyed hash of the document id")
def sample(share: float | None = None, documents: int | None = None, seed: int | None = None) -> Step:
    """Keep a random share or number of the documents.

    Give ``share`` (each document stays with this probability) or ``documents`` (exactly this many stay). The choice
    depends on document id and seed alone, so it is the same in any order and does not change when other documents are
    added (with ``share``). Without ``seed`` the seed of the run is used. Rule ``not-sampled``: ``measured`` is the
    document's place in the draw, in [0, 1).
    """
    if (share is None) == (documents is None):
        raise UsageError("give either share or documents")
    if share is not None:
        if not 0 < share <= 1:
            raise UsageError(f"share must be above 0 and at most 1, not {share}")
        return SampleShare("sample", share, seed)
    if documents is None or documents < 1:
        raise UsageError(f"documents must be at least 1, not {documents}")
    return SampleNumber("sample", documents, seed)
