"""Counts of n-grams as sorted arrays: built and asked on whole columns, with no loop over tokens.

The k-grams of a level are numbered by their place in ``keys``. A key is the number of the first k - 1 tokens on the
level below, times the vocabulary, plus the last token: so the k-grams after one context stand together. Texts begin
with ``order`` - 1 begin tokens and end with one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Tokens = Sequence[int] | NDArray[Any]


@dataclass(frozen=True)
class Level:
    """The k-grams of one k: sorted ``keys``, ``counts``, and how many contexts the level below has."""

    keys: Ints
    counts: Floats
    contexts: int
    vocabulary: int

    @cached_property
    def totals(self) -> Floats:
        """Sum of the counts after each context."""
        return np.bincount(self.keys // self.vocabulary, self.counts, self.contexts).astype(np.float64)

    @cached_property
    def kinds(self) -> Floats:
        """Number of different tokens after each context."""
        counted = self.keys[self.counts > 0] // self.vocabulary
        return np.bincount(counted, minlength=self.contexts).astype(np.float64)

    @cached_property
    def discount(self) -> float:
        """n1 / (n1 + 2 n2), with n1 and n2 the numbers of k-grams that count 1 and 2; 0.5 where one of them is 0."""
        ones, twos = int((self.counts == 1).sum()), int((self.counts == 2).sum())
        return ones / (ones + 2 * twos) if ones and twos else 0.5

    def find(self, contexts: Ints, tokens: Ints) -> Ints:
        """The number of each k-gram, -1 where there is none (or no such context)."""
        wanted = contexts * self.vocabulary + tokens
        place = np.minimum(np.searchsorted(self.keys, wanted), max(len(self.keys) - 1, 0))
        return np.where((contexts >= 0) & (self.keys[place] == wanted), place, -1)

    def after(self, context: int) -> slice:
        """Where the k-grams after a context stand."""
        low, high = np.searchsorted(self.keys, [context * self.vocabulary, (context + 1) * self.vocabulary])
        return slice(int(low), int(high))


@dataclass(frozen=True)
class Tables:
    """The levels 1 to ``order``. The last id of the vocabulary is the begin token, which also ends a text."""

    levels: tuple[Level, ...]
    vocabulary: int

    @property
    def order(self) -> int:
        """The longest n-grams that are counted."""
        return len(self.levels)

    @classmethod
    def count(
        cls, pieces: Sequence[np.ndarray], times: np.ndarray, order: int, vocabulary: int, continuation: bool
    ) -> "Tables":
        """Count the n-grams of ``pieces``, each as often as ``times`` says.

        With ``continuation`` the levels below the highest count in how many different contexts a k-gram stands (Kneser
        and Ney 1995), else how often.
        """
        kept = [(piece, many) for piece, many in zip(pieces, times, strict=True) if many > 0]
        stream, local = _padded([piece for piece, _ in kept], order, vocabulary - 1, ends=True)
        weight = np.repeat([float(many) for _, many in kept], [len(piece) + order for piece, _ in kept])
        target = local >= order - 1
        numbers, keys = [stream], [np.arange(vocabulary)]
        for k in range(2, order + 1):
            found = np.full(len(stream), -1)
            valid = np.flatnonzero(local >= k - 1)
            known, found[valid] = np.unique(numbers[-1][valid - 1] * vocabulary + stream[valid], return_inverse=True)
            numbers.append(found)
            keys.append(known)
        levels: list[Level] = []
        for k in range(order, 0, -1):
            here, contexts = numbers[k - 1], 1 if k == 1 else len(keys[k - 2])
            if k == order or not continuation:
                counts = np.bincount(here[target], weight[target], len(keys[k - 1])).astype(np.float64)
            else:
                _, first = np.unique(numbers[k][target], return_index=True)
                counts = np.bincount(here[target][first], minlength=len(keys[k - 1])).astype(np.float64)
            levels.insert(0, Level(keys[k - 1], counts, contexts, vocabulary))
        return cls(tuple(levels), vocabulary)

    def places(self, sequences: Sequence[Tokens]) -> tuple[list[Ints], list[Ints], np.ndarray]:
        """Of each token of all sequences: the number of its context and its own on every level; and the borders."""
        pieces = [np.asarray(sequence, np.int64) for sequence in sequences]
        stream, local = _padded(pieces, self.order, self.vocabulary - 1, ends=False)
        target = np.flatnonzero(local >= self.order - 1)
        number, contexts, own = stream, [np.zeros(len(target), np.int64)], [stream[target]]
        for k, level in enumerate(self.levels[1:], 2):
            before = np.concatenate([np.full(1, -1), number[:-1]])
            before[local < k - 1] = -1
            contexts.append(before[target])
            number = level.find(before, stream)
            own.append(number[target])
        return contexts, own, np.cumsum([0, *map(len, pieces)])

    def contexts_of(self, history: Sequence[int]) -> list[int]:
        """The number of the last 0, 1, ... ``order`` - 1 tokens of a text so far, -1 where they were never seen."""
        begin = self.vocabulary - 1
        last = [begin] * (self.order - 1) + list(history)
        found = [0]
        for k in range(1, self.order):
            number = int(last[-k])
            for place, level in enumerate(self.levels[1:k], 1):
                token = np.array([last[-k + place]])
                number = int(level.find(np.array([number]), token)[0])
            found.append(number)
        return found


def _padded(pieces: Sequence[np.ndarray], order: int, begin: int, ends: bool) -> tuple[Ints, Ints]:
    """Pieces after order - 1 begin tokens each, an end behind them, and places counted from each one's start."""
    head, tail = np.full(order - 1, begin), np.full(1 if ends else 0, begin)
    parts = [part for piece in pieces for part in (head, np.asarray(piece, np.int64), tail)]
    sizes = [len(piece) + order - 1 + len(tail) for piece in pieces]
    local = [np.arange(size) for size in sizes]
    empty = np.zeros(0, np.int64)
    return np.concatenate([empty, *parts]), np.concatenate([empty, *local])
