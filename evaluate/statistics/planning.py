"""How sure a measurement can be, and how many more items would settle a question."""

import math

from scipy import stats

from ...core import UsageError
from .estimate import Estimate
from .rates import clopper_pearson

POWER = 0.8
"""Cohen 1988, Statistical Power Analysis, section 2.4: the convention."""
MOST = 10**9


def detectable_effect(estimate: Estimate, power: float = POWER, confidence: float = 0.95) -> float | None:
    """The smallest true difference that a test at this size finds with probability ``power``; None without an error.

    (t at the confidence + t at the power) * standard error (Bloom 1995, Evaluation Review 19, 547-556).
    """
    if estimate.se is None or estimate.n < 2:
        return None
    freedom = estimate.n - 1
    return float(stats.t.ppf((1 + confidence) / 2, freedom) + stats.t.ppf(power, freedom)) * estimate.se


def items_to_detect(estimate: Estimate, effect: float, power: float = POWER, confidence: float = 0.95) -> int | None:
    """Items in all that find a true difference of ``effect`` with probability ``power``, if items go on like these.

    None where there is no error to go by, or where it would take more than 10^9.
    """
    if estimate.se is None or effect == 0:
        return None
    if estimate.se == 0:
        return estimate.n
    spread = estimate.se**2 * estimate.n
    n = 2.0
    for _ in range(50):
        freedom = max(1.0, n - 1)
        quantiles = float(stats.t.ppf((1 + confidence) / 2, freedom) + stats.t.ppf(power, freedom))
        wanted = max(2.0, quantiles**2 * spread / effect**2)
        if abs(wanted - n) < 0.5:
            break
        n = wanted
    return math.ceil(max(n, wanted)) if wanted <= MOST else None


def more_items(
    estimate: Estimate, threshold: float = 0.0, power: float = POWER, confidence: float = 0.95
) -> int | None:
    """Items to add until the interval leaves ``threshold`` aside with probability ``power``; 0 if it does now.

    Takes the value itself for the truth. None where the value stands on the threshold, or has no error.
    """
    if estimate.low is not None and estimate.high is not None and not estimate.low <= threshold <= estimate.high:
        return 0
    wanted = items_to_detect(estimate, estimate.value - threshold, power, confidence)
    return None if wanted is None else max(1, wanted - estimate.n)


def more_trials(successes: int, n: int, limit: float, confidence: float = 0.95) -> int | None:
    """Trials to add, the rate staying as it is, until Clopper-Pearson's interval lies on one side of ``limit``.

    0 if it does now; None where the rate is the limit. Without any event it takes log(tail) / log(1 - limit) trials.

    >>> more_trials(0, 100, 0.01)
    268
    """
    if not 0 <= limit <= 1:
        raise UsageError(f"a limit of a rate lies between 0 and 1, not at {limit}")
    if _clear(successes, n, limit, confidence):
        return 0
    rate = successes / n
    if rate == limit:
        return None
    low, high = n, 2 * n
    while not _clear(round(rate * high), high, limit, confidence):
        low, high = high, 2 * high
        if high > MOST:
            return None
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if _clear(round(rate * middle), middle, limit, confidence) else (middle, high)
    return high - n


def _clear(successes: int, n: int, limit: float, confidence: float) -> bool:
    low, high = clopper_pearson(successes, n, confidence)
    return limit < low or limit > high
