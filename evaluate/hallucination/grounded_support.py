"""How much of a sentence stands word for word in its source: shares of n-grams, and the longest run of words."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WORD = re.compile(r"\w+(?:['’]\w+)?")
Hashes = NDArray[np.uint64]
SIZES = (1, 2, 3)
BASE = 0x9E3779B97F4A7C15  # odd; a hit is compared word by word, so a collision costs time only
EXTRACTIVE = 0.8
"""From this share of pairs of words on, an output is called extractive: it copies, where others put it in new words."""


def words_of(text: str) -> list[str]:
    """Words in lower case, without punctuation; a comma inside a number is no border.

    >>> words_of("It isn't 1,000 km.")
    ['it', "isn't", '1000', 'km']
    """
    return _WORD.findall(re.sub(r"(?<=\d),(?=\d{3})", "", text).lower().replace("’", "'"))


@dataclass(frozen=True, slots=True)
class Support:
    """Shares in [0, 1]: of n-grams by n that the source holds, and of the longest run of words in a row."""

    shares: tuple[float, ...]
    longest: float


class SourceWords:
    """The n-grams of a source."""

    def __init__(self, text: str) -> None:
        self._words = words_of(text)
        self._grams = {n: _grams(self._words, n) for n in SIZES}
        self._numbers = {word: number for number, word in enumerate(dict.fromkeys(self._words), 1)}
        self._sums = _running_sums([self._numbers[word] for word in self._words])

    def support(self, text: str) -> Support | None:
        """How much of a sentence the source holds; None where it has no word. n is at most its number of words."""
        words = words_of(text)
        if not words:
            return None
        shares = []
        for n in SIZES:
            size = min(n, len(words))
            known = self._grams[size]
            own = [tuple(words[i : i + size]) for i in range(len(words) - size + 1)]
            shares.append(sum(gram in known for gram in own) / len(own))
        return Support(tuple(shares), self.longest_run(words) / len(words))

    def longest_run(self, words: Sequence[str]) -> int:
        """The most words in a row that stand so in the source: found by halving, for shorter runs stand there too."""
        sums = _running_sums([self._numbers.get(word, 0) for word in words])
        low, high = 0, min(len(words), len(self._words))
        while low < high:
            middle = (low + high + 1) // 2
            if self._has_run(words, sums, middle):
                low = middle
            else:
                high = middle - 1
        return low

    def _has_run(self, words: Sequence[str], sums: Hashes, size: int) -> bool:
        """Whether a run of ``size`` words stands in the source: by hashes, and each hit compared word by word."""
        own, theirs = _windows(sums, size), _windows(self._sums, size)
        order = np.argsort(theirs, kind="stable")
        places = np.searchsorted(theirs[order], own)
        for i in np.flatnonzero(theirs[order][np.minimum(places, len(order) - 1)] == own).tolist():
            start = int(order[places[i]])
            if list(words[i : i + size]) == self._words[start : start + size]:
                return True
        return False


def _grams(words: Sequence[str], n: int) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _running_sums(numbers: Sequence[int]) -> Hashes:
    """Polynomial hashes of every beginning of a row of numbers, modulo 2^64: shape (numbers + 1,)."""
    sums, value = [0], 0
    for number in numbers:
        value = (value * BASE + number) % 2**64
        sums.append(value)
    return np.array(sums, np.uint64)


def _windows(sums: Hashes, size: int) -> Hashes:
    """The hash of every run of ``size`` numbers."""
    return sums[size:] - sums[:-size] * np.uint64(pow(BASE, size, 2**64))
