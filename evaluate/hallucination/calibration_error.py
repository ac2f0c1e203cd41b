"""How far stated probabilities lie from what comes true: pure functions on forecasts and outcomes.

| quantity | definition | source |
|---|---|---|
| bins | of equal mass; equal forecasts share a bin, so that the order of the items plays no part | |
| calibration error | sum over bins of n_b / n abs(mean of p - mean of y) | Naeini et al. 2015, with equal mass |
| debiased, squared | sum over bins of n_b / n mean over pairs i != j of (p - y)_i (p - y)_j | Kumar, Liang & Ma 2019 |
| debiased | the plain error with the sign of each bin taken from one half of its items, over all splits | |

The plain error is biased upward: it is above 0 for a model that is perfectly calibrated. The mean of both others is 0
there. With one forecast in a bin the squared one is (p - r)^2 - r (1 - r) / (n - 1), as in Kumar et al. The debiased
error is too small where that of a bin is smaller than its noise, and in the mean never too large.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from ...core import UsageError
from ..statistics import Estimate, Floats, finite, jackknife

Ints = NDArray[np.int64]
_TIE = 1e-9
LEAST = 3
"""Items of a bin: fewer leave no jackknife of pairs."""


@dataclass(frozen=True, slots=True)
class Bins:
    """Gaps p - y of all items and the bin of each, 0 to ``count`` - 1."""

    gaps: Floats
    bin: Ints
    count: int

    def sums(self, values: Floats) -> Floats:
        """Sum of the values of each bin."""
        found: Floats = np.bincount(self.bin, values, self.count).astype(np.float64)
        return found

    @property
    def sizes(self) -> Floats:
        """Items of each bin."""
        return self.sums(np.ones_like(self.gaps))


def checked(forecasts: ArrayLike, outcomes: ArrayLike) -> tuple[Floats, Floats]:
    """Both as arrays; raises :class:`UsageError` unless these are probabilities and zeros and ones, as many of each."""
    p, y = finite(forecasts), finite(outcomes)
    if len(p) != len(y) or (p < 0).any() or (p > 1).any() or not np.isin(y, (0.0, 1.0)).all():
        raise UsageError("calibration needs one probability from 0 to 1 and one outcome, 0 or 1, for each item")
    return p, y


def equal_mass_bins(forecasts: Floats, bins: int) -> Ints:
    """The bin of each item. A tie stays together; bins of fewer than three items are joined to the one below.

    >>> equal_mass_bins(np.array([0.1, 0.9, 0.2, 0.8, 0.3, 0.7]), 2).tolist()
    [0, 1, 0, 1, 0, 1]
    """
    values, own, counts = np.unique(forecasts, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - (counts + 1) / 2  # the mean rank of the tie, from 0
    wanted = np.minimum((middle * bins / len(forecasts)).astype(np.int64), bins - 1)
    of_value = np.zeros(len(values), np.int64)
    current, size = 0, 0
    for place in range(len(values)):
        if place and wanted[place] != wanted[place - 1] and size >= LEAST:
            current, size = current + 1, 0
        of_value[place], size = current, size + int(counts[place])
    if 0 < size < LEAST and current:
        of_value[of_value == current] = current - 1
    found: Ints = of_value[own.reshape(-1)]
    return found


def bins_of(forecasts: ArrayLike, outcomes: ArrayLike, bins: int = 15) -> Bins:
    """Gaps in bins of equal mass."""
    p, y = checked(forecasts, outcomes)
    place = equal_mass_bins(p, bins)
    return Bins(p - y, place, int(place.max()) + 1)


def calibration_error(found: Bins, confidence: float = 0.95) -> Estimate:
    """The plain error, biased upward, with its jackknife interval.

    >>> calibration_error(bins_of([0.7] * 10, [1] * 4 + [0] * 6)).value
    0.3
    """
    total, n = found.sums(found.gaps), len(found.gaps)
    whole = float(np.abs(total).sum())
    without = whole - np.abs(total)[found.bin] + np.abs(total[found.bin] - found.gaps)
    return jackknife(round(whole / n, 12), without / max(1, n - 1), confidence)


def debiased_squared(found: Bins, confidence: float = 0.95) -> Estimate:
    """The squared error without bias; may be below 0, by chance, where there is little or none.

    Needs three items in each bin, which :func:`equal_mass_bins` gives where there are three at all.
    """
    n, sizes = len(found.gaps), found.sizes
    if n < LEAST:
        raise UsageError(f"a debiased calibration error needs {LEAST} items, not {n}")
    total, squares = found.sums(found.gaps), found.sums(found.gaps**2)
    terms = (total**2 - squares) / (sizes - 1)
    own = found.bin
    changed = (total[own] - found.gaps) ** 2 - (squares[own] - found.gaps**2)
    without = (terms.sum() - terms[own] + changed / (sizes[own] - 2)) / (n - 1)
    return jackknife(float(terms.sum()) / n, without, confidence)


def debiased_error(found: Bins, confidence: float = 0.95) -> Estimate:
    """The error in units of probability, with mean 0 for a calibrated model; below 0 by chance where there is none.

    Half of the items of a bin give the sign with which the other half counts, so that noise cannot choose it. Over all
    such splits that is s (z (2 Phi(z) - 1) - 2 phi(z)) by the normal law, with z = D / s the sum of the gaps in its
    standard deviations: abs(D) where it is clear.

    >>> debiased_error(bins_of([0.9] * 400, [0, 1] * 200)).value
    0.4
    """
    n, own = len(found.gaps), found.bin
    total, squares, sizes = found.sums(found.gaps), found.sums(found.gaps**2), found.sizes
    terms = _without_noise(total, squares, sizes)
    whole = float(terms.sum())
    less = total[own] - found.gaps, squares[own] - found.gaps**2, np.maximum(1.0, sizes[own] - 1)
    return jackknife(round(whole / n, 12), (whole - terms[own] + _without_noise(*less)) / max(1, n - 1), confidence)


def _without_noise(total: Floats, squares: Floats, sizes: Floats) -> Floats:
    spread = np.sqrt(np.maximum(0.0, (squares - total**2 / sizes) * sizes / np.maximum(1.0, sizes - 1)))
    z = np.divide(total, spread, out=np.zeros_like(total), where=spread > _TIE)
    found = spread * (z * (2 * ndtr(z) - 1) - 2 * np.exp(-z * z / 2) / np.sqrt(2 * np.pi))
    kept: Floats = np.where(spread > _TIE, found, np.abs(total))
    return kept


def bin_rows(forecasts: ArrayLike, outcomes: ArrayLike, bins: int = 15) -> list[dict[str, Any]]:
    """Items, mean forecast and share that came true of each bin, for a reliability diagram."""
    p, y = checked(forecasts, outcomes)
    place = equal_mass_bins(p, bins)
    rows = []
    for number in range(int(place.max()) + 1):
        here = place == number
        rows.append({"n": int(here.sum()), "forecast": float(p[here].mean()), "true": int(y[here].sum())})
    return rows
