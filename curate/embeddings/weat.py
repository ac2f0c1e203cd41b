"""Word Embedding Association Test: pure functions on vectors and on the scores of words.

| quantity | definition | source |
|---|---|---|
| s(w) | mean cosine of w to the words of A minus mean cosine to those of B | Caliskan et al. 2017, WEAT |
| d | (mean of s over X - mean over Y) / sd of s over X and Y, ``ddof`` stated | Caliskan et al. 2017 |
| p | share of partitions of X and Y with a difference at least as large, two-sided; all of them where they are few, | |
| | else drawn at random, (b + 1) / (m + 1) | Phipson & Smyth 2010 |
| word score | s(w) / sd of the cosines of w to A and B | Caliskan et al. 2017, WEFAT |
"""

from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np
from numpy.typing import NDArray

from ...core import UsageError, generator

Floats = NDArray[np.float64]

EXACT = 20_000
_TIE = 1e-9


@dataclass(frozen=True, slots=True)
class Weat:
    """``difference`` of means, effect size ``d`` with its interval over words, two-sided ``p``.

    ``d`` is None where all words score alike. ``exact`` tells whether all partitions were counted, ``partitions`` how
    many there were or were drawn.
    """

    difference: float
    d: float | None
    low: float | None
    high: float | None
    p: float
    exact: bool
    partitions: int


def association(words: Floats, a: Floats, b: Floats) -> Floats:
    """s(w) of each word (n, dimensions) towards A and away from B: (n,); every vector has length 1.

    >>> association(np.eye(2), np.eye(2)[:1], np.eye(2)[1:]).tolist()
    [1.0, -1.0]
    """
    found: Floats = _cosines(words, a).mean(1) - _cosines(words, b).mean(1)
    return found


def effect_size(x: Floats, y: Floats, ddof: int = 1) -> float | None:
    """d of the scores of the words of X (n,) and Y (m,); None where the scores do not differ.

    ``ddof=1`` divides by the sample's standard deviation (sent-bias), ``ddof=0`` by the population's (WEFE). With
    ``ddof=0`` and sets of one size, |d| is at most 2.

    >>> effect_size(np.array([1.0, 1.0]), np.array([-1.0, -1.0]), ddof=0)
    2.0
    """
    both = np.concatenate([x, y])
    spread = float(both.std(ddof=ddof)) if len(both) > ddof else 0.0
    return None if spread < _TIE else float(x.mean() - y.mean()) / spread


def weat(
    x: Floats, y: Floats, a: Floats, b: Floats, *, ddof: int = 1, permutations: int = 9999, resamples: int = 1999,
    seed: int = 0, name: str = "",
) -> Weat:  # fmt: skip
    """The test on four sets of unit vectors, each (words, dimensions). ``name`` keeps the draws of tests apart."""
    if min(len(x), len(y), len(a), len(b)) < 2:
        raise UsageError("an association test needs at least two words in each of its four sets")
    scores = association(np.concatenate([x, y]), a, b)
    own, other = scores[: len(x)], scores[len(x) :]
    p, exact, partitions = partition_test(own, other, permutations, seed, name)
    d = effect_size(own, other, ddof)
    low, high = (None, None) if d is None else _interval(x, y, a, b, ddof, resamples, seed, name)
    return Weat(float(own.mean() - other.mean()), d, low, high, p, exact, partitions)


def partition_test(x: Floats, y: Floats, permutations: int, seed: int, name: str = "") -> tuple[float, bool, int]:
    """Two-sided p of the difference of means over partitions into sets of these sizes, whether exact, and how many."""
    both, n = np.concatenate([x, y]), len(x)
    observed = abs(float(x.mean() - y.mean())) - _TIE
    partitions = comb(len(both), n)
    if partitions <= EXACT:
        sums = both[np.array(list(combinations(range(len(both)), n)))].sum(1)
        return float((_differences(sums, both, n) >= observed).mean()), True, partitions
    rng = generator(seed, "weat-partitions", name)
    sums = rng.permuted(np.broadcast_to(both, (permutations, len(both))), axis=1)[:, :n].sum(1)
    return (1 + int((_differences(sums, both, n) >= observed).sum())) / (permutations + 1), False, permutations


def _differences(sums: Floats, both: Floats, n: int) -> Floats:
    found: Floats = np.abs(sums / n - (both.sum() - sums) / (len(both) - n))
    return found


def _interval(
    x: Floats, y: Floats, a: Floats, b: Floats, ddof: int, resamples: int, seed: int, name: str
) -> tuple[float | None, float | None]:
    """Percentile bootstrap over the words of all four sets; None where the resampled scores are mostly flat."""
    rng = generator(seed, "weat-words", name)
    targets = np.concatenate([x, y])
    to_a, to_b = _cosines(targets, a), _cosines(targets, b)
    values = []
    for _ in range(resamples):
        wa, wb = rng.multinomial(len(a), _equal(len(a))), rng.multinomial(len(b), _equal(len(b)))
        scores = to_a @ wa / len(a) - to_b @ wb / len(b)
        own = scores[: len(x)][rng.integers(0, len(x), len(x))]
        other = scores[len(x) :][rng.integers(0, len(y), len(y))]
        d = effect_size(own, other, ddof)
        if d is not None:
            values.append(d)
    if len(values) < 0.8 * resamples:
        return None, None
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _equal(n: int) -> Floats:
    return np.full(n, 1 / n)


def _cosines(words: Floats, others: Floats) -> Floats:
    """Rounded, so that the order in which a library adds does not show."""
    rounded: Floats = np.round(words @ others.T, 9)
    return rounded


def word_scores(
    words: Floats, a: Floats, b: Floats, permutations: int = 9999, seed: int = 0, name: str = ""
) -> tuple[Floats, Floats]:
    """WEFAT score of each word (n, dimensions) and its two-sided p over partitions of A and B; 0 and 1 where flat.

    >>> values, p = word_scores(np.eye(2), np.eye(2)[[0, 0]], np.eye(2)[[1, 1]])
    >>> np.round(values, 3).tolist()
    [1.732, -1.732]
    """
    cosines = np.concatenate([_cosines(words, a), _cosines(words, b)], 1)
    n, size = len(a), len(a) + len(b)
    spread = cosines.std(1, ddof=1)
    flat = spread < _TIE
    difference = cosines[:, :n].mean(1) - cosines[:, n:].mean(1)
    scores = np.where(flat, 0.0, difference / np.where(flat, 1.0, spread))
    exact = comb(size, n) <= EXACT
    chosen = np.zeros((comb(size, n) if exact else permutations, size))
    if exact:
        chosen[np.arange(len(chosen))[:, None], np.array(list(combinations(range(size), n)))] = 1
    else:
        rng = generator(seed, "wefat-partitions", name)
        chosen[:, :n] = 1
        chosen = rng.permuted(chosen, axis=1)
    sums = cosines @ chosen.T
    others = np.abs(sums / n - (cosines.sum(1)[:, None] - sums) / (size - n))
    beyond = (others >= np.abs(difference)[:, None] - _TIE).sum(1)
    p = beyond / len(chosen) if exact else (1 + beyond) / (len(chosen) + 1)
    return scores, np.where(flat, 1.0, p)
