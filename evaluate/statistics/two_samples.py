"""Two rates from different items."""

import math

from scipy import stats

from ...core import wilson
from .estimate import Estimate
from .rates import _check


def newcombe(successes: int, n: int, others: int, m: int, confidence: float = 0.95) -> Estimate:
    """Difference of two independent rates, ``successes / n - others / m``, by Newcombe's hybrid score interval.

    Source: Newcombe 1998, Statistics in Medicine 17, 873-890, method 10.

    >>> estimate = newcombe(56, 70, 48, 80)
    >>> round(estimate.low, 4), round(estimate.high, 4)
    (0.0524, 0.3339)
    """
    _check(successes, n)
    _check(others, m)
    p, q = successes / n, others / m
    (l1, u1), (l2, u2) = wilson(successes, n, confidence), wilson(others, m, confidence)
    value = p - q
    low, high = value - math.hypot(p - l1, u2 - q), value + math.hypot(u1 - p, q - l2)
    se = math.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    return Estimate(value, min(n, m), se, low, high)


def fisher_p(successes: int, n: int, others: int, m: int) -> float:
    """Two-sided p of two equal rates by Fisher's exact test."""
    return float(stats.fisher_exact([[successes, n - successes], [others, m - others]]).pvalue)
