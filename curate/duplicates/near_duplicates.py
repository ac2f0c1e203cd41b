"""The filter that keeps one document of each cluster of near duplicates."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ...core import Corpus, Progress, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from .clusters import Cluster, find_clusters
from .minhash import BANDS, ROWS, buckets, signatures
from .shingles import shingle_words
from .words import slices, split_words


@dataclass(slots=True)
class NearDuplicates:
    """Compares every document with every other by MinHash and verifies each match; see :func:`near_duplicates`."""

    name: str
    threshold: float
    bands: int
    rows: int
    seed: int

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Removal of all but the first document of each cluster; the corpus is read twice.

        Memory: 4 bytes x bands x rows for each document, and the words of those documents that have a candidate.
        """
        if corpus.modality != "text":
            raise UsageError(
                f"{self.name}: needs a corpus of texts, this one holds records of kind {corpus.modality!r}"
            )
        ids, matrix, sizes = self._sign(corpus, progress)
        usable = np.flatnonzero(sizes)
        groups = [usable[group] for group in buckets(matrix[usable], self.bands)]
        texts = self._read_words(corpus, np.unique(np.concatenate([np.zeros(0, np.int64), *groups])), progress)
        with progress.task("near duplicates: verify"):
            clusters = find_clusters(groups, texts, self.threshold)
        return _judgement(clusters, ids, self.threshold)

    def _sign(self, corpus: Corpus, progress: Progress) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Document ids, signatures (n, bands x rows) and number of shingles of each document."""
        ids: list[str] = []
        matrices = [np.zeros((0, self.bands * self.rows), np.uint32)]
        sizes = [np.zeros(0, np.int64)]
        with progress.task("near duplicates: sign", len(corpus)) as task:
            for batch in corpus.batches(["id", "text"]):
                ids += batch.column("id").to_pylist()
                for part in slices(batch.column("text")):
                    found = shingle_words(split_words(part))
                    matrices.append(signatures(found, self.seed, self.bands * self.rows))
                    sizes.append(np.diff(found.offsets))
                task.advance(batch.num_rows)
        return ids, np.concatenate(matrices), np.concatenate(sizes)

    def _read_words(self, corpus: Corpus, wanted: np.ndarray, progress: Progress) -> dict[int, bytes]:
        """The canonical words of the wanted documents, by their number in the corpus."""
        texts: dict[int, bytes] = {}
        with progress.task("near duplicates: read candidates", len(wanted)) as task:
            for numbers, part in _wanted_slices(corpus, wanted):
                words = split_words(part)
                texts |= {number: words.text(place) for place, number in enumerate(numbers)}
                task.advance(len(numbers))
        return texts


def _wanted_slices(corpus: Corpus, wanted: np.ndarray) -> Iterator[tuple[list[int], pa.Array]]:
    start = 0
    for batch in corpus.batches(["text"]) if wanted.size else ():
        first, last = np.searchsorted(wanted, [start, start + batch.num_rows])
        numbers = wanted[first:last]
        # pa.array would import pandas, at half a second.
        places = pa.Array.from_buffers(pa.int64(), numbers.size, [None, pa.py_buffer(numbers - start)])
        chosen = batch.column("text").take(places)
        done = 0
        for part in slices(chosen):
            yield numbers[done : done + len(part)].tolist(), part
            done += len(part)
        start += batch.num_rows


def _judgement(clusters: list[Cluster], ids: list[str], threshold: float) -> Judgement:
    decisions = [
        (member, _decision(cluster, member, ids, threshold)) for cluster in clusters for member in cluster.members[1:]
    ]
    labels = [
        Annotation(ids[cluster.members[0]], "near-duplicate-cluster", score=float(len(cluster.members)))
        for cluster in clusters
    ]
    return Judgement(tuple(decision for _, decision in sorted(decisions, key=lambda pair: pair[0])), {}, tuple(labels))


def _decision(cluster: Cluster, member: int, ids: list[str], threshold: float) -> Decision:
    similarity = cluster.similarity[member]
    direct = similarity >= threshold
    return Decision(
        id=ids[member],
        action="removed",
        rule="jaccard" if direct else "jaccard-chain",
        measured=similarity if direct else cluster.link[member],
        limit=threshold,
        evidence=f"cluster of {len(cluster.members)}; Jaccard {similarity:.4f} to the kept document",
        duplicate_of=ids[cluster.members[0]],
    )


@FILTERS.register("near-duplicates", source="Broder 1997; Lee et al. 2022, Deduplicating training data")
def near_duplicates(threshold: float = 0.7, bands: int = BANDS, rows: int = ROWS, seed: int = 0) -> NearDuplicates:
    """Keep the first document of each cluster of near duplicates: MinHash-LSH, every match verified exactly.

    Two documents are near duplicates where the Jaccard similarity of their sets of lower-cased word 5-grams reaches
    ``threshold``. Candidates come from MinHash with ``bands`` x ``rows`` hashes, every one of them is verified on the
    words themselves, and verified pairs are joined to clusters. Of each cluster the first document in corpus order
    stays. Rule ``jaccard``: ``measured`` is the similarity to the document that stays. Rule ``jaccard-chain``: the
    document matches another removed one, and ``measured`` is the highest similarity among its verified matches.
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"near-duplicates: threshold must be above 0 and at most 1, not {threshold}")
    if bands < 1 or rows < 1:
        raise UsageError(f"near-duplicates: bands and rows must be at least 1, not {bands} and {rows}")
    return NearDuplicates("near-duplicates", threshold, bands, rows, seed)
