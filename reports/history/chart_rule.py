"""Whether a value moved more than its own runs do: the two-sample t-test with the variance between runs."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

WINDOWS = (1, 4)
"""Runs looked at together: the newest one finds a jump, the mean of the newest four a smaller one that stays."""
NOISE = 1e-12


@dataclass(frozen=True, slots=True)
class Spread:
    """Variance between runs known from elsewhere (earlier references): a sum of squares and its degrees of freedom."""

    squares: float = 0.0
    freedom: int = 0


def spread_of(groups: Iterable[Sequence[float]]) -> Spread:
    """Sum of squares around each group's own mean, and degrees of freedom."""
    known = [group for group in groups if len(group) > 1]
    return Spread(sum(_squares(group) for group in known), sum(len(group) - 1 for group in known))


def shift_p(
    reference: Sequence[float], window: Sequence[float], sign: int, more: Spread = Spread(), floor: float = 0.0
) -> float | None:
    """One-sided p of a mean of ``window`` that lies further in the direction ``sign`` (1 up, -1 down) by chance.

    Student's two-sample t with pooled variance (exact for normal, independent runs); with a window of one run it is the
    prediction interval of a new value. ``more`` adds variance known from earlier runs, ``floor`` is the least standard
    deviation of one run. None where the variance between runs is unknown.
    """
    freedom = len(reference) - 1 + len(window) - 1 + more.freedom
    if not reference or not window or freedom < 1:
        return None
    gap = sign * (_mean(window) - _mean(reference))
    tiny = NOISE * max(abs(value) for value in (*reference, *window))
    deviation = math.sqrt((_squares(reference) + _squares(window) + more.squares) / freedom)
    deviation = max(deviation if deviation > tiny else 0.0, floor)
    if deviation == 0:
        return 0.0 if gap > tiny else 1.0
    from scipy.special import stdtr

    scale = deviation * math.sqrt(1 / len(reference) + 1 / len(window))
    return float(stdtr(freedom, -gap / scale))


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _squares(values: Sequence[float]) -> float:
    middle = _mean(values)
    return math.fsum((value - middle) ** 2 for value in values)
