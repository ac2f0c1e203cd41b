"""Intervals for ratios of sums (perplexity, bits per byte) and for means whose items come in clusters.

A mean over clusters of different sizes is a ratio too: sums of the clusters over their sizes. The delta method with
Student's t covers 78 to 95 % where few documents of very different lengths stand behind a ratio. Fieller's interval,
which also lets the denominator vary, covers 93 to 98 % there, but 89 % where long documents differ from short ones; one
that undoes the skewness holds that too. Both together cover 93 to 99 % (docs/concepts/intervals.md).
"""

import math

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError
from .estimate import Estimate, Floats, finite, t_interval, t_quantile
from .skewness import FEWEST, mean_with_skewness, untransformed


def ratio_interval(numerators: ArrayLike, denominators: ArrayLike, confidence: float = 0.95) -> Estimate:
    """sum(numerators) / sum(denominators) over n clusters (documents): Fieller's interval, widened for skewness.

    Both have shape (n,): the clusters' sums. Each bound is the outer one of Fieller's and of Student's with Hall's
    correction for the skewness of the residuals, at the effective number of clusters (Kish 1965) less one. The standard
    error is the delta method's, free of bias for independent items of any size (Bell & McCaffrey 2002, Survey
    Methodology 28, 169-181). Equal denominators make a mean of it (:func:`mean_with_skewness`). Sources: Fieller 1954;
    Cochran 1977, Sampling Techniques, section 6; Hall 1992. Raises :class:`UsageError` where the denominators sum to
    zero.
    """
    x, y = _checked(numerators, denominators)
    if len(x) > 1 and np.ptp(y) == 0:
        return mean_with_skewness(x / y, confidence)
    found = fieller_interval(x, y, confidence)
    if found.se is None or found.n < FEWEST:
        return found
    assert found.low is not None and found.high is not None
    residuals = x - found.value * y
    squares = float(residuals @ residuals)
    skew = float(residuals**2 @ residuals) / squares**1.5 if squares > 0 else 0.0
    t = t_quantile(confidence, max(1.0, float(y.sum()) ** 2 / float(y @ y) - 1))
    low, high = (found.value - untransformed(side, skew) * found.se for side in (t, -t))
    return Estimate(found.value, found.n, found.se, min(low, found.low), max(high, found.high))


def fieller_interval(numerators: ArrayLike, denominators: ArrayLike, confidence: float = 0.95) -> Estimate:
    """The same by Fieller's theorem alone: it leaves 0 out where the t-test of the numerators finds a difference.

    With equal denominators the interval is the classical t. Where the sum of the denominators is so uncertain that
    Fieller's interval is infinite, the standard error counts with the degrees of freedom that clusters of these sizes
    leave (Satterthwaite).
    """
    x, y = _checked(numerators, denominators)
    total = float(y.sum())
    ratio, n = float(x.sum()) / total, int(np.count_nonzero((y != 0) | (x != 0)))
    if n < 2:
        return Estimate(ratio, n)
    residuals = x - ratio * y
    se = math.sqrt(_variance(residuals, y / total, np.abs(y))[0]) / abs(total)
    bounds = _fieller(residuals, y, t_quantile(confidence, len(x) - 1))
    if bounds:
        return Estimate(ratio, n, se, ratio + bounds[0], ratio + bounds[1])
    variance, freedom = _variance(residuals, y / total, y * y)
    wide = t_interval(ratio, max(se, math.sqrt(variance) / abs(total)), freedom, n, confidence)
    return Estimate(ratio, n, se, wide.low, wide.high)


def _checked(numerators: ArrayLike, denominators: ArrayLike) -> tuple[Floats, Floats]:
    x, y = finite(numerators), finite(denominators)
    if x.shape != y.shape:
        raise UsageError(f"a ratio needs as many numerators as denominators, not {len(x)} and {len(y)}")
    if float(y.sum()) == 0:
        raise UsageError("a ratio needs a denominator other than zero")
    return x, y


def exponential(estimate: Estimate, sign: int = 1) -> Estimate:
    """exp(sign * value) with the bounds carried through: perplexity from a mean log-likelihood (sign = -1)."""
    value = math.exp(sign * estimate.value)
    if estimate.se is None or estimate.low is None or estimate.high is None:
        return Estimate(value, estimate.n)
    low, high = sorted((_exp(sign * estimate.low), _exp(sign * estimate.high)))
    return Estimate(value, estimate.n, value * estimate.se, low, high)


def _exp(value: float) -> float:
    return math.exp(min(value, 700.0))  # above it a float overflows; such a bound says "unknown" anyway


def _fieller(residuals: Floats, y: Floats, t: float) -> tuple[float, float] | None:
    """Bounds of (true ratio - ratio); None where the interval is not finite."""
    n = len(y)
    centred = y - y.mean()
    spread = t * t / (n * (n - 1))
    a = float(y.mean()) ** 2 - spread * float(centred @ centred)
    b, c = spread * float(residuals @ centred), spread * float(residuals @ residuals)
    if a <= 1e-12 * float(y.mean()) ** 2:
        return None
    root = math.sqrt(b * b + a * c)
    return (-b - root) / a, (-b + root) / a


def _variance(residuals: Floats, weights: Floats, working: Floats) -> tuple[float, float]:
    """Variance of the sum of residuals and its degrees of freedom, if the items' variances are as ``working``.

    Residual i is e_i - w_i * sum(e); dividing its square by the share of ``working`` that is left to it takes the bias
    away. The degrees of freedom are tr(AC)^2 / tr(ACAC) with C the covariance of the residuals, in O(n).
    """
    w, v, whole = weights, working, float(working.sum())
    own = v * (1 - 2 * w) + w * w * whole
    scale = np.divide(v, own, out=np.ones_like(v), where=own > 1e-12 * whole)
    variance = float(scale @ residuals**2)
    moments = {(i, j): float(scale @ (w**i * v**j)) for i in range(3) for j in range(3)}
    m = moments
    # sum over all pairs of scale_g scale_h (w_g v_h + v_g w_h - whole w_g w_h)^2, the diagonal taken out afterwards
    pairs = 2 * m[2, 0] * m[0, 2] + 2 * m[1, 1] ** 2 + whole**2 * m[2, 0] ** 2 - 4 * whole * m[2, 0] * m[1, 1]
    diagonal = scale**2 * (2 * w * v - whole * w * w) ** 2
    trace = float(scale @ own)
    spread = pairs - float(diagonal.sum()) + float((scale * own) @ (scale * own))
    return variance, max(1.0, trace**2 / spread) if spread > 0 else 1.0
