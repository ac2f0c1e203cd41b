"""Rates of mentions with intervals that know that mentions come in documents.

Each is a ratio of sums over documents; its interval is the delta method on the logarithm (Cochran 1977, section 6),
which stays positive. The variance is never taken below that of independent mentions (Poisson), because a handful of
documents cannot show how much documents differ. With no mention at all the upper bound is exact: -ln(0.025).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core import UsageError

Z = 1.959963984540054
NO_EVENT = -math.log(0.025)
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate or ratio >= 0 with its 95 % interval; ``n`` is the number of mentions behind it."""

    value: float
    low: float
    high: float
    n: int


def mention_rate(mentions: ArrayLike, words: ArrayLike, per: float = 1e6) -> Rate:
    """Mentions for each ``per`` words over documents; both have shape (documents,)."""
    m, w = np.asarray(mentions, np.float64), np.asarray(words, np.float64)
    total, size = float(m.sum()), float(w.sum())
    if size <= 0:
        raise UsageError("a rate of mentions needs at least one word")
    if total == 0:
        return Rate(0.0, 0.0, NO_EVENT / size * per, 0)
    return _log_interval(total / size * per, _variance(m / total - w / size, 1 / total), int(total))


def group_share(mentions: ArrayLike, of: ArrayLike) -> tuple[Rate, float]:
    """Share of ``of`` (mentions of the category) that ``mentions`` (of the group) are, and the variance of its log.

    Both have shape (documents,). The variance is infinite where there is no mention.
    """
    m, c = np.asarray(mentions, np.float64), np.asarray(of, np.float64)
    total, whole = float(m.sum()), float(c.sum())
    if whole <= 0:
        raise UsageError("a share needs at least one mention of the category")
    if total == 0:
        return Rate(0.0, 0.0, 1 - 0.025 ** (1 / _effective(c)), 0), math.inf
    variance = _variance(m / total - c / whole, 1 / total - 1 / whole)
    rate = _log_interval(total / whole, variance, int(total))
    return Rate(rate.value, rate.low, min(1.0, rate.high), rate.n), variance


def mention_ratio(first: ArrayLike, second: ArrayLike) -> Rate:
    """Mentions of one group over mentions of another in the same documents, each of shape (documents,).

    ``high`` is infinite where the second has none.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    many, few = float(a.sum()), float(b.sum())
    if many == 0:
        raise UsageError("a ratio of mentions needs a first group that is mentioned")
    if few == 0:
        return Rate(math.inf, many / NO_EVENT, math.inf, int(many))
    return _log_interval(many / few, _variance(a / many - b / few, 1 / many + 1 / few), int(many + few))


def _variance(influence: Floats, least: float) -> float:
    """Variance of a log ratio from each document's influence on it, and no less than ``least``."""
    n = len(influence)
    clustered = n / (n - 1) * float(influence @ influence) if n > 1 else 0.0
    return max(clustered, least)


def _effective(counts: Floats) -> float:
    """Number of equal clusters that would weigh as these do (Kish)."""
    return float(counts.sum() ** 2 / (counts @ counts))


def _log_interval(value: float, variance: float, n: int) -> Rate:
    factor = math.exp(min(Z * math.sqrt(variance), 50.0))
    return Rate(value, value / factor, value * factor, n)
