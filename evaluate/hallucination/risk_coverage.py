"""Risk and coverage: how many answers are wrong if only the most confident are given (El-Yaniv & Wiener 2010).

Items of one confidence cannot be told apart: they count as in random order, each with their mean error, so that the
order of the rows plays no part.
"""

import numpy as np
from numpy.typing import ArrayLike

from ..statistics import Estimate, Floats, jackknife
from .calibration_error import checked


def risk_coverage(confidences: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats]:
    """Coverage k / n and the expected share of wrong answers among the k most confident, k = 1 ... n.

    >>> [part.tolist() for part in risk_coverage([0.9, 0.5, 0.5, 0.1], [1, 0, 1, 0])]
    [[0.25, 0.5, 0.75, 1.0], [0.0, 0.25, 0.3333333333333333, 0.5]]
    """
    size, wrong, own = _ties(confidences, correct)
    errors = np.repeat(wrong / size, size.astype(np.int64))
    count = np.arange(1, len(own) + 1)
    return count / len(own), np.cumsum(errors) / count


def area_under_risk_coverage(confidences: ArrayLike, correct: ArrayLike, confidence: float = 0.95) -> Estimate:
    """AURC: mean of the risk over all coverages 1/n ... 1, with its jackknife interval. Source: Geifman et al. 2019.

    Random confidences give the plain error rate, the best order (1 - e) ln(1 - e) + e for an error rate e and many
    items. Tie by tie in closed form, so that each item is left out without ranking the others again.
    """
    size, wrong, own = _ties(confidences, correct)
    n = len(own)
    value = float(_area(size, wrong, n).sum()) / n
    if n < 2:
        return Estimate(value, n)
    ends = np.cumsum(size).astype(np.int64)
    starts = ends - size.astype(np.int64)
    weights, rate = _weights(n - 1), wrong / size
    unmoved = rate * (weights[np.minimum(ends, n - 1)] - weights[starts])
    before = np.concatenate([[0.0], np.cumsum(unmoved)])
    moved = rate * (weights[ends - 1] - weights[np.maximum(starts - 1, 0)])
    after = np.concatenate([np.cumsum(moved[::-1])[::-1][1:], [0.0]])
    errors = 1 - checked(confidences, correct)[1]
    less = np.maximum(1.0, size[own] - 1)
    same = (wrong[own] - errors) / less * (weights[ends[own] - 1] - weights[starts[own]])
    return jackknife(value, (before[own] + same + after[own]) / (n - 1), confidence)


def _ties(confidences: ArrayLike, correct: ArrayLike) -> tuple[Floats, Floats, np.ndarray]:
    """Items and wrong answers of each distinct confidence, the highest first, and the tie of each item."""
    p, y = checked(confidences, correct)
    _, own = np.unique(-p, return_inverse=True)
    own = own.reshape(-1)
    return np.bincount(own).astype(np.float64), np.bincount(own, 1 - y).astype(np.float64), own


def _weights(n: int) -> Floats:
    """Sum over the first j ranks of what an error at that rank adds: 1/rank + ... + 1/n. (n + 1,), from 0."""
    harmonic = np.cumsum(1 / np.arange(1, n + 1)[::-1])[::-1]
    found: Floats = np.concatenate([[0.0], np.cumsum(harmonic)])
    return found


def _area(size: Floats, wrong: Floats, n: int) -> Floats:
    ends = np.cumsum(size).astype(np.int64)
    weights = _weights(n)
    found: Floats = wrong / size * (weights[ends] - weights[ends - size.astype(np.int64)])
    return found
