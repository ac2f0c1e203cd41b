"""Scores by protocol: values that may be compared stand together on one scale, each with its interval drawn."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ..core import Measurement, NotMeasured, Score
from .caps import clip
from .numbers import number, score_interval, score_value, tick_label, ticks
from .svg import Scale, element, line

WIDTH, HEIGHT = 168.0, 18.0
LONGEST_PROTOCOL = 1_200
SHARES = {"share", "fraction", "probability", "rate", "proportion"}
DIRECTIONS = {"higher": "higher is better", "lower": "lower is better", "none": ""}


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score, or the reason why it is missing."""

    label: str
    value: str = ""
    exact: str = ""
    interval: str = ""
    n: str = ""
    drawing: Markup = Markup("")
    missing: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ScoreGroup:
    """Scores of one metric, unit and method. ``scale`` are the ends of the axis on which they are drawn."""

    metric: str
    unit: str
    method: str
    direction: str
    confidence: str
    scale: tuple[str, str]
    rows: tuple[ScoreRow, ...]


def score_groups(scores: Sequence[Measurement], longest: int = 240) -> tuple[ScoreGroup, ...]:
    """Scores by metric, unit and method, in the order in which each first appears; texts cut to ``longest``."""
    groups: dict[tuple[str, str, str], list[Measurement]] = {}
    for score in scores:
        groups.setdefault(_key(score, groups), []).append(score)
    return tuple(_group(key, members, longest) for key, members in groups.items())


def slice_label(score: Measurement) -> str:
    """``group: women · split: held-out``, or ``all`` for a score without slice."""
    return " · ".join(f"{key}: {value}" for key, value in score.slice.items()) or "all"


def _key(score: Measurement, groups: dict[tuple[str, str, str], list[Measurement]]) -> tuple[str, str, str]:
    if isinstance(score, Score):
        return score.metric, score.unit, score.method
    return next((key for key in groups if key[0] == score.metric), (score.metric, "", ""))


def _group(key: tuple[str, str, str], members: list[Measurement], longest: int) -> ScoreGroup:
    measured = [score for score in members if isinstance(score, Score)]
    scale = _scale(measured)
    directions = sorted({DIRECTIONS[score.direction] for score in measured})
    confidences = sorted({score.confidence for score in measured if score.low is not None})
    return ScoreGroup(
        metric=clip(key[0], longest),
        unit=clip(key[1], longest),
        method=clip(key[2], LONGEST_PROTOCOL),
        direction=" / ".join(word for word in directions if word),
        confidence=", ".join(f"{100 * confidence:g} %" for confidence in confidences),
        scale=(tick_label(scale.low), tick_label(scale.high)) if measured else ("", ""),
        rows=tuple(_row(score, scale, longest) for score in members),
    )


def _row(score: Measurement, scale: Scale, longest: int) -> ScoreRow:
    label = clip(slice_label(score), longest)
    if isinstance(score, NotMeasured):
        return ScoreRow(label, missing=clip(score.reason, LONGEST_PROTOCOL) or "no reason given")
    return ScoreRow(
        label=label,
        value=score_value(score),
        exact=repr(score.value),
        interval=clip(score_interval(score), longest),
        n=number(score.n),
        drawing=_draw(score, scale),
        examples=score.example_ids,
    )


def _draw(score: Score, scale: Scale) -> Markup:
    middle = HEIGHT / 2
    marks = [line(scale.start, middle, scale.end, middle, "grid")]
    if scale.low <= 0 <= scale.high:
        marks.append(line(scale(0), 3, scale(0), HEIGHT - 3, "axis"))
    if score.low is not None and score.high is not None:
        marks.append(line(scale(score.low), middle, scale(score.high), middle, "interval s0"))
    marks.append(element("circle", cx=scale(score.value), cy=middle, r=3.8, class_="dot s0"))
    return element("svg", *marks, class_="range", aria_hidden="true", viewBox=f"0 0 {WIDTH:g} {HEIGHT:g}")


def _scale(scores: Sequence[Score]) -> Scale:
    values = [value for score in scores for value in (score.value, score.low, score.high) if value is not None]
    low, high = min(values, default=0.0), max(values, default=1.0)
    if low >= 0 and high <= 1 and any(SHARES & set(score.unit.lower().split()) for score in scores):
        ends = (0.0, 1.0 if high > 0.4 else _round_out(0.0, high)[1])
    else:
        ends = _round_out(min(low, 0.0) if low <= high - low else low, high)
    return Scale(*ends, 5, WIDTH - 5)


def _round_out(low: float, high: float) -> tuple[float, float]:
    """The nearest round numbers outside of the data."""
    if low == high:
        low, high = low - (abs(low) * 0.5 or 1), high + (abs(high) * 0.5 or 1)
    marks = ticks(low, high, 4)
    step = marks[1] - marks[0] if len(marks) > 1 else (high - low) / 2
    first = marks[0] if marks[0] <= low + step * 1e-6 else marks[0] - step
    last = marks[-1] if marks[-1] >= high - step * 1e-6 else marks[-1] + step
    return float(f"{first:.10g}"), float(f"{last:.10g}")
