"""Correlation of two measurements of the same items."""

import math

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError
from .estimate import ROUNDING, Estimate, same_items, t_interval
from .jackknife import jackknife

NEAREST = 1 - 1e-12


def correlation(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Pearson's r of two measurements (n,) of the same items, with a jackknife interval on Fisher's z.

    Fisher's own standard error of z, 1 / sqrt(n - 3), holds for normal values alone and serves where all points lie on
    a line; the jackknife needs no law. Raises :class:`UsageError` where a side does not vary. Bounds need four items.
    Sources: Fisher 1915, Biometrika 10, 507-521; Efron & Tibshirani 1993, chapter 11.
    """
    x, y = same_items(first, second)
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise UsageError("a correlation needs two measurements that vary")
    r, n = _pearson(x, y), len(x)
    if n < 4:
        return Estimate(r, n)
    without = [_without(x, y, place) for place in range(n)]
    found = jackknife(_z(r), [_z(one) for one in without], confidence)
    if abs(r) >= NEAREST or (found.se or 0.0) <= ROUNDING:  # points on a line show no spread: then Fisher's own error
        found = t_interval(_z(r), 1 / math.sqrt(n - 3), n - 1, n, confidence)
    assert found.low is not None and found.high is not None and found.se is not None
    return Estimate(r, n, found.se * (1 - r * r), math.tanh(found.low), math.tanh(found.high))


def _without(x: np.ndarray, y: np.ndarray, place: int) -> float:
    a, b = np.delete(x, place), np.delete(y, place)
    return 0.0 if np.ptp(a) == 0 or np.ptp(b) == 0 else _pearson(a, b)


def _pearson(x: np.ndarray, y: np.ndarray) -> float:
    a, b = x - x.mean(), y - y.mean()
    return float(np.clip(a @ b / math.sqrt(float(a @ a) * float(b @ b)), -1, 1))


def _z(r: float) -> float:
    return math.atanh(max(-NEAREST, min(NEAREST, r)))
