"""The passages of a corpus that are nearest to each of some claims, by BM25, in memory that does not grow with it.

score = sum over the words of the claim of ln(1 + (N - df + 1/2) / (df + 1/2)) tf (k1 + 1) / (tf + k1 (1 - b + b l / mean))

with k1 = 1.2 and b = 0.75: Robertson & Zaragoza 2009, section 3; the logarithm of 1 + keeps common words from counting
against a passage. Only the words of the claims are kept, so the corpus is read twice and no index lies on disk.
"""  # noqa: E501

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from ..statistics import Floats
from .passages import sentence_spans

K1, B = 1.2, 0.75
BLOCK = 8_192
CLAIMS = 512
_WORD = re.compile(r"\w+")
Documents = Callable[[], Iterable[tuple[str, str]]]
"""Ids and texts of the documents, the same each time it is called."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence of a document: characters [start, end)."""

    document_id: str
    start: int
    end: int
    text: str


@dataclass
class Nearest:
    """What a search found. ``passages``: for each claim the best first. ``lower``: which claim words the corpus
    writes in lower case."""

    passages: list[list[Passage]]
    scores: list[list[float]]
    lower: frozenset[str]
    n: int


@dataclass
class _Counts:
    """What the first reading leaves: passages, their words, and in how many passages each word stands."""

    passages: int = 0
    words: int = 0
    frequency: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))


def words(text: str) -> list[str]:
    """Words in lower case."""
    return _WORD.findall(text.casefold())


def nearest_passages(
    claims: Sequence[str], documents: Documents, k: int, without: Sequence[str | None] | None = None
) -> Nearest:
    """The ``k`` passages of each claim with the highest scores above 0, ties in corpus order.

    ``without`` names for each claim a document that is not searched for it.
    """
    found = [list(dict.fromkeys(words(claim))) for claim in claims]
    vocabulary = {word: place for place, word in enumerate(sorted({word for one in found for word in one}))}
    spelled = {word for claim in claims for word in _WORD.findall(claim)}
    counts, lower = _count(documents, vocabulary, {word.casefold() for word in spelled if word[:1].isupper()})
    best = _Best(len(claims), k, without or [None] * len(claims))
    if counts.passages:
        queries = _queries(found, vocabulary, counts)
        for block, low in _blocks(documents):
            best.add(block, low, queries, _weights(block, vocabulary, counts))
    passages, scores = best.result()
    return Nearest(passages, scores, frozenset(lower), counts.passages)


def _count(documents: Documents, vocabulary: Mapping[str, int], wanted: set[str]) -> tuple[_Counts, set[str]]:
    counts, lower = _Counts(frequency=np.zeros(len(vocabulary), np.int64)), set[str]()
    for block, _ in _blocks(documents):
        for passage in block:
            lower |= wanted.intersection(_WORD.findall(passage.text))
        matrix, lengths = _matrix(block, vocabulary)
        counts.passages += len(block)
        counts.words += int(lengths.sum())
        counts.frequency += np.bincount(matrix.indices, minlength=len(vocabulary))
    return counts, lower


def _blocks(documents: Documents) -> Iterator[tuple[list[Passage], int]]:
    """The passages in order, so many at a time, with the number of the first."""
    every = (
        Passage(name, start, end, text[start:end])
        for name, text in documents() for start, end in sentence_spans(text)
    )  # fmt: skip
    low = 0
    while block := list(islice(every, BLOCK)):
        yield block, low
        low += len(block)


def _matrix(block: Sequence[Passage], vocabulary: Mapping[str, int]) -> tuple[sparse.csr_array, Floats]:
    """How often each word of the vocabulary stands in each passage, and how many words each passage has."""
    places, rows, lengths = list[int](), list[int](), np.zeros(len(block))
    for row, passage in enumerate(block):
        own = words(passage.text)
        known = [place for word in own if (place := vocabulary.get(word)) is not None]
        places += known
        rows.append(len(known))
        lengths[row] = len(own)
    starts = np.concatenate([[0], np.cumsum(rows)])
    shape = (len(block), len(vocabulary))
    matrix = sparse.csr_array((np.ones(len(places)), np.array(places, np.int64), starts), shape)
    matrix.sum_duplicates()
    return matrix, lengths


def _queries(claims: Sequence[Sequence[str]], vocabulary: Mapping[str, int], counts: _Counts) -> sparse.csr_array:
    df = counts.frequency.astype(np.float64)
    rarity = np.log1p((counts.passages - df + 0.5) / (df + 0.5))
    places = [sorted(vocabulary[word] for word in claim) for claim in claims]
    columns = np.array([place for claim in places for place in claim], np.int64)
    starts = np.concatenate([[0], np.cumsum([len(claim) for claim in places])])
    return sparse.csr_array((rarity[columns], columns, starts), (len(claims), len(vocabulary)))


def _weights(block: Sequence[Passage], vocabulary: Mapping[str, int], counts: _Counts) -> sparse.csr_array:
    """The part of the score that a word of a passage has beside its rarity: (words, passages)."""
    matrix, lengths = _matrix(block, vocabulary)
    mean = max(1.0, counts.words / counts.passages)
    norm = np.repeat(K1 * (1 - B + B * lengths / mean), np.diff(matrix.indptr))
    matrix.data = matrix.data * (K1 + 1) / (matrix.data + norm)
    return sparse.csr_array(matrix.T)


class _Best:
    """The best passages of each claim among those seen."""

    def __init__(self, claims: int, k: int, without: Sequence[str | None]) -> None:
        self._k, self._without = k, without
        self._found: list[list[tuple[float, int]]] = [[] for _ in range(claims)]
        self._passages: dict[int, Passage] = {}

    def add(self, block: Sequence[Passage], low: int, queries: sparse.csr_array, weights: sparse.csr_array) -> None:
        names = np.array([passage.document_id for passage in block])
        touched = False
        for first in range(0, queries.shape[0], CLAIMS):
            scores = (queries[first : first + CLAIMS] @ weights).toarray()
            for row, own in enumerate(scores, first):
                if (out := self._without[row]) is not None:
                    own[names == out] = 0
                touched |= self._merge(row, own, block, low)
        if touched:
            kept = {number for found in self._found for _, number in found}
            self._passages = {number: one for number, one in self._passages.items() if number in kept}

    def _merge(self, row: int, scores: Floats, block: Sequence[Passage], low: int) -> bool:
        found = self._found[row]
        least = found[-1][0] if len(found) == self._k else 0.0
        if len(scores) > self._k:
            least = max(least, float(np.nextafter(np.partition(scores, -self._k)[-self._k], 0)))
        places = np.flatnonzero(scores > least)
        if not len(places):
            return False
        places = places[np.argsort(-scores[places], kind="stable")[: self._k]]
        new = [(float(scores[place]), low + int(place)) for place in places]
        self._found[row] = sorted([*found, *new], key=lambda one: (-one[0], one[1]))[: self._k]
        self._passages.update((number, block[number - low]) for _, number in new)
        return True

    def result(self) -> tuple[list[list[Passage]], list[list[float]]]:
        passages = [[self._passages[number] for _, number in found] for found in self._found]
        return passages, [[score for score, _ in found] for found in self._found]
