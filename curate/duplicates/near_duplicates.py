"""The filter that keeps one document of each cluster of near duplicates."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ...core import Corpus, Exhibit, Finding, Progress, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from .band_files import WordFile, band_files
from .clusters import Cluster, find_clusters
from .minhash import BANDS, ROWS
from .near_report import cluster_tallies, largest_clusters, near_findings, source_tallies
from .signing import Signed, sign
from .survivors import Survivor, survivor_by
from .text_spans import ids_at, require_texts
from .words import slices, split_words


@dataclass(slots=True)
class NearDuplicates:
    """Compares every document with every other by MinHash and verifies each match; see :func:`near_duplicates`."""

    name: str
    threshold: float
    bands: int
    rows: int
    seed: int
    survivor: Survivor

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Removal of all but one document of each cluster; the corpus is read twice.

        Memory: 9 bytes for each document and 8 while a band is sorted, the name of each source, and about 300 bytes for
        each candidate pair. Band keys (8 bytes x bands for each document) and the words of documents that have a
        candidate go to temporary files.
        """
        require_texts(corpus, self.name)
        with band_files(self.bands) as (folder, files):
            signed = sign(corpus, files, self.rows, self.seed, progress)
            groups = files.groups(np.flatnonzero(signed.shingles))
            choose = survivor_by(self.survivor, signed.shingles, signed.licences)
            texts = read_words(corpus, groups, folder, progress)
            with closing(texts), progress.task("near duplicates: verify"):
                clusters = find_clusters(groups, texts, self.threshold, choose, corpus.share)
        members = np.array(sorted(member for cluster in clusters for member in cluster.members), np.int64)
        return _judgement(clusters, ids_at(corpus, members), signed, self.threshold)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The largest clusters."""
        return (largest_clusters(self.name, tallies),) if tallies.get("clusters") else ()

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C053 (a source loses most of its documents), HW-C054 (many are removed by a chain)."""
        return near_findings(tallies)


def read_words(corpus: Corpus, groups: Sequence[np.ndarray], folder: Path, progress: Progress) -> WordFile:
    """The canonical words of every document in a group."""
    wanted = np.unique(np.concatenate([np.zeros(0, np.int32), *groups])).astype(np.int64)
    texts = WordFile(folder, wanted)
    with progress.task("near duplicates: read candidates", len(wanted)) as task:
        for found in corpus.share(_words_of, _wanted(corpus, wanted)):
            for words in found:
                texts.append(words)
            task.advance(len(found))
    return texts


def _wanted(corpus: Corpus, wanted: np.ndarray) -> Iterator[tuple[Path, np.ndarray]]:
    """Each shard that holds some of the documents with these ascending numbers, and in which of its rows they stand."""
    start = 0
    for shard in corpus.shards if wanted.size else ():
        rows = pq.read_metadata(shard).num_rows
        first, last = np.searchsorted(wanted, [start, start + rows])
        if last > first:
            yield shard, wanted[first:last] - start
        start += rows


def _words_of(chosen: tuple[Path, np.ndarray]) -> list[bytes]:
    shard, rows = chosen
    texts = pq.read_table(shard, columns=["text"], use_threads=False).column("text").combine_chunks()
    # pa.array would import pandas, at half a second.
    places = pa.Array.from_buffers(pa.int64(), rows.size, [None, pa.py_buffer(np.ascontiguousarray(rows))])
    found: list[bytes] = []
    for part in slices(texts.take(places)):
        words = split_words(part)
        found += [words.text(place) for place in range(len(part))]
    return found


def _judgement(clusters: list[Cluster], ids: Mapping[int, str], signed: Signed, threshold: float) -> Judgement:
    removed = sorted((member, place) for place, cluster in enumerate(clusters) for member in cluster.similarity)
    decisions = tuple(_decision(clusters[place], member, ids, threshold) for member, place in removed)
    labels = tuple(
        Annotation(ids[cluster.kept], "near-duplicate-cluster", score=float(len(cluster.members)))
        for cluster in clusters
    )
    tallies = cluster_tallies(clusters, ids, threshold)
    tallies |= source_tallies(signed.documents(), signed.documents([member for member, _ in removed]))
    return Judgement(decisions, {}, labels, tallies=tallies)


def _decision(cluster: Cluster, member: int, ids: Mapping[int, str], threshold: float) -> Decision:
    similarity = cluster.similarity[member]
    direct = similarity >= threshold
    return Decision(
        id=ids[member],
        action="removed",
        rule="jaccard" if direct else "jaccard-chain",
        measured=similarity if direct else cluster.link[member],
        limit=threshold,
        evidence=f"cluster of {len(cluster.members)}; Jaccard {similarity:.4f} to the kept document",
        duplicate_of=ids[cluster.kept],
    )


@FILTERS.register("near-duplicates", source="Broder 1997; Lee et al. 2022, Deduplicating training data")
def near_duplicates(
    threshold: float = 0.7, bands: int = BANDS, rows: int = ROWS, seed: int = 0, survivor: Survivor = "first"
) -> NearDuplicates:
    """Keep one document of each cluster of near duplicates: MinHash-LSH, every match verified exactly.

    Two documents are near duplicates where the Jaccard similarity of their sets of lower-cased word 5-grams reaches
    ``threshold``. Candidates come from MinHash with ``bands`` x ``rows`` hashes, every one of them is verified on the
    words themselves, and verified pairs are joined to clusters. Of each cluster the ``first`` document in corpus order
    stays, or the ``longest``, or that with the ``best-licence``. Rule ``jaccard``: ``measured`` is the similarity to
    the document that stays. Rule ``jaccard-chain``: the document matches another removed one, and ``measured`` is the
    highest similarity among its verified matches.
    """
    if not 0 < threshold <= 1:
        raise UsageError(f"near-duplicates: threshold must be above 0 and at most 1, not {threshold}")
    if bands < 1 or rows < 1:
        raise UsageError(f"near-duplicates: bands and rows must be at least 1, not {bands} and {rows}")
    return NearDuplicates("near-duplicates", threshold, bands, rows, seed, survivor)
