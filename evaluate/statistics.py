"""Intervals: pure functions from arrays to an :class:`Estimate`.

| estimator | interval | source |
|---|---|---|
| rate | Clopper-Pearson | Clopper & Pearson 1934, Biometrika 26, 404-413 |
| mean | t, clustered where items share a source | Liang & Zeger 1986; Miller 2024, arXiv 2411.00640 |
| ratio of sums (perplexity, bits per byte) | delta method | Cochran 1977, Sampling Techniques, section 6 |
| anything smooth | jackknife, also over groups | Efron & Tibshirani 1993, chapter 11 |
| two models on the same items | paired t | |
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import stats

from ..core import UsageError

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its standard error and interval; bounds are None where ``n`` (independent items) is below 2."""

    value: float
    n: int
    se: float | None = None
    low: float | None = None
    high: float | None = None

    def bounds(self) -> dict[str, Any]:
        """The interval fields of a :class:`~headwater.core.Score`, with the reason where there is none."""
        if self.low is None:
            return {"interval": f"an interval needs two independent items, here {self.n}"}
        return {"low": self.low, "high": self.high}


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval for a rate, for gates: its coverage is never below ``confidence``.

    >>> [round(bound, 4) for bound in clopper_pearson(0, 100)]
    [0.0, 0.0362]
    """
    if not 0 <= successes <= n or n == 0:
        raise UsageError(f"a rate needs 0 <= successes <= n and n > 0, not {successes} of {n}")
    tail = (1 - confidence) / 2
    low = 0.0 if successes == 0 else float(stats.beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes == n else float(stats.beta.ppf(1 - tail, successes + 1, n - successes))
    return low, high


def mean_interval(values: ArrayLike, clusters: Sequence[Any] | None = None, confidence: float = 0.95) -> Estimate:
    """Mean of ``values`` (n,) with a t interval; items of one cluster may depend on each other.

    ``n`` of the result counts clusters. With one item a cluster it is the classical t interval.
    """
    x = _finite(values)
    mean = float(x.mean())
    totals = _cluster_sums(x - mean, clusters)
    if len(totals) < 2:
        return Estimate(mean, len(totals))
    groups = len(totals)
    se = math.sqrt(groups / (groups - 1) * float(totals @ totals)) / len(x)
    return _t_interval(mean, se, groups, confidence)


def ratio_interval(numerators: ArrayLike, denominators: ArrayLike, confidence: float = 0.95) -> Estimate:
    """sum(numerators) / sum(denominators) over n clusters (documents), by the delta method.

    Both have shape (n,): the clusters' sums. Raises :class:`UsageError` where the denominators sum to zero.
    """
    x, y = _finite(numerators), _finite(denominators)
    total = float(y.sum())
    if total == 0:
        raise UsageError("a ratio needs a denominator other than zero")
    ratio = float(x.sum()) / total
    if len(x) < 2:
        return Estimate(ratio, len(x))
    residuals = x - ratio * y
    se = math.sqrt(len(x) / (len(x) - 1) * float(residuals @ residuals)) / abs(total)
    return _t_interval(ratio, se, len(x), confidence)


def exponential(estimate: Estimate, sign: int = 1) -> Estimate:
    """exp(sign * value) with the bounds carried through: perplexity from a mean log-likelihood (sign = -1)."""
    value = math.exp(sign * estimate.value)
    if estimate.se is None or estimate.low is None or estimate.high is None:
        return Estimate(value, estimate.n)
    low, high = sorted((math.exp(sign * estimate.low), math.exp(sign * estimate.high)))
    return Estimate(value, estimate.n, value * estimate.se, low, high)


def jackknife(value: float, without: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Interval for ``value`` from the estimates ``without`` (n,) each item, or each of n groups of equal size.

    The standard error is sqrt((n - 1) / n * sum of squared deviations); the value itself is left as it is.
    """
    rest = _finite(without)
    n = len(rest)
    if n < 2:
        return Estimate(value, n)
    deviations = rest - rest.mean()
    return _t_interval(value, math.sqrt((n - 1) / n * float(deviations @ deviations)), n, confidence)


def paired_difference(
    first: ArrayLike, second: ArrayLike, clusters: Sequence[Any] | None = None, confidence: float = 0.95
) -> Estimate:
    """Mean of ``first - second`` over the same items, clustered like :func:`mean_interval`."""
    a, b = _finite(first), _finite(second)
    if a.shape != b.shape:
        raise UsageError(f"a paired difference needs the same items twice, not {len(a)} and {len(b)}")
    return mean_interval(a - b, clusters, confidence)


def difference(first: Estimate, second: Estimate, confidence: float = 0.95) -> Estimate:
    """``first - second`` of two independent estimates, with Welch's interval."""
    value, n = first.value - second.value, min(first.n, second.n)
    if first.se is None or second.se is None:
        return Estimate(value, n)
    a, b = first.se**2, second.se**2
    if a + b == 0:
        return Estimate(value, n, 0.0, value, value)
    freedom = (a + b) ** 2 / (a**2 / (first.n - 1) + b**2 / (second.n - 1))
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * math.sqrt(a + b)
    return Estimate(value, n, math.sqrt(a + b), value - half, value + half)


def _t_interval(value: float, se: float, n: int, confidence: float) -> Estimate:
    half = float(stats.t.ppf((1 + confidence) / 2, n - 1)) * se
    return Estimate(value, n, se, value - half, value + half)


def _cluster_sums(x: Floats, clusters: Sequence[Any] | None) -> Floats:
    if clusters is None:
        return x
    if len(clusters) != len(x):
        raise UsageError(f"{len(x)} values need as many clusters, not {len(clusters)}")
    _, index = np.unique(np.asarray(clusters), return_inverse=True)
    return np.bincount(index.reshape(-1), weights=x).astype(np.float64)


def _finite(values: ArrayLike) -> Floats:
    x = np.asarray(values, np.float64).reshape(-1)
    if not len(x) or not np.isfinite(x).all():
        raise UsageError(f"an estimate needs at least one value, and all of them finite ({len(x)} given)")
    return x
