"""What a control or a finding was measured by, in one line each."""

from collections.abc import Iterable, Mapping

from ...core import NotMeasured, Score
from ..gate import STATUSES, Part
from ..numbers import number, score_interval, score_value
from .texts import line, slice_of


def slice_text(slice: Mapping[str, str]) -> str:
    """``split trained, group women``; empty where there is no slice."""
    return ", ".join(f"{line(key, 60)} {line(value, 80)}" for key, value in slice_of(slice).items())


def as_score(part: Part) -> Score | None:
    """The measurement of a part, for texts; None where it has no value."""
    if part.value is None:
        return None
    return Score(part.name, part.value, part.n or 0, part.unit, part.method, part.low, part.high)


def value_text(part: Part) -> str:
    """The value with as many digits as its interval supports; empty where there is none."""
    score = as_score(part)
    return "" if score is None else score_value(score)


def interval_text(part: Part) -> str:
    """``0.11 to 0.31``, or ``none``."""
    score = as_score(part)
    return "none" if score is None else score_interval(score)


def worst_first(parts: Iterable[Part]) -> list[Part]:
    """Parts as they decide: the worst status first."""
    return sorted(parts, key=lambda part: STATUSES.index(part.status))


def limit_text(part: Part) -> str:
    """``at most 0.05``; empty where there is no limit."""
    return "" if part.threshold is None else f"{part.direction} {number(part.threshold)}"


def part_line(part: Part) -> str:
    """A part of a control with everything that was held against its limit."""
    sliced = slice_text(part.slice)
    name = line(part.name, 100) + (f" ({sliced})" if sliced else "")
    if part.value is None:
        return f"{part.status}: {name}: {line(part.reason)}"
    numbers = f"{value_text(part)} {line(part.unit, 60)}, interval {interval_text(part)}, n {number(part.n)}"
    limit = f", limit {limit_text(part)}" if part.threshold is not None else ""
    return f"{part.status}: {name}: {numbers}{limit}; {line(part.reason)}"


def score_line(score: Score | NotMeasured) -> str:
    """A measurement of a finding, or why there is none."""
    sliced = slice_text(score.slice)
    name = line(score.metric, 100) + (f" ({sliced})" if sliced else "")
    if isinstance(score, NotMeasured):
        return f"{name}: not measured: {line(score.reason)}"
    value = f"{score_value(score)} {line(score.unit, 60)}"
    return f"{name}: {value}, interval {line(score_interval(score))}, n {number(score.n)}"
