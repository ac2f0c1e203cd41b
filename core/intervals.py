"""The interval for a rate that every stage shows."""

import math
from statistics import NormalDist

from .errors import UsageError


def wilson(successes: float, n: float, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's score interval for a rate of ``successes`` in ``n`` independent trials.

    Both may be fractions: an effective number of trials, where trials depend on each other.

    Returns (low, high) within [0, 1]. Source: Wilson 1927, JASA 22, 209-212. Raises :class:`UsageError` for n = 0.

    >>> [round(bound, 4) for bound in wilson(5, 10)]
    [0.2366, 0.7634]
    """
    if not 0 <= successes <= n or n == 0:
        raise UsageError(f"a rate needs 0 <= successes <= n and n > 0, not {successes} of {n}")
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (successes + z * z / 2) / (n + z * z)
    half = z / (n + z * z) * math.sqrt(successes * (n - successes) / n + z * z / 4)
    # at the ends the bound is exact, and rounding must not push it past the rate itself
    low = 0.0 if successes == 0 else max(0.0, centre - half)
    high = 1.0 if successes == n else min(1.0, centre + half)
    return low, high
