"""Intervals from random halves: for what depends on its neighbours, where leaving out single items says too much.

Leaving items out counts what k of them do together k times (Efron & Stein 1981, Annals of Statistics 9, 586-596), and
a nearest neighbour is such a thing. Two halves that share no item are independent, so their difference has twice the
variance of a half, whatever the statistic; the variance of all items is half of that of a half (McCarthy 1969, Review
of the International Statistical Institute 37, 239-264, on balanced half-samples).
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError, wilson
from .estimate import Estimate, Floats, finite, t_quantile


def share_from_halves(value: float, n: int, halves: ArrayLike, confidence: float = 0.95) -> Estimate:
    """A share of ``n`` items with the values ``halves`` (splits, 2) that it has in both halves of random splits.

    The variance of a half is carried over to the share itself by p (1 - p). Wilson's interval at the number of
    independent items that have this variance, at most ``n`` (items that are independent given the other side have no
    less), as Student's t with a degree of freedom a split would widen it.
    """
    parts = _pairs(halves)
    mean, squares = float(parts.mean()), float(((parts[:, 0] - parts[:, 1]) ** 2).mean()) / 4
    own, half = value * (1 - value), mean * (1 - mean)
    variance = squares * own / half if half > 0 else 0.0
    effective = float(n) if variance <= 0 else min(own / variance, float(n))
    effective *= (t_quantile(confidence, math.inf) / t_quantile(confidence, len(parts))) ** 2
    return Estimate(value, n, math.sqrt(variance), *wilson(value * effective, effective, confidence))


def positive_from_halves(value: float, n: int, halves: ArrayLike, confidence: float = 0.95) -> Estimate:
    """A number above 0, over ``n`` items, likewise: on the scale of its logarithm, by the mean of the halves' values.

    A value of 0 has no logarithm: its bound is that of the halves as they are.
    """
    parts = _pairs(halves)
    mean, spread = float(parts.mean()), math.sqrt(float(((parts[:, 0] - parts[:, 1]) ** 2).mean()) / 4)
    if value <= 0 or mean <= 0:
        return Estimate(value, n, spread, value, value + t_quantile(confidence, len(parts)) * spread)
    relative = spread / mean
    factor = math.exp(t_quantile(confidence, len(parts)) * relative)
    return Estimate(value, n, relative * value, value / factor, value * factor)


def _pairs(halves: ArrayLike) -> Floats:
    parts = np.asarray(halves, np.float64)
    if parts.ndim != 2 or parts.shape[1] != 2 or not len(parts):
        raise UsageError(f"halves need the shape (splits, 2), not {parts.shape}")
    finite(parts)
    return parts
