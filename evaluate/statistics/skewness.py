"""Student's interval bent towards the longer tail: a mean of few skewed values errs mostly on one side."""

import math

import numpy as np

from .estimate import Estimate, Floats, t_quantile

FEWEST = 5
"""Skewness of fewer values says nothing of the values that were not seen."""
SHARE = 0.5
"""Of Hall's correction. All of it covers 93 % of symmetric long tails (Student's t, 3 degrees of freedom), none of it
90 % of ten exponential values; with half of it both are above 93 % and normal values at 95 %."""


def mean_with_skewness(x: Floats, confidence: float = 0.95) -> Estimate:
    """Mean of ``x`` (n,), n of 2 or more, between Student's bounds and Hall's, which undo the skewness of the t value.

    Equal to Student's interval where the values are symmetric, and below 5 values. Source: Hall 1992, JRSS B 54,
    221-228, the cubic transformation; its inverse is closed.
    """
    n, mean = len(x), float(x.mean())
    centred = x - mean
    scale = float(np.abs(centred).max()) or 1.0  # squares and cubes of tiny or huge values would leave the float range
    centred /= scale
    squares = centred * centred
    total = float(squares.sum())
    se, t = scale * math.sqrt(total / (n - 1) / n), t_quantile(confidence, n - 1)
    skew = float(squares @ centred) / total**1.5 if n >= FEWEST and total else 0.0
    low, high = ((1 - SHARE) * side + SHARE * untransformed(side, skew) for side in (t, -t))
    return Estimate(mean, n, se, mean - low * se, mean - high * se)


def untransformed(value: float, skew: float) -> float:
    """The t whose transform t + a t^2 / 3 + a^2 t^3 / 27 + a / 6 is ``value``; a = ``skew`` / sqrt(n)."""
    if abs(skew) < 1e-6:
        return value
    return 3 / skew * (float(np.cbrt(1 + skew * (value - skew / 6))) - 1)
