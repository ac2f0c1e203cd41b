"""Intervals for means, and for the difference of two means."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from .estimate import Estimate, cluster_sums, equal_values, finite, same_items, t_interval
from .ratios import ratio_interval
from .skewness import mean_with_skewness


def mean_interval(values: ArrayLike, clusters: Sequence[Any] | None = None, confidence: float = 0.95) -> Estimate:
    """Mean of ``values`` (n,) by Student's t, bent by their skewness; items of one cluster may depend on each other.

    ``n`` of the result counts clusters. Of equal values no spread is known: no bounds, but those that
    :meth:`Estimate.within` gives. Clusters of one size are items themselves, by their means; of different sizes they
    make a ratio (:func:`ratio_interval`). Sources: Hall 1992; Liang & Zeger 1986; Miller 2024, arXiv 2411.00640.
    """
    x = finite(values)
    if clusters is not None:
        centre = float(x.mean())  # of numbers that lie close together far from 0 only the deviations are summed
        sums, sizes = cluster_sums(x - centre, clusters), cluster_sums(np.ones_like(x), clusters)
        means = sums / sizes + centre
        if np.ptp(sizes) == 0:
            return mean_interval(means, confidence=confidence)
        if equal_values(means):
            return Estimate(centre, len(means), alike=float(sizes.sum()) ** 2 / float(sizes @ sizes))
        return shifted(ratio_interval(sums, sizes, confidence), centre)
    if len(x) < 2:
        return Estimate(float(x.mean()), len(x))
    if equal_values(x):
        return Estimate(float(x.mean()), len(x), alike=float(len(x)))
    return mean_with_skewness(x, confidence)


def paired_difference(
    first: ArrayLike, second: ArrayLike, clusters: Sequence[Any] | None = None, confidence: float = 0.95
) -> Estimate:
    """Mean of ``first - second`` over the same items by the paired t-test, clustered like :func:`mean_interval`.

    Without correction for skewness: where the sides do not differ, differences are symmetric.
    """
    a, b = same_items(first, second)
    if clusters is not None:
        return mean_interval(a - b, clusters, confidence)
    gaps, n = a - b, len(a)
    if n < 2:
        return Estimate(float(gaps.mean()), n)
    if equal_values(gaps):
        return Estimate(float(gaps.mean()), n, alike=float(n))
    return t_interval(float(gaps.mean()), float(gaps.std(ddof=1)) / math.sqrt(n), n - 1, n, confidence)


def difference(first: Estimate, second: Estimate, confidence: float = 0.95) -> Estimate:
    """``first - second`` of two independent estimates, with Welch's interval (Welch 1947, Biometrika 34, 28-35)."""
    value, n = first.value - second.value, min(first.n, second.n)
    if first.se is None or second.se is None:
        return Estimate(value, n)
    a, b = first.se**2, second.se**2
    if a + b == 0:
        return Estimate(value, n)
    freedom = (a + b) ** 2 / (a**2 / (first.n - 1) + b**2 / (second.n - 1))
    return t_interval(value, math.sqrt(a + b), freedom, n, confidence)


def shifted(estimate: Estimate, by: float) -> Estimate:
    """The estimate with a constant added to value and bounds."""
    low, high = (None if bound is None else bound + by for bound in (estimate.low, estimate.high))
    return Estimate(estimate.value + by, estimate.n, estimate.se, low, high)
