"""How far the shares of groups lie from a reference, or from those of another part: pure functions on counts.

| quantity | definition | source |
|---|---|---|
| total variation | half the sum of absolute differences: the share of rows that would have to change group | |
| Jensen-Shannon distance | root of the divergence in bits, a metric in [0, 1] | Endres & Schindelin 2003, IEEE TIT |
| Kullback-Leibler | sum of p log2(p / q), in bits; not defined where q is 0 and p is not | Kullback & Leibler 1951 |
| interval of a metric d | estimating p moves d(p, q) by d(p, estimate) at most: 95 % quantile over draws | |
| interval of Kullback-Leibler | noncentral chi-squared and basic bootstrap of the root: the wider | Smithson 2003 |
| chance | 95 % quantile of the distance of samples of this size that are drawn from the reference | |
| chance of two parts | the same when rows are dealt to the parts at random | Phipson & Smyth 2010 |
| p | G-test; from the draws where a group has fewer than five expected rows | Wilks 1938; Cochran 1954 |
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import UsageError, generator
from ..audits.rates import Z

DRAWS, LEAST_EXPECTED = 999, 5.0
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Distance = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True)
class Estimate:
    """A value with its 95 % interval, and the value that chance alone would show (95 % quantile)."""

    value: float
    low: float
    high: float
    chance: float


@dataclass(frozen=True)
class Distances:
    """Total variation, Jensen-Shannon distance and Kullback-Leibler divergence (None: infinite) with a p value."""

    rows: int
    variation: Estimate
    shannon: Estimate
    leibler: Estimate | None
    p: float
    test: str


def total_variation(p: Floats, q: Floats) -> Floats:
    """Half the sum of absolute differences over the last axis, in [0, 1]."""
    return np.asarray(np.abs(p - q).sum(-1) / 2)


def jensen_shannon(p: Floats, q: Floats) -> Floats:
    """Jensen-Shannon distance with logarithms to base 2 over the last axis, in [0, 1]."""
    middle = (p + q) / 2
    return np.asarray(np.sqrt(np.clip((kullback_leibler(p, middle) + kullback_leibler(q, middle)) / 2, 0.0, 1.0)))


def kullback_leibler(p: Floats, q: Floats) -> Floats:
    """Divergence of p from q in bits over the last axis; infinite where q is 0 and p is not."""
    with np.errstate(divide="ignore", invalid="ignore"):
        terms = np.where(p > 0, p * np.log2(p / q), 0.0)
    return np.asarray(np.maximum(terms.sum(-1), 0.0))


def from_reference(counts: Ints, reference: Floats, seed: int, name: str, draws: int = DRAWS) -> Distances:
    """Distances of rows by group, ``counts`` (groups,), from the shares ``reference`` (groups,), which are exact."""
    n = int(counts.sum())
    if n < 1 or len(counts) != len(reference) or not abs(reference.sum() - 1) < 1e-6:
        raise UsageError("a distance needs a row, and a share of the reference for each group that sum to 1")
    p = counts / n
    drawn = resampled(n, p, seed, name, draws)
    chance = generator(seed, "representation-chance", name).multinomial(n, reference, draws) / n
    variation, shannon = (
        _metric(d, p, reference, d(drawn, p), d(chance, reference)) for d in (total_variation, jensen_shannon)
    )
    value = float(kullback_leibler(p, reference))
    null = kullback_leibler(chance, reference)
    leibler = None
    if np.isfinite(value):
        low, high = basic_interval(value**0.5, kullback_leibler(drawn, reference) ** 0.5)
        scale = 2 * n * math.log(2)
        least, most = (bound / scale for bound in noncentral(value * scale, int((reference > 0).sum()) - 1))
        by_chance = float(np.quantile(null, 0.95))
        leibler = Estimate(value, min(max(0.0, low) ** 2, least), max(high**2, most), by_chance)
    return Distances(n, variation, shannon, leibler, *_test(n, value, null, reference))


def between_parts(counts: Ints, others: Ints, seed: int, name: str, draws: int = DRAWS) -> Distances:
    """Distances of the rows of a part by group, ``counts`` (groups,), from those of all other parts, ``others``."""
    n, m = int(counts.sum()), int(others.sum())
    if n < 1 or m < 1:
        raise UsageError("a distance of two parts needs a row in each")
    p, q = counts / n, others / m
    first, second = resampled(n, p, seed, name, draws), resampled(m, q, seed, f"{name}|others", draws)
    rng = generator(seed, "representation-parts", name)
    dealt = rng.multivariate_hypergeometric(counts + others, n, draws, method="marginals")
    mine, rest = dealt / n, (counts + others - dealt) / m
    found = [_metric(d, p, q, d(first, p) + d(second, q), d(mine, rest)) for d in (total_variation, jensen_shannon)]
    null = total_variation(mine, rest)
    p_value = (1 + int((null >= found[0].value - 1e-12).sum())) / (draws + 1)
    return Distances(n + m, found[0], found[1], None, p_value, f"{draws:,} shuffles of the rows over the parts")


def resampled(n: int, shares: Floats, seed: int, name: str, draws: int = DRAWS) -> Floats:
    """Shares (draws, groups) of samples of ``n`` rows drawn by ``shares`` (groups,)."""
    return np.asarray(generator(seed, "representation", name).multinomial(n, shares, draws) / n)


def basic_interval(value: float, drawn: Floats) -> tuple[float, float]:
    """Twice the value minus the 97.5 % and 2.5 % quantiles of its draws, widened to hold the value."""
    low, high = np.quantile(drawn, (0.025, 0.975))
    return min(value, 2 * value - float(high)), max(value, 2 * value - float(low))


def noncentral(statistic: float, degrees: int) -> tuple[float, float]:
    """95 % interval of the noncentrality of a chi-squared statistic; above 10,000 by the normal root (Fisher 1928).

    The upper bound is at least that of a statistic at its mean, so that a lucky 0 does not look certain.
    """
    from scipy.optimize import brentq
    from scipy.stats import chi2, ncx2

    if degrees < 1:
        return 0.0, 0.0
    root = math.sqrt(statistic)
    if statistic > 10_000:
        return max(0.0, root - Z) ** 2, (root + Z) ** 2
    low = 0.0
    if chi2.cdf(statistic, degrees) > 0.975:
        low = brentq(lambda x: ncx2.cdf(statistic, degrees, x) - 0.975, 1e-9, statistic)
    least = max(statistic, float(degrees))
    high = brentq(lambda x: ncx2.cdf(least, degrees, x) - 0.025, 0.0, (math.sqrt(least) + 4) ** 2 + degrees)
    return float(low), float(high)


def _metric(distance: Distance, p: Floats, q: Floats, error: Floats, null: Floats) -> Estimate:
    value, half = float(distance(p, q)), float(np.quantile(error, 0.95))
    return Estimate(value, max(0.0, value - half), min(1.0, value + half), float(np.quantile(null, 0.95)))


def _test(n: int, value: float, null: Floats, reference: Floats) -> tuple[float, str]:
    from scipy.stats import chi2

    groups = int((reference > 0).sum())
    if not np.isfinite(value):
        return 0.0, "a row in a group whose share of the reference is 0"
    if groups > 1 and n * reference[reference > 0].min() >= LEAST_EXPECTED:
        return float(chi2.sf(2 * n * value * math.log(2), groups - 1)), "G-test"
    return (1 + int((null >= value - 1e-12).sum())) / (len(null) + 1), f"{len(null):,} draws from the reference"
