"""Seeds as a source of variance: the same measurement on several runs that differ in their seed alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ...core import UsageError
from .estimate import Estimate, Floats, finite, t_interval, t_quantile
from .means import mean_interval


@dataclass(frozen=True, slots=True)
class Variance:
    """Variances of one value: between seeds, between items, and what is left (item by seed, sampling noise)."""

    seeds: float
    items: float
    rest: float


def seed_interval(runs: Sequence[ArrayLike], confidence: float = 0.95) -> Estimate:
    """Mean over runs (k arrays of items, each run its own items), for runs that will be trained with other seeds.

    The spread of the runs' means holds both the variance between seeds and that of the items within: Student's t with
    k - 1 degrees of freedom on them. ``n`` counts runs.
    """
    means = np.array([finite(run).mean() for run in runs])
    if len(means) < 2:
        return Estimate(float(finite(means)[0]), len(means))
    return t_interval(
        float(means.mean()), float(means.std(ddof=1)) / math.sqrt(len(means)), len(means) - 1, len(means), confidence
    )


def crossed_interval(table: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Mean of a table (k seeds, n items) where all runs saw the same items, for other seeds and other items.

    Variance = that of the seeds' means / k + that of the items' means / n - that of the rest / (k n), each mean square
    of a two-way layout with one value a cell. The quantile is that of Cochran and Cox (:func:`mixed_quantile`): two
    seeds know so little of the variance between seeds that the degrees of freedom of Satterthwaite cover 87 to 92 %.
    ``n`` counts items. With one seed it is the interval over items alone.
    """
    x = _table(table)
    k, n = x.shape
    value = float(x.mean())
    if n < 2:
        return Estimate(value, n)
    if k < 2:
        return mean_interval(x[0], confidence=confidence)
    by_seed, by_item, rest = crossed_variance(x)
    variance = max(by_seed + by_item - rest, by_seed, by_item)
    half = mixed_quantile([(by_seed, k - 1), (by_item, n - 1)], confidence) * math.sqrt(variance)
    return Estimate(value, n, math.sqrt(variance), value - half, value + half)


def mixed_quantile(parts: Sequence[tuple[float, float]], confidence: float = 0.95) -> float:
    """Two-sided quantile for a variance that is a sum of ``parts`` (variance, degrees of freedom).

    The mean of Student's quantiles, weighted by the variances. Source: Cochran & Cox 1957, Experimental Designs, 2nd
    edition, section 4.14; it covers the nominal share or more.
    """
    total = sum(variance for variance, _ in parts)
    if total == 0:
        return t_quantile(confidence, max(freedom for _, freedom in parts))
    return sum(variance * t_quantile(confidence, freedom) for variance, freedom in parts) / total


def mixed_p(ratio: float, parts: Sequence[tuple[float, float]]) -> float:
    """Two-sided p of a value ``ratio`` standard errors from zero: where the interval of :func:`mixed_quantile` ends."""
    size = abs(ratio)
    if size == 0:
        return 1.0
    outer = [float(2 * stats.t.sf(size, freedom)) for _, freedom in parts]
    low, high = max(1e-15, min(outer)), max(outer)
    if high - low < 1e-15:
        return high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if mixed_quantile(parts, 1 - middle) > size else (low, middle)
    return high


def crossed_variance(x: Floats) -> tuple[float, float, float]:
    """Squared standard errors of the mean of a table (k, n) by its seeds' means, its items' means and its residuals."""
    k, n = x.shape
    rows, columns, centre = x.mean(1), x.mean(0), x.mean()
    by_seed = float(rows.var(ddof=1)) / k if k > 1 else 0.0
    by_item = float(columns.var(ddof=1)) / n if n > 1 else 0.0
    if k < 2 or n < 2:
        return by_seed, by_item, 0.0
    residuals = x - rows[:, None] - columns[None] + centre
    return by_seed, by_item, float((residuals**2).sum()) / ((k - 1) * (n - 1)) / (k * n)


def variance_of(table: ArrayLike) -> Variance:
    """The variances themselves in a table (k seeds, n items), both at least 2; an estimate below zero counts as zero.

    >>> variance_of([[0.0, 1.0], [0.0, 1.0]]).seeds
    0.0
    """
    x = _table(table)
    k, n = x.shape
    if min(k, n) < 2:
        raise UsageError(f"variances of seeds and items need two of each, not {k} and {n}")
    by_seed, by_item, rest = crossed_variance(x)
    return Variance(max(0.0, (by_seed - rest) * k), max(0.0, (by_item - rest) * n), rest * k * n)


def _table(table: ArrayLike) -> Floats:
    x = np.asarray(table, np.float64)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise UsageError(f"a table of seeds and items must be finite and of shape (seeds, items), not {x.shape}")
    return x
