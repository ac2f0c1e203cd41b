"""The Brier score and its three parts: reliability, resolution and uncertainty (Murphy 1973).

Grouped by distinct forecast the parts add up exactly: score = reliability - resolution + uncertainty. Grouped in bins
they do not, so there are no bins here.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ..statistics import Estimate, Floats, jackknife, mean_interval
from .calibration_error import checked


@dataclass(frozen=True, slots=True)
class Brier:
    """The score and its parts, each with its interval; ``forecasts`` is the number of distinct ones."""

    score: Estimate
    reliability: Estimate
    resolution: Estimate
    uncertainty: Estimate
    forecasts: int


def brier(forecasts: ArrayLike, outcomes: ArrayLike, confidence: float = 0.95) -> Brier:
    """Score and parts from n forecasts (n,) and outcomes 0 or 1; a jackknife interval for each part.

    >>> found = brier([0.0, 1.0, 0.5, 0.5], [0, 1, 0, 1])
    >>> found.score.value, found.reliability.value, found.resolution.value, found.uncertainty.value
    (0.125, 0.0, 0.125, 0.25)
    """
    p, y = checked(forecasts, outcomes)
    values, own = np.unique(p, return_inverse=True)
    own = own.reshape(-1)
    size, true, n = np.bincount(own).astype(np.float64), np.bincount(own, y).astype(np.float64), len(p)
    apart, shares = _apart(values, size, true), _squares(size, true)
    less, rest = size[own] - 1, true[own] - y
    remaining = max(1, n - 1)
    rate, rates = float(y.mean()), (y.sum() - y) / remaining
    without = {
        "reliability": (apart.sum() - apart[own] + _apart(p, less, rest)) / remaining,
        "resolution": (shares.sum() - shares[own] + _squares(less, rest)) / remaining - rates**2,
        "uncertainty": rates * (1 - rates),
    }
    whole = {
        "reliability": float(apart.sum()) / n,
        "resolution": float(shares.sum()) / n - rate**2,
        "uncertainty": rate * (1 - rate),
    }
    parts = {name: jackknife(value, without[name], confidence) for name, value in whole.items()}
    return Brier(mean_interval((p - y) ** 2, confidence=confidence), forecasts=len(values), **parts)


def _apart(values: Floats, size: Floats, true: Floats) -> Floats:
    """n_k (f_k - o_k)^2 of each group; 0 of an empty one."""
    return _per(size, (size * values - true) ** 2)


def _squares(size: Floats, true: Floats) -> Floats:
    """n_k o_k^2 of each group; 0 of an empty one."""
    return _per(size, true**2)


def _per(size: Floats, values: Floats) -> Floats:
    found: Floats = np.divide(values, size, out=np.zeros_like(values), where=size > 0)
    return found
