"""A word trigram model with interpolated Kneser-Ney smoothing, trained and applied on whole columns.

Source: Kneser and Ney 1995; Chen and Goodman 1999, section 2.7 (interpolated, one discount an order,
D = n1 / (n1 + 2 n2)). Words are those of the near-duplicate stage; the most frequent ones make the vocabulary, all
others are one unknown word.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ...core import UsageError
from ..duplicates import split_words
from ..duplicates.shingles import word_hashes
from .text_column import slices

BEGIN, OTHER = 0, 1
_SPECIAL = 2
_UNIT = 2.0**24


@dataclass(frozen=True, slots=True)
class _Order:
    """N-grams of one order: sorted ``keys``, their ``counts``, and the sums over each context.

    ``contexts`` are sorted keys of the context; ``totals`` the sum of counts in it and ``kinds`` the number of
    different words after it.
    """

    keys: np.ndarray
    counts: np.ndarray
    contexts: np.ndarray
    totals: np.ndarray
    kinds: np.ndarray
    discount: float


@dataclass(frozen=True, slots=True)
class KneserNey:
    """p(word | two words before); see :func:`train`. ``hashes`` are the sorted hashes of the vocabulary."""

    hashes: np.ndarray
    words: np.ndarray
    unigram: np.ndarray
    bigrams: _Order
    trigrams: _Order
    tokens: int

    @property
    def size(self) -> int:
        """Words that can come: the vocabulary and the unknown word."""
        return len(self.unigram) - 1

    def surprise(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """Sum of -ln p over the words of each text, in nats, and the number of its words: arrays of shape (n,)."""
        sums, counts = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for _, part in slices(texts):
            ids, borders = self.encode(part)
            losses = -np.log(self.probabilities(*_contexts(ids, borders), ids))
            # whole numbers add up to the same sum however texts are cut into slices and batches
            total = np.concatenate([np.zeros(1, np.int64), np.cumsum(np.rint(losses * _UNIT).astype(np.int64))])
            sums.append(total[borders[1:]] - total[borders[:-1]])
            counts.append(np.diff(borders))
        return np.concatenate(sums) / _UNIT, np.concatenate(counts)

    def encode(self, texts: pa.Array) -> tuple[np.ndarray, np.ndarray]:
        """The numbers of all words (int64), and the n + 1 borders of the texts in them."""
        words = split_words(texts)
        return _numbers(word_hashes(words), self.hashes, self.words), words.borders

    def probabilities(self, second: np.ndarray, first: np.ndarray, words: np.ndarray) -> np.ndarray:
        """p(word | second, first), with ``first`` next to the word: each above 0, over all words they sum to 1."""
        lower = self.unigram[words]
        base = len(self.unigram)
        lower = _interpolate(self.bigrams, first, first * base + words, lower)
        pair = _place(self.bigrams.keys, second * base + first)
        seen = pair >= 0
        found = _interpolate(self.trigrams, pair[seen], pair[seen] * base + words[seen], lower[seen])
        result: np.ndarray = lower.copy()
        result[seen] = found
        return result


def train(texts: Iterable[pa.Array], vocabulary: int = 50_000) -> KneserNey:
    """A model of these texts (arrays of strings; each array is split on its own, each text begins anew).

    Raises :class:`UsageError` where there are fewer than two words.
    """
    parts = [words for array in texts for _, part in slices(array) for words in (split_words(part),)]
    hashes = [word_hashes(words) for words in parts]
    flat = np.concatenate([np.zeros(0, np.uint64), *hashes])
    if flat.size < 2:
        raise UsageError("the reference texts hold fewer than two words; give more text")
    known, numbers = _vocabulary(flat, vocabulary)
    ids = _numbers(flat, known, numbers)
    sizes = np.concatenate([np.diff(words.borders) for words in parts])
    borders = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    base = known.size + _SPECIAL
    second, first = _contexts(ids, borders)
    contexts = second * base + first
    # two beginnings are a context too, though no word follows the first of them
    keys = np.union1d(first * base + ids, contexts)
    triples, counts = np.unique(np.searchsorted(keys, contexts) * base + ids, return_counts=True)
    trigrams = _order(triples, counts, base)
    # lower orders count in how many different contexts an n-gram stands; at the beginning there is but one
    last = _pair_key(triples, keys, base)
    continued = np.bincount(np.searchsorted(keys, last), minlength=keys.size)
    chosen = continued > 0
    bigrams = _order(keys, continued, base, chosen)
    return KneserNey(known, numbers, _unigram(keys[chosen], base), bigrams, trigrams, int(flat.size))


def _pair_key(triples: np.ndarray, keys: np.ndarray, base: int) -> np.ndarray:
    first = keys[triples // base] % base
    found: np.ndarray = first * base + triples % base
    return found


def _order(keys: np.ndarray, counts: np.ndarray, base: int, chosen: np.ndarray | None = None) -> _Order:
    """``keys`` keep their places (they number contexts of the next order); only the chosen ones are counted."""
    counted = keys if chosen is None else keys[chosen]
    numbers = counts if chosen is None else counts[chosen]
    contexts, places = np.unique(counted // base, return_inverse=True)
    totals = np.bincount(places, numbers, contexts.size)
    ones, twos = int((numbers == 1).sum()), int((numbers == 2).sum())
    discount = ones / (ones + 2 * twos) if ones and twos else 0.5
    return _Order(
        keys, counts.astype(np.float64), contexts, totals, np.bincount(places, minlength=contexts.size), discount
    )


def _unigram(pairs: np.ndarray, base: int) -> np.ndarray:
    """p(word) from the number of different words before it, smoothed over vocabulary and unknown word; p(begin) = 0."""
    counts = np.bincount(pairs % base, minlength=base).astype(np.float64)
    ones, twos = int((counts == 1).sum()), int((counts == 2).sum())
    discount = ones / (ones + 2 * twos) if ones and twos else 0.5
    kinds = int((counts > 0).sum())
    found = (np.maximum(counts - discount, 0) + discount * kinds / (base - 1)) / counts.sum()
    found[BEGIN] = 0.0
    return np.asarray(found)


def _interpolate(order: _Order, contexts: np.ndarray, keys: np.ndarray, lower: np.ndarray) -> np.ndarray:
    """The discounted frequency and the share left for the lower order; the lower order alone for an unseen context."""
    place = _place(order.contexts, contexts)
    seen = place >= 0
    place = np.maximum(place, 0)
    ngram = _place(order.keys, keys)
    counts = np.where(ngram >= 0, order.counts[np.maximum(ngram, 0)], 0)
    share = np.maximum(counts - order.discount, 0) / order.totals[place]
    left = order.discount * order.kinds[place] / order.totals[place]
    found: np.ndarray = np.where(seen, share + left * lower, lower)
    return found


def _place(ordered: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each value stands in an ascending array; -1 where it does not."""
    places = np.minimum(np.searchsorted(ordered, wanted), max(ordered.size - 1, 0))
    found: np.ndarray = np.where(ordered[places] == wanted, places, -1)
    return found


def _vocabulary(flat: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The ascending hashes of the most frequent words (ties by hash), and their numbers."""
    hashes, counts = np.unique(flat, return_counts=True)
    chosen = np.sort(np.lexsort((hashes, -counts))[:size])
    return hashes[chosen], np.arange(_SPECIAL, _SPECIAL + chosen.size)


def _numbers(hashes: np.ndarray, known: np.ndarray, numbers: np.ndarray) -> np.ndarray:
    place = _place(known, hashes)
    found: np.ndarray = np.where(place >= 0, numbers[np.maximum(place, 0)], OTHER)
    return found


def _contexts(ids: np.ndarray, borders: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The two words before each word; before the first word of a text there are two beginnings."""
    first = np.concatenate([np.full(1, BEGIN), ids[:-1]]) if ids.size else ids
    starts = borders[:-1][np.diff(borders) > 0]
    first = first.copy()
    first[starts] = BEGIN
    second = np.concatenate([np.full(1, BEGIN), first[:-1]]) if ids.size else ids
    second = second.copy()
    second[starts] = BEGIN
    return second, first
