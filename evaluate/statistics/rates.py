"""Intervals for rates: exact for gates, Wilson's for display, and for events that come in clusters."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats
from scipy.optimize import brentq

from ...core import UsageError
from .estimate import ROUNDING, Estimate, finite, t_quantile

LEAST = 1e-6


def clopper_pearson(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval for a rate, for gates: its coverage is never below ``confidence``.

    Source: Clopper & Pearson 1934, Biometrika 26, 404-413. Without any event the upper bound is
    1 - ((1 - confidence) / 2)^(1/n).

    >>> [round(bound, 4) for bound in clopper_pearson(0, 100)]
    [0.0, 0.0362]
    """
    _check(successes, n)
    return _exact(successes, n, confidence)


def mid_p(successes: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson's interval with half the probability of what was observed in each tail: narrower, near nominal.

    For single rates near 0 or 1, where Wilson's interval covers too seldom; on average over rates nearby Wilson's is
    closer to nominal, and shown in tables. No guarantee, so not for gates.
    Source: Berry & Armitage 1995, The Statistician 44, 417-423.

    >>> [round(bound, 4) for bound in mid_p(0, 100)]
    [0.0, 0.0295]
    """
    _check(successes, n)
    tail = (1 - confidence) / 2

    def below(rate: float) -> float:
        return float(stats.binom.cdf(successes - 1, n, rate) + 0.5 * stats.binom.pmf(successes, n, rate))

    low = 0.0 if successes == 0 else float(brentq(lambda rate: below(rate) - (1 - tail), 0, 1))
    high = 1.0 if successes == n else float(brentq(lambda rate: below(rate) - tail, 0, 1))
    return low, high


def rule_of_three(n: int, confidence: float = 0.95) -> float:
    """Upper bound, one-sided and exact, of a rate of which no event was seen in ``n`` trials; about 3 / n at 95 %.

    Source: Hanley & Lippman-Hand 1983, JAMA 249, 1743-1745.

    >>> round(rule_of_three(100), 4)
    0.0295
    """
    _check(0, n)
    return 1 - float((1 - confidence) ** (1 / n))


def clustered_rate(events: ArrayLike, trials: ArrayLike, confidence: float = 0.95) -> Estimate:
    """sum(events) / sum(trials) over clusters (texts), both (clusters,), exact at the effective number of trials.

    The effective number is that of independent trials with the ratio estimator's variance (Kish 1965), never above the
    real one, and smaller for few clusters; Clopper and Pearson's bounds are taken at it (Korn & Graubard 1998, Survey
    Methodology 24, 193-201). Where nothing or everything is an event, or all clusters have one rate, the variance says
    nothing, and clusters count, weighed by their trials. ``n`` of the result counts clusters with a trial.
    """
    x, n = finite(events), finite(trials)
    if x.shape != n.shape or (x < 0).any() or (x > n).any():
        raise UsageError("a clustered rate needs 0 <= events <= trials in each cluster")
    x, n = x[n > 0], n[n > 0]
    if not len(n):
        raise UsageError("a rate needs at least one trial")
    total, clusters = float(n.sum()), len(n)
    rate = float(x.sum()) / total
    independent = rate * (1 - rate) / max(1.0, total - 1)
    spread = float(((x - rate * n) ** 2).sum())
    if spread <= ROUNDING**2 * float(n @ n):  # of one cluster, or of clusters that agree: no spread was seen
        spread = 0.0
    clustered = clusters / max(1, clusters - 1) * spread / total**2
    effective = total * min(1.0, independent / clustered) if independent and clustered else total**2 / float(n @ n)
    if effective < total * (1 - 1e-9) and clusters > 1:  # not by rounding alone: clusters of one trial are no clusters
        wide = max(confidence, LEAST)  # below it both quantiles are 0 by rounding, and their ratio is that of here
        effective *= (t_quantile(wide, math.inf) / t_quantile(wide, clusters - 1)) ** 2
    low, high = _exact(min(rate * effective, effective), effective, confidence)
    return Estimate(rate, clusters, math.sqrt(clustered) if clusters > 1 else None, low, high)


def _exact(successes: float, n: float, confidence: float) -> tuple[float, float]:
    tail = (1 - confidence) / 2
    low = 0.0 if successes <= 0 else float(stats.beta.ppf(tail, successes, n - successes + 1))
    high = 1.0 if successes >= n else float(stats.beta.ppf(1 - tail, successes + 1, n - successes))
    return low, high


def _check(successes: int, n: int) -> None:
    if not 0 <= successes <= n or n == 0:
        raise UsageError(f"a rate needs 0 <= successes <= n and n > 0, not {successes} of {n}")
    if not (float(successes).is_integer() and float(n).is_integer()):
        raise UsageError(f"a rate counts whole events, not {successes} of {n}")


def are_events(values: ArrayLike) -> bool:
    """Whether all values are 0 or 1: then they are events, and tests for rates hold."""
    x = finite(values)
    return bool(np.isin(x, (0.0, 1.0)).all())
