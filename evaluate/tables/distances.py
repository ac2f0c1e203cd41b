"""How far two samples of one column lie apart, with the set of values on which they do: pure functions on counts.

Total variation and Kolmogorov-Smirnov are both the largest difference P(A) - Q(A) that a set A of values can have: over
all sets, and over half-lines. So either distance is a difference of two rates, and Newcombe's interval bounds it with A
as it was found. That A was chosen after looking makes both distances larger than 0 for samples of one distribution: the
value of real rows against real rows shows how much.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core import UsageError
from ..statistics import Estimate, newcombe

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Witness:
    """The set A: ``members`` (values,) says which values are in it; the first sample has them more often."""

    members: Bools
    hits: int
    n: int
    others: int
    m: int

    @property
    def distance(self) -> float:
        """P(A) - Q(A). Range [0, 1]."""
        return max(0.0, self.hits / self.n - self.others / self.m)

    def fidelity(self, confidence: float = 0.95) -> Estimate:
        """1 - distance, with Newcombe's interval within [0, 1]."""
        found = newcombe(self.hits, self.n, self.others, self.m, confidence)
        assert found.low is not None and found.high is not None
        return Estimate(1 - self.distance, found.n, found.se, max(0.0, 1 - found.high), min(1.0, 1 - found.low))


def total_variation(first: ArrayLike, second: ArrayLike) -> Witness:
    """Total variation of two counts (values,): half the sum of absolute differences of the shares.

    >>> total_variation([3, 1], [1, 3]).distance
    0.5
    """
    p, q = _counts(first, second)
    return _witness(p * int(q.sum()) > q * int(p.sum()), p, q)


def kolmogorov(first: ArrayLike, second: ArrayLike, atoms: int = 0) -> Witness:
    """Kolmogorov-Smirnov of two counts (values,) of values in ascending order.

    The last ``atoms`` values have no place in the order (missing, a text among numbers): A is a half-line with or
    without each of them, so that it does not matter at which end a missing value is put.

    >>> kolmogorov([2, 0, 0], [0, 0, 2]).distance
    1.0
    """
    p, q = _counts(first, second)
    gap = p * int(q.sum()) - q * int(p.sum())
    line, rest = gap[: len(gap) - atoms], gap[len(gap) - atoms :]
    below = np.concatenate([[0], np.cumsum(line)])
    above = int(line.sum()) - below
    low, high = int(np.argmax(below)), int(np.argmax(above))
    members = np.zeros(len(gap), bool)
    if below[low] >= above[high]:
        members[:low] = True
    else:
        members[high : len(line)] = True
    members[len(line) :] = rest > 0
    return _witness(members, p, q)


def _witness(members: Bools, p: Ints, q: Ints) -> Witness:
    return Witness(members, int(p[members].sum()), int(p.sum()), int(q[members].sum()), int(q.sum()))


def _counts(first: ArrayLike, second: ArrayLike) -> tuple[Ints, Ints]:
    p, q = np.asarray(first, np.int64), np.asarray(second, np.int64)
    if p.shape != q.shape or p.ndim != 1 or not p.sum() or not q.sum():
        raise UsageError("a distance of two columns needs counts of the same values, and a row on each side")
    return p, q
