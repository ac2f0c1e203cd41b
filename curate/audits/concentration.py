"""How much of a whole a few parts hold: pure functions on amounts (documents, bytes) by part."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core import UsageError


@dataclass(frozen=True, slots=True)
class Concentration:
    """``hhi``, ``gini`` and ``entropy`` (normalised) lie in [0, 1]; ``largest`` and ``top_ten`` are shares."""

    parts: int
    largest: float
    top_ten: float
    hhi: float
    gini: float
    entropy: float


def concentration(amounts: ArrayLike) -> Concentration:
    """Concentration of non-negative ``amounts`` (n,), of which one at least is positive.

    >>> equal = concentration([5, 5, 5, 5])
    >>> equal.hhi, equal.gini, equal.entropy
    (0.25, 0.0, 1.0)
    """
    values = np.asarray(amounts, np.float64)
    if not len(values) or values.min() < 0 or not values.sum() > 0:
        raise UsageError(f"shares need amounts >= 0 with a positive sum, not {values[:5].tolist()}")
    shares = np.sort(values / values.sum())
    top, ten = float(shares[-1]), float(shares[-10:].sum())
    return Concentration(len(shares), top, min(ten, 1.0), herfindahl(shares), gini(shares), normalised_entropy(shares))


def herfindahl(shares: NDArray[np.float64]) -> float:
    """Herfindahl-Hirschman index: the sum of squared shares, from 1/n (equal) to 1 (one part holds all)."""
    return float((shares**2).sum())


def gini(shares: NDArray[np.float64]) -> float:
    """Gini coefficient, from 0 (equal) to 1 - 1/n (one part holds all)."""
    ordered, n = np.sort(shares), len(shares)
    ranks = np.arange(1, n + 1)
    return max(0.0, float(((2 * ranks - n - 1) * ordered).sum() / (n * ordered.sum())))


def normalised_entropy(shares: NDArray[np.float64]) -> float:
    """Shannon entropy over its maximum ln n, from 0 (one part holds all) to 1 (equal); 0 for a single part."""
    if len(shares) < 2:
        return 0.0
    positive = shares[shares > 0]
    return max(0.0, float(-(positive * np.log(positive)).sum() / np.log(len(shares))))
