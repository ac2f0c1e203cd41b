"""Scores by protocol: values that may be compared stand together on one scale, each with its interval drawn."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from markupsafe import Markup

from ..core import Measurement, NotMeasured, Score
from .caps import clip
from .hidden import visible
from .numbers import number, score_interval, score_value, tick_label, ticks
from .speaking import say
from .svg import Scale

WIDTH = 168.0  # as in page.css
LONGEST_PROTOCOL = 1_200
SLICES = 12  # named in the row of what is missing for one reason
SHARES = {"share", "fraction", "probability", "rate", "proportion"}


@dataclass(frozen=True, slots=True)
class Held:
    """What a policy said of a score: in words, as a status, and the limit that is drawn."""

    words: str
    status: str
    limit: float


Judged = Callable[[Score], Held | None]
"""What a policy said of a score; None where none did."""


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """One score, or the reason why it is missing."""

    label: str
    value: str = ""
    interval: str = ""
    n: str = ""
    marks: tuple[float | None, ...] = ()
    missing: str = ""
    verdict: str = ""
    status: str = ""
    examples: tuple[str, ...] = ()

    @property
    def drawing(self) -> Markup:
        """Interval and value on the scale of the group."""
        return draw(self.marks)

    @property
    def waiting(self) -> tuple[str, ...]:
        """The row as texts for the script, which draws the marks; a missing score has its reason alone."""
        if self.missing:
            return visible(self.label), "", "", visible(self.missing), ""
        marks = ",".join("" if place is None else f"{place:g}" for place in self.marks)
        words = f"{self.interval} · {self.verdict}" if self.verdict else self.interval
        return visible(self.label), self.value, marks, visible(words), self.n


@dataclass(frozen=True, slots=True)
class ScoreGroup:
    """Scores of one metric, unit and method. ``scale`` are the ends of the axis on which they are drawn.

    ``more`` are rows (as texts) that are not in the HTML; the script adds them to the body named ``key``.
    """

    metric: str
    unit: str
    method: str
    direction: str
    confidence: str
    scale: tuple[str, str]
    rows: tuple[ScoreRow, ...]
    more: tuple[tuple[str, ...], ...] = ()
    key: str = ""

    @property
    def total(self) -> int:
        """All rows, those that wait included."""
        return len(self.rows) + len(self.more)


def score_groups(
    scores: Sequence[Measurement], longest: int = 240, judged: Judged = lambda score: None
) -> tuple[ScoreGroup, ...]:
    """Scores by metric, unit and method, in the order in which each first appears; texts cut to ``longest``."""
    groups: dict[tuple[str, str, str], list[Measurement]] = {}
    for score in scores:
        groups.setdefault(_key(score, groups), []).append(score)
    return tuple(_group(key, members, longest, judged) for key, members in groups.items())


def slice_label(score: Measurement) -> str:
    """``group: women · split: held-out``, or ``all`` for a score without slice."""
    return part_label(score.slice)


def part_label(part: Mapping[str, str]) -> str:
    """The label of a slice by itself."""
    return " · ".join(f"{key}: {value}" for key, value in part.items()) or say("page.all")


def _key(score: Measurement, groups: dict[tuple[str, str, str], list[Measurement]]) -> tuple[str, str, str]:
    if isinstance(score, Score):
        return score.metric, score.unit, score.method
    return next((key for key in groups if key[0] == score.metric), (score.metric, "", ""))


def _group(key: tuple[str, str, str], members: list[Measurement], longest: int, judged: Judged) -> ScoreGroup:
    measured = [score for score in members if isinstance(score, Score)]
    limits = {id(score): held for score in measured if (held := judged(score))}
    scale = _scale(measured, [held.limit for held in limits.values()])
    directions = sorted({say(f"page.{score.direction}") for score in measured if score.direction != "none"})
    confidences = sorted({score.confidence for score in measured if score.low is not None})
    return ScoreGroup(
        metric=clip(key[0], longest),
        unit=clip(key[1], longest),
        method=clip(key[2], LONGEST_PROTOCOL),
        direction=" / ".join(directions),
        confidence=", ".join(f"{100 * confidence:g} %" for confidence in confidences),
        scale=(tick_label(scale.low), tick_label(scale.high)) if measured else ("", ""),
        rows=tuple(_rows(members, scale, longest, limits)),
    )


def _rows(members: Sequence[Measurement], scale: Scale, longest: int, limits: Mapping[int, Held]) -> Iterator[ScoreRow]:
    """A row for each score; those that are missing for one reason share a row, where the first of them stood."""
    missing: dict[str, list[str]] = {}
    for score in members:
        if isinstance(score, NotMeasured):
            missing.setdefault(score.reason, []).append(slice_label(score))
    for score in members:
        if isinstance(score, Score):
            yield _held(_row(score, scale, longest), limits.get(id(score)), scale)
        elif labels := missing.pop(score.reason, None):
            more = f" · +{len(labels) - SLICES:,}" if len(labels) > SLICES else ""
            row = _row(score, scale, longest)
            yield replace(row, label=clip("; ".join(labels[:SLICES]), 2 * longest) + more)


def _held(row: ScoreRow, held: Held | None, scale: Scale) -> ScoreRow:
    """The row with what the policy said, and the limit as the last of its marks."""
    if held is None:
        return row
    zero = row.marks[3:] or (None,)
    marks = (*row.marks[:3], *zero, round(scale(held.limit), 1))
    return replace(row, verdict=held.words, status=held.status, marks=marks)


def _row(score: Measurement, scale: Scale, longest: int) -> ScoreRow:
    label = clip(slice_label(score), longest)
    if isinstance(score, NotMeasured):
        return ScoreRow(label, missing=clip(score.reason, LONGEST_PROTOCOL) or say("page.no-reason"))
    return ScoreRow(
        label=label,
        value=score_value(score),
        interval=clip(score_interval(score), longest),
        n=number(score.n),
        marks=_marks(score, scale),
        examples=score.example_ids,
    )


def _marks(score: Score, scale: Scale) -> tuple[float | None, ...]:
    """Where low bound, high bound, value and zero stand, in pixels; zero only where the scale crosses it."""
    bounded = score.low is not None and score.high is not None
    places = (score.low if bounded else None, score.high if bounded else None, score.value)
    zero = (0.0,) if scale.low < 0 < scale.high else ()
    return tuple(None if place is None else round(scale(place), 1) for place in (*places, *zero))


def draw(marks: Sequence[float | None]) -> Markup:
    """The interval as a line, the value as a dot (a path of no length), zero and the limit of a policy as strokes.

    Few bytes, for there are hundreds: the axis is the style's, and the script draws the same from the same numbers.
    """
    low, high, value, zero, limit = (*marks, None, None)[:5]
    paths = [_path(f"M{zero:g} 3V15", "z")] if zero is not None else []
    paths += [_path(f"M{limit:g} 1V17", "t")] if limit is not None else []
    paths += [_path(f"M{low:g} 9H{high:g}")] if low is not None and high is not None else []
    paths.append(_path(f"M{value:g} 9h0"))
    return Markup('<svg class="range" aria-hidden="true">{}</svg>').format(Markup("").join(paths))


def _path(steps: str, kind: str = "") -> Markup:
    return Markup('<path class="{}" d="{}"/>').format(kind, steps) if kind else Markup('<path d="{}"/>').format(steps)


def _scale(scores: Sequence[Score], limits: Sequence[float] = ()) -> Scale:
    values = [*limits]
    values += [value for score in scores for value in (score.value, score.low, score.high) if value is not None]
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
