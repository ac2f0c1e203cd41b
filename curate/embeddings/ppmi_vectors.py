"""Word vectors trained on a corpus itself: positive pointwise mutual information, then a singular value decomposition.

Deterministic and without a network. Sources: Levy & Goldberg 2014, NeurIPS (PMI factorisation); Levy, Goldberg & Dagan
2015, TACL 3, 211-225 (context distribution smoothing 0.75, eigenvalue weighting 0.5; word and context vectors added, so
that words are near which stand together, and not only words in like company); Halko, Martinsson & Tropp 2011, SIAM
Review 53 (randomised decomposition).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core import derive_seed
from .token_stream import TokenStream
from .word_vectors import WordVectors, unit_rows

SMOOTHING, WEIGHTING = 0.75, 0.5
CHUNK = 2_000_000


@dataclass(frozen=True, slots=True)
class Training:
    """What vectors are made with: ``window`` words to each side, ``dimensions``, words of ``frequency`` or more."""

    window: int = 5
    dimensions: int = 100
    frequency: int = 10
    vocabulary: int = 20_000


@dataclass(frozen=True)
class Vocabulary:
    """The words that get a vector, the most frequent first, and ``ids`` (n,) of the stream's tokens, -1 for others."""

    words: tuple[str, ...]
    ids: NDArray[np.int32]
    counts: dict[str, int]


def vocabulary_of(stream: TokenStream, training: Training) -> Vocabulary:
    """Words that occur ``frequency`` times, at most ``vocabulary`` of them; ties by the word."""
    often = np.bincount(stream.tokens, minlength=len(stream.words))
    common = np.flatnonzero(often >= training.frequency)
    order = sorted(common.tolist(), key=lambda number: (-often[number], stream.words[number]))[: training.vocabulary]
    new = np.full(len(stream.words) + 1, -1, np.int32)
    new[order] = np.arange(len(order))
    counts = {word: int(often[number]) for number, word in enumerate(stream.words)}
    return Vocabulary(tuple(stream.words[number] for number in order), new[stream.tokens], counts)


def train(
    stream: TokenStream, vocabulary: Vocabulary, training: Training, seed: int, weights: NDArray[np.int64] | None = None
) -> WordVectors | None:
    """Vectors of the vocabulary, or None where too few words stand together.

    ``weights`` (documents,) says how often each document counts: the multiplicities of a bootstrap resample.
    """
    counts = cooccurrences(stream, vocabulary, training.window, weights)
    if len(vocabulary.words) <= 2 * training.dimensions or counts.nnz == 0:
        return None
    from sklearn.utils.extmath import randomized_svd

    left, values, right = randomized_svd(
        ppmi(counts), training.dimensions, n_oversamples=10, n_iter=3,
        random_state=derive_seed(seed, "embedding") % 2**32,
    )  # fmt: skip
    matrix, good = unit_rows((left + right.T) * values**WEIGHTING)
    words = tuple(word for word, kept in zip(vocabulary.words, good, strict=True) if kept)
    protocol = (
        f"PPMI, window {training.window}, smoothing {SMOOTHING}, word + context, {training.dimensions} dimensions, "
        f"words of {training.frequency} or more, {len(words):,} words"
    )
    return WordVectors(words, matrix, protocol, vocabulary.counts)


def cooccurrences(
    stream: TokenStream, vocabulary: Vocabulary, window: int, weights: NDArray[np.int64] | None = None
) -> Any:
    """How often each word stands within ``window`` words of each other one in a document: symmetric sparse (n, n)."""
    from scipy.sparse import csr_matrix

    size = len(vocabulary.words)
    total = csr_matrix((size, size))
    for start in range(0, len(vocabulary.ids), CHUNK):
        stop = start + CHUNK + window
        part = _pairs(vocabulary.ids[start:stop], stream.document[start:stop], window, CHUNK)
        left, right, document = part
        data = np.ones(len(left)) if weights is None else weights[document].astype(np.float64)
        total = total + csr_matrix((data, (left, right)), (size, size))
    return total + total.T


def _pairs(
    ids: NDArray[np.int32], document: NDArray[np.int32], window: int, firsts: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Pairs of words of which the first is one of the ``firsts`` first tokens, and the document of each pair."""
    found = []
    for offset in range(1, window + 1):
        left, right, own = ids[:-offset][:firsts], ids[offset:][:firsts], document[:-offset][:firsts]
        keep = (left >= 0) & (right >= 0) & (own == document[offset:][:firsts])
        found.append((left[keep], right[keep], own[keep]))
    left, right, own = (np.concatenate(columns) for columns in zip(*found, strict=True))
    return left, right, own


def ppmi(counts: Any) -> Any:
    """max(0, ln(#(w, c) sum(#c^a) / (#w #c^a))) with a = 0.75 of a sparse matrix of counts; zeros are dropped."""
    from scipy.sparse import coo_matrix, csr_matrix

    cells = coo_matrix(counts)
    rows, columns = np.asarray(counts.sum(1)).ravel(), np.asarray(counts.sum(0)).ravel() ** SMOOTHING
    with np.errstate(divide="ignore"):
        values = np.log(cells.data * columns.sum() / (rows[cells.row] * columns[cells.col]))
    keep = values > 0
    return csr_matrix((values[keep], (cells.row[keep], cells.col[keep])), cells.shape)
