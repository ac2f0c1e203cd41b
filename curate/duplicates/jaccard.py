"""Exact Jaccard similarity of word 5-gram sets: the judge of every candidate pair.

:func:`jaccard` builds the sets of real words. :class:`Verifier` gives the same number faster: it intersects hashes and
then compares the words behind every hash that two documents share, so that a collision cannot make a duplicate.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from .shingles import SHINGLE, shingle_words
from .words import canonical, join, split_canonical


def jaccard(first: str, second: str) -> float:
    """Size of the intersection of two texts' sets of lower-cased word 5-grams over the size of the union, in [0, 1].

    A text of one to four words has one element, all of its words. Two texts without words have similarity 0.

    >>> jaccard("The cat sat on the mat.", "the cat sat on the MAT")
    1.0
    """
    return jaccard_of_words(words_of(first), words_of(second))


def words_of(text: str) -> bytes:
    """The canonical words of a text, joined by single spaces, in UTF-8."""
    raw, offsets = join([canonical(text).encode("utf-8", "replace")])
    return split_canonical(raw, offsets).text(0)


def jaccard_of_words(first: bytes, second: bytes) -> float:
    """:func:`jaccard` of words that are canonical and joined by spaces."""
    one, other = _gram_set(first), _gram_set(second)
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def _gram_set(words: bytes) -> set[tuple[bytes, ...]]:
    split = words.split()
    return {tuple(split[place : place + SHINGLE]) for place in range(max(len(split) - SHINGLE + 1, min(len(split), 1)))}


@dataclass(frozen=True, slots=True)
class _Grams:
    """The 5-grams of one document: sorted distinct hashes, and the first place (word number) of each."""

    words: bytes
    starts: np.ndarray
    ends: np.ndarray
    hashes: np.ndarray
    places: np.ndarray


class Verifier:
    """Exact Jaccard similarity between any of a few documents, given as canonical words joined by spaces."""

    def __init__(self, documents: Mapping[int, bytes]) -> None:
        self._numbers = {name: number for number, name in enumerate(documents)}
        self._documents = documents
        raw, offsets = join(list(documents.values()))
        self._words = split_canonical(raw, offsets)
        self._shingles = shingle_words(self._words)
        self._offsets = offsets
        self._grams: dict[int, _Grams | None] = {}

    def jaccard(self, first: int, second: int, threshold: float = 0.0) -> float:
        """The similarity of two documents; below ``threshold`` it may be that of their hashes."""
        one, other = self._get(first), self._get(second)
        if one is None or other is None:
            return jaccard_of_words(self._documents[first], self._documents[second])
        if not one.hashes.size or not other.hashes.size:
            return 0.0
        mine, theirs = _common(one, other)
        value = mine.size / (one.hashes.size + other.hashes.size - mine.size)
        if value < threshold or _same_words(one, other, mine, theirs):
            return value
        return jaccard_of_words(one.words, other.words)

    def _get(self, name: int) -> _Grams | None:
        """The 5-grams of a document; None where two different ones share a hash."""
        if name not in self._grams:
            self._grams[name] = self._build(name)
        return self._grams[name]

    def _build(self, name: int) -> _Grams | None:
        number = self._numbers[name]
        words = slice(self._words.borders[number], self._words.borders[number + 1])
        hashes = self._shingles.hashes[self._shingles.offsets[number] : self._shingles.offsets[number + 1]]
        order = np.argsort(hashes)
        ordered = hashes[order]
        new = np.ones(ordered.size, bool)
        new[1:] = ordered[1:] != ordered[:-1]
        starts, ends = (
            self._words.starts[words] - self._offsets[number],
            self._words.ends[words] - self._offsets[number],
        )
        grams = _Grams(self._documents[name], starts, ends, ordered[new], order[new])
        if new.all():
            return grams
        first_places = grams.places[np.cumsum(new) - 1]
        return grams if _same_words(grams, grams, order[~new], first_places[~new]) else None


def _common(one: _Grams, other: _Grams) -> tuple[np.ndarray, np.ndarray]:
    """Places of the shared hashes in both documents."""
    found = np.searchsorted(other.hashes, one.hashes)
    found[found == other.hashes.size] = 0
    shared = other.hashes[found] == one.hashes
    return one.places[shared], other.places[found[shared]]


def _same_words(one: _Grams, other: _Grams, mine: np.ndarray, theirs: np.ndarray) -> bool:
    """Whether the 5-grams at ``mine`` and ``theirs`` are the same words; neighbours are compared in one go."""
    order = np.argsort(mine)
    mine, theirs = mine[order], theirs[order]
    breaks = np.flatnonzero((np.diff(mine) != 1) | (np.diff(theirs) != 1))
    first = np.concatenate([np.zeros(min(mine.size, 1), np.int64), breaks + 1])
    last = np.concatenate([breaks, np.full(min(mine.size, 1), mine.size - 1)])
    return all(
        one.words[start:end] == other.words[begin:stop]
        for start, end, begin, stop in zip(
            *_ranges(one, mine, first, last), *_ranges(other, theirs, first, last), strict=True
        )
    )


def _ranges(
    grams: _Grams, places: np.ndarray, first: np.ndarray, last: np.ndarray
) -> tuple[Sequence[int], Sequence[int]]:
    final_word = np.minimum(places[last] + SHINGLE - 1, grams.ends.size - 1)
    return grams.starts[places[first]].tolist(), grams.ends[final_word].tolist()
