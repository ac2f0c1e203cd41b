"""Standard errors of any statistic of two independent samples, by leaving out one row at a time (Arvesen 1969)."""

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError
from ..statistics import Estimate, finite, t_interval


def two_sample_jackknife(
    value: float, without_first: ArrayLike, without_second: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Interval from the values without each row of the first sample (n,) and of the second (m,).

    Variances of both jackknives add up; degrees of freedom after Welch and Satterthwaite. For the unbiased MMD there is
    :func:`~headwater.evaluate.mmd_interval`, which needs no leave-one-out values.
    """
    parts = [finite(side) for side in (without_first, without_second)]
    if min(map(len, parts)) < 2:
        raise UsageError("a two-sample jackknife needs two values on each side")
    shares = [(len(part) - 1) / len(part) * float(((part - part.mean()) ** 2).sum()) for part in parts]
    n, variance = min(map(len, parts)), sum(shares)
    if variance <= (1e-13 * max(1.0, float(np.abs(parts[0]).max()))) ** 2:  # round-off of equal values
        return Estimate(value, n, 0.0, value, value)
    freedom = variance**2 / sum(share**2 / (len(part) - 1) for share, part in zip(shares, parts, strict=True))
    return t_interval(value, variance**0.5, freedom, n, confidence)
