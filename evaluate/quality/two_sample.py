"""Standard errors of statistics of two independent samples, by leaving out one row at a time (Arvesen 1969)."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ...core import UsageError
from ..statistics import Estimate


def two_sample_jackknife(
    value: float, without_first: ArrayLike, without_second: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Interval from the values without each row of the first sample (n,) and of the second (m,).

    Variances of both jackknives add up; degrees of freedom after Welch and Satterthwaite.
    """
    parts = [np.asarray(side, np.float64) for side in (without_first, without_second)]
    if min(map(len, parts)) < 2 or not all(np.isfinite(part).all() for part in parts):
        raise UsageError("a two-sample jackknife needs two finite values on each side")
    shares = [(len(part) - 1) / len(part) * float(((part - part.mean()) ** 2).sum()) for part in parts]
    n, variance = min(map(len, parts)), sum(shares)
    if variance == 0:
        return Estimate(value, n, 0.0, value, value)
    freedom = variance**2 / sum(share**2 / (len(part) - 1) for share, part in zip(shares, parts, strict=True))
    half = float(stats.t.ppf((1 + confidence) / 2, freedom)) * variance**0.5
    return Estimate(value, n, variance**0.5, value - half, value + half)
