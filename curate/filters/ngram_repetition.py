"""How much of a text lies in repeated word n-grams, for many texts at once.

Words are those of the near-duplicate stage (lower-cased runs of letters, digits and underscores; one character in
scripts without spaces). Words get numbers; an n-gram repeats where the two (n-1)-grams in it repeat as a pair, so that
each length is a sort of the few places that still repeat, and nothing is compared by hash but single words.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa

from ..duplicates import Words, split_words
from ..duplicates.shingles import word_hashes

TOP = (2, 3, 4)
DUPLICATE = (5, 6, 7, 8, 9, 10)
_SALT = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True, slots=True)
class _Repeats:
    """The places (word numbers, ascending) where an n-gram stands that its document holds twice or more.

    ``groups`` numbers the different n-grams from 0; ``heads`` is the first place of each.
    """

    places: np.ndarray
    groups: np.ndarray
    heads: np.ndarray

    def later(self) -> np.ndarray:
        """The places of all but the first occurrences."""
        places: np.ndarray = self.places[self.heads[self.groups] != self.places]
        return places


def ngram_shares(texts: pa.Array) -> np.ndarray:
    """Share of the characters of words, float64 of shape (n, 9) in [0, 1].

    Columns 0 to 2: the share within the most frequent 2-, 3- and 4-gram (all its occurrences; ties go to the longer
    one; 0 where none occurs twice). Columns 3 to 8: the share within repeated 5- to 10-grams, the first occurrence of
    each not counted. Characters in overlapping n-grams count once.
    """
    words = split_words(texts)
    shares = np.zeros((len(words.borders) - 1, len(TOP) + len(DUPLICATE)))
    sizes = _characters(words)
    totals = _sums(sizes, words.borders)
    document = np.repeat(np.arange(len(totals)), np.diff(words.borders))
    repeats = _repeated_words(words, document)
    for length in range(2, DUPLICATE[-1] + 1):
        repeats = _longer(repeats, document)
        if not repeats.places.size:
            break
        column = length - TOP[0]
        chosen = _most_frequent(repeats, length, sizes, document) if length in TOP else repeats.later()
        shares[:, column] = _sums(sizes * _covered(chosen, length, sizes.size), words.borders)
    np.divide(shares, totals[:, None], out=shares, where=totals[:, None] > 0)
    return shares


def _repeated_words(words: Words, document: np.ndarray) -> _Repeats:
    keys = word_hashes(words) ^ (document.astype(np.uint64) * _SALT)
    return _repeated(np.arange(keys.size), keys)


def _longer(repeats: _Repeats, document: np.ndarray) -> _Repeats:
    """From n-grams to (n+1)-grams: two neighbouring places, both repeated, in one document."""
    places, groups = repeats.places, repeats.groups
    neighbours = np.flatnonzero((places[1:] - places[:-1] == 1) & (document[places[1:]] == document[places[:-1]]))
    keys = groups[neighbours] * np.int64(repeats.heads.size) + groups[neighbours + 1]
    return _repeated(places[neighbours], keys)


def _repeated(places: np.ndarray, keys: np.ndarray) -> _Repeats:
    """Those of the ascending places whose key occurs more than once."""
    codes, _ = pd.factorize(keys)  # numbers in the order of first sight; a hash table, several times as fast as sorting
    repeated = np.bincount(codes) > 1
    group = np.where(repeated, np.cumsum(repeated) - 1, -1)[codes]
    kept = np.flatnonzero(group >= 0)
    heads = np.empty(int(repeated.sum()), np.int64)
    heads[group[kept][::-1]] = places[kept][::-1]  # the first place of each group is the last to be written
    return _Repeats(places[kept], group[kept], heads)


def _most_frequent(repeats: _Repeats, length: int, sizes: np.ndarray, document: np.ndarray) -> np.ndarray:
    """The places of the most frequent n-gram of each document."""
    heads = repeats.heads
    counts = np.bincount(repeats.groups)
    ends = np.concatenate([np.zeros(1, np.int64), np.cumsum(sizes)])
    order = np.lexsort((-heads, ends[heads + length] - ends[heads], counts, document[heads]))
    owners = document[heads[order]]
    best = np.zeros(heads.size, bool)
    best[order[np.append(owners[1:] != owners[:-1], True)]] = True
    chosen: np.ndarray = repeats.places[best[repeats.groups]]
    return chosen


def _covered(places: np.ndarray, length: int, size: int) -> np.ndarray:
    """Which words lie in an n-gram that starts at one of the places."""
    edges = np.zeros(size + 1, np.int32)
    edges[places] += 1
    edges[places + length] -= 1
    return np.cumsum(edges[:-1]) > 0


def _characters(words: Words) -> np.ndarray:
    data = np.frombuffer(words.data, np.uint8)
    if not data.size or data.max() < 0x80:
        lengths: np.ndarray = words.ends - words.starts
        return lengths
    continued = np.flatnonzero(data & 0xC0 == 0x80)
    extra = np.searchsorted(continued, words.ends) - np.searchsorted(continued, words.starts)
    sizes: np.ndarray = words.ends - words.starts - extra
    return sizes


def _sums(values: np.ndarray, borders: np.ndarray) -> np.ndarray:
    sums = np.concatenate([np.zeros(1, np.int64), np.cumsum(values)])
    totals: np.ndarray = sums[borders[1:]] - sums[borders[:-1]]
    return totals
