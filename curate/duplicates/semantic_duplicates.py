"""Documents that say much the same, by the cosine of their vectors: annotated, never removed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from ...core import Corpus, Exhibit, Finding, Progress, Table, UsageError, generator
from ..base import FILTERS, Annotation, Judgement
from .embeddings import LONGEST, Embedder, embed_with, hashed_tfidf, static_vectors
from .text_spans import numbered_texts, require_texts

BLOCK, PER_DOCUMENT, SHOWN = 512, 5, 20
Pair = tuple[int, int, float]


@dataclass(frozen=True, slots=True)
class SemanticDuplicates:
    """Annotates pairs of documents with similar vectors; see :func:`semantic_duplicates`."""

    name: str
    threshold: float
    embedder: str | Embedder
    model: str | None
    maximum_documents: int
    seed: int | None

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Annotations on both documents of each pair. Nothing is edited, removed or quarantined.

        Memory: the drawn texts (20,000 characters of each at most) and their vectors.
        """
        require_texts(corpus, self.name)
        drawn = self._drawn(len(corpus))
        rows = list(numbered_texts(corpus, drawn))
        ids = [name for _, name, _ in rows]
        with progress.task("semantic duplicates: embed"):
            vectors = self._embed([text[:LONGEST] for _, _, text in rows]) if rows else np.zeros((0, 1), np.float32)
        with progress.task("semantic duplicates: compare"):
            pairs = list(similar_pairs(vectors, self.threshold))
        notes = [
            Annotation(ids[own], f"semantic-duplicate-of:{ids[other]}", score=similarity)
            for first, second, similarity in pairs
            for own, other in ((first, second), (second, first))
        ]
        marked = {place for first, second, _ in pairs for place in (first, second)}
        tallies = {"compared": len(rows), "pairs": len(pairs), "documents": len(marked)}
        ranked = sorted(pairs, key=lambda pair: (-pair[2], pair[:2]))[:SHOWN]
        tallies |= {f"pair\t{ids[first]}\t{ids[second]}": round(value * 10_000) for first, second, value in ranked}
        return Judgement(annotations=tuple(notes), tallies=tallies)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """The most similar pairs."""
        found = [(key.split("\t"), value) for key, value in tallies.items() if key.startswith("pair\t")]
        ranked = sorted(found, key=lambda pair: (-pair[1], pair[0]))
        rows = tuple((first, second, value / 10_000) for (_, first, second), value in ranked)
        note = (
            f"Advice only: {tallies.get('pairs', 0):,} pairs of cosine {self.threshold} and more among "
            f"{tallies.get('compared', 0):,} of {documents:,} documents. Nothing was removed."
        )
        columns = ("document", "resembles", "cosine")
        return (Table("semantic-duplicates", "Documents that say much the same", columns, rows, note),)

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C056 where pairs were found."""
        if not tallies.get("pairs"):
            return ()
        return (
            Finding(
                "HW-C056",
                "info",
                f"{tallies['documents']:,} of {tallies['compared']:,} compared documents resemble another in meaning",
                f"{tallies['pairs']:,} pairs reach a cosine of {self.threshold}. Such pairs are often different texts "
                "on one subject: in a measured run 37 % of them were near duplicates. Nothing was removed.",
                "Read the table of the most similar pairs before you act on any of them.",
            ),
        )

    def _drawn(self, documents: int) -> np.ndarray:
        order = generator(self.seed or 0, "semantic-duplicates").permutation(documents)
        chosen: np.ndarray = np.sort(order[: self.maximum_documents])
        return chosen

    def _embed(self, texts: list[str]) -> np.ndarray:
        if self.embedder == "tfidf-svd":
            return hashed_tfidf(texts, self.seed or 0)
        embedder = static_vectors(self.model or "") if isinstance(self.embedder, str) else self.embedder
        return embed_with(embedder, texts, self.name)


def similar_pairs(vectors: np.ndarray, threshold: float) -> Iterator[Pair]:
    """Pairs (first < second, cosine rounded to four places) of vectors of length one, at most five for each first."""
    for start in range(0, len(vectors), BLOCK):
        block = vectors[start : start + BLOCK]
        cosines = np.round(block.astype(np.float64) @ vectors[start:].T.astype(np.float64), 4)
        for row in np.flatnonzero((np.triu(cosines, 1) >= threshold).any(axis=1)).tolist():
            others = np.flatnonzero(cosines[row, row + 1 :] >= threshold) + row + 1
            ranked = others[np.lexsort((others, -cosines[row, others]))][:PER_DOCUMENT]
            for other in np.sort(ranked).tolist():
                yield start + row, start + other, float(min(cosines[row, other], 1.0))


@FILTERS.register("semantic-duplicates", source="Deerwester et al. 1990; Abbas et al. 2023, SemDeDup (threshold)")
def semantic_duplicates(
    threshold: float = 0.9,
    embedder: str | Embedder = "tfidf-svd",
    model: str | None = None,
    maximum_documents: int = 20_000,
    seed: int | None = None,
) -> SemanticDuplicates:
    """Annotate pairs of documents that say much the same, by the cosine of vectors; advice only, nothing is removed.

    ``embedder`` is ``tfidf-svd`` (hashed words and word pairs, TF-IDF, truncated SVD to 128 dimensions),
    ``sentence-embedding`` (static word vectors from the local folder ``model``) or, from Python, a callable that turns
    a list of texts into an array (texts, dimensions). Pairs with a cosine of at least ``threshold`` are annotated on
    both sides. At most ``maximum_documents``, drawn by ``seed`` (that of the run), are compared.
    """
    if not 0 < threshold <= 1 or maximum_documents < 2:
        raise UsageError("semantic-duplicates: threshold must be above 0 and at most 1, maximum_documents at least 2")
    if isinstance(embedder, str) and embedder not in ("tfidf-svd", "sentence-embedding"):
        raise UsageError(
            f"semantic-duplicates: no embedder {embedder!r}; there are tfidf-svd and sentence-embedding, and from "
            "Python any callable"
        )
    if (embedder == "sentence-embedding") != (model is not None):
        raise UsageError("semantic-duplicates: 'model', a local folder, goes with embedder: sentence-embedding")
    return SemanticDuplicates("semantic-duplicates", threshold, embedder, model, maximum_documents, seed)
