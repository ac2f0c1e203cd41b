"""Numbers as people read them: thousands separators, as many digits as the interval supports, round axis ticks."""

import math
from collections.abc import Sequence

from ..core import Cell, Score
from .speaking import local, say

MINUS = "\u2212"
NOTHING = "–"
MOST_ROUNDING = 0.05  # of a number


def number(value: Cell) -> str:
    """A cell as text: integers with separators, floats with four significant digits, ``–`` for None."""
    if value is None:
        return NOTHING
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return local(f"{value:,}".replace("-", MINUS))
    return _float(value)


def short(value: Cell) -> str:
    """A cell for a drawing: floats with three significant digits."""
    if isinstance(value, float) and math.isfinite(value) and abs(value) < 1_000 and value != int(value):
        return local(f"{value:.3g}".replace("-", MINUS))
    return number(value)


def column_digits(cells: Sequence[Cell]) -> int | None:
    """Digits after the point that give the largest number of a column four significant ones.

    None for whole numbers, and where so few digits would misstate a small number (0.8 beside 100,000 as 1).
    """
    values = [abs(cell) for cell in cells if isinstance(cell, int | float) and math.isfinite(cell)]
    if all(value == int(value) for value in values):
        return None
    digits = max(0, min(6, 3 - math.floor(math.log10(max(values)))))
    misstated = any(abs(round(value, digits) - value) > MOST_ROUNDING * value for value in values)
    return None if misstated else digits


def score_value(score: Score) -> str:
    """The value of a score, with the digits that its interval supports."""
    return with_digits(score.value, _digits(score))


def score_interval(score: Score) -> str:
    """``0.12 to 0.19``, or the reason why there is no interval."""
    if score.low is None or score.high is None:
        none = say("page.no-interval")
        return f"{none}: {score.interval}" if score.interval else none
    digits = _digits(score)
    return say("page.to", low=with_digits(score.low, digits), high=with_digits(score.high, digits))


def with_digits(value: float, digits: int | None) -> str:
    """A float with so many digits after the point; None stands for four significant digits."""
    if digits is None or not abs(value) < 1e9:
        return _float(value)
    text = f"{value:,.{digits}f}"
    return local((text.lstrip("-") if float(text.replace(",", "")) == 0 else text).replace("-", MINUS))


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """About ``count`` round numbers from ``low`` to ``high``: 1, 2 or 5 times a power of ten apart.

    >>> ticks(0, 97, 5)
    [0.0, 20.0, 40.0, 60.0, 80.0]
    """
    span = high - low
    if not (math.isfinite(span) and span > 0):
        return [low]
    power = 10.0 ** math.floor(math.log10(span / count))
    step = next((size * power for size in (1, 2, 5, 10) if size * power * count >= span * 0.999), 10 * power)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return [float(f"{index * step:.12g}") for index in range(first, min(last, first + 4 * count) + 1)]


def tick_label(value: float) -> str:
    """A tick as short text: ``1.2M``, ``40k``, ``0.25``."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= size * (10 if sign == "k" else 1):
            return local(f"{value / size:g}{sign}".replace("-", MINUS))
    return local(f"{value:g}".replace("-", MINUS))


def _float(value: float) -> str:
    if not math.isfinite(value):
        return NOTHING
    if value == int(value) and abs(value) < 1e15:
        return local(f"{int(value):,}".replace("-", MINUS))
    text = f"{value:,.0f}" if 1e3 <= abs(value) < 1e9 else f"{value:.4g}"
    return local(text.replace("-", MINUS))


def _digits(score: Score) -> int | None:
    if score.low is None or score.high is None or score.high <= score.low:
        return None
    half = (score.high - score.low) / 2
    return max(0, min(8, 1 - math.floor(math.log10(half))))
