"""Greedy incremental clustering of sequences by identity (Li and Godzik 2006, Bioinformatics 22, 1658-1659).

Sequences are taken from the longest to the shortest. Each joins a representative that it is similar enough to, or
becomes one. Candidates come from shared words of k letters: a sequence of L letters with d differences to a stretch of
a longer one shares at least L - k + 1 - k d words with it (the q-gram lemma: Ukkonen 1992, Theor. Comput. Sci. 92,
191-211), so the filter misses nothing; every candidate is then aligned exactly.
"""

import math
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..core import Task
from .sequence_alignment import differences
from .sequences import UNAMBIGUOUS, reverse_complement

TRIALS = 64
_LONGEST_WORD = {"dna": 12, "rna": 12, "protein": 5}
_EPSILON = 1e-9


@dataclass(frozen=True, slots=True)
class Member:
    """A sequence in the cluster of a representative: their numbers, and the identity, in [0, 1]."""

    sequence: int
    representative: int
    identity: float


@dataclass(slots=True)
class Clustering:
    """How alike two sequences of one alphabet must be; ``coverage`` is the least share of the longer one's length."""

    alphabet: str
    threshold: float
    coverage: float
    both_strands: bool
    postings: dict[int, "array[int]"] = field(default_factory=dict)
    representatives: list[int] = field(default_factory=list)
    lengths: list[int] = field(default_factory=list)

    def run(self, sequences: Sequence[str], task: Task) -> list[Member]:
        """One member for each sequence, in their order; a representative is its own member with identity 1."""
        order = sorted(range(len(sequences)), key=lambda place: (-len(sequences[place]), place))
        found: list[Member] = []
        for place in order:
            sequence = sequences[place]
            member = self._join(place, sequence, sequences)
            if member is None:
                self._add(place, sequence)
                member = Member(place, place, 1.0)
            found.append(member)
            task.advance(1)
        return sorted(found, key=lambda member: member.sequence)

    def _join(self, place: int, sequence: str, sequences: Sequence[str]) -> Member | None:
        allowed = allowed_differences(len(sequence), self.threshold)
        for number, strand in self._candidates(sequence, allowed):
            longer = sequences[self.representatives[number]]
            found = differences(strand, longer, allowed, self.alphabet)
            if found <= allowed:
                return Member(place, self.representatives[number], 1 - found / len(sequence))
        return None

    def _candidates(self, sequence: str, allowed: int) -> list[tuple[int, str]]:
        """Representatives that share enough words, most words first, with the strand that shares them: up to 64."""
        size = word_size(self.alphabet, self.threshold)
        needed = len(sequence) - size + 1 - size * allowed
        strands = [sequence]
        if self.both_strands and self.alphabet == "dna":
            strands.append(reverse_complement(sequence))
        usable = np.asarray(self.lengths) * self.coverage <= len(sequence) + _EPSILON
        ranked: list[tuple[int, int, int]] = []
        for which, strand in enumerate(strands):
            counts = self._shared(strand, size)
            chosen = np.flatnonzero(usable & (counts >= needed))
            ranked += [(-int(counts[number]), number, which) for number in chosen.tolist()]
        return [(number, strands[which]) for _, number, which in sorted(ranked)[:TRIALS]]

    def _shared(self, sequence: str, size: int) -> np.ndarray:
        """How many words each representative shares with a sequence: int64 of shape (representatives,)."""
        hits = [self.postings[word] for word in words(sequence, size, self.alphabet) if word in self.postings]
        if not hits:
            return np.zeros(len(self.representatives), np.int64)
        joined = np.concatenate([np.frombuffer(hit, np.int32) for hit in hits])
        return np.bincount(joined, minlength=len(self.representatives))

    def _add(self, place: int, sequence: str) -> None:
        number = len(self.representatives)
        self.representatives.append(place)
        self.lengths.append(len(sequence))
        for word in words(sequence, word_size(self.alphabet, self.threshold), self.alphabet):
            self.postings.setdefault(word, array("i")).append(number)


def allowed_differences(size: int, threshold: float) -> int:
    """Most differences that a sequence of ``size`` letters may have: (size - differences) / size reaches the threshold.

    >>> allowed_differences(100, 0.9), allowed_differences(99, 0.9), allowed_differences(10, 1.0)
    (10, 9, 0)
    """
    return math.floor(size * (1 - threshold) + _EPSILON)


def word_size(alphabet: str, threshold: float) -> int:
    """The longest word that leaves the filter a bound to work with: 0.8 / (1 - threshold), at most 5 or 12."""
    if threshold >= 1:
        return _LONGEST_WORD[alphabet]
    return max(1, min(_LONGEST_WORD[alphabet], int(0.8 / (1 - threshold) + _EPSILON)))


def words(sequence: str, size: int, alphabet: str) -> Iterator[int]:
    """The words of ``size`` letters without an ambiguous one, as numbers; the second of two equal words differs.

    So the words that two sequences share are counted as often as both have them.
    """
    table = np.full(256, -1, np.int64)
    letters = UNAMBIGUOUS[alphabet]
    table[np.frombuffer(letters.encode(), np.uint8)] = np.arange(len(letters))
    codes = table[np.frombuffer(sequence.encode(), np.uint8)]
    if len(codes) < size:
        return iter(())
    windows = np.lib.stride_tricks.sliding_window_view(codes, size)
    windows = windows[(windows >= 0).all(axis=1)]
    numbers = np.sort(windows @ (len(letters) ** np.arange(size, dtype=np.int64)))
    starts = np.flatnonzero(np.r_[True, numbers[1:] != numbers[:-1]]) if numbers.size else np.zeros(0, np.int64)
    runs = np.diff(np.r_[starts, numbers.size])
    occurrence = np.arange(numbers.size) - np.repeat(starts, runs)
    return iter(((numbers << 24) + np.minimum(occurrence, (1 << 24) - 1)).tolist())
