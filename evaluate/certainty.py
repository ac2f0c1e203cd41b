"""How sure each score is: what difference it could have found, and how many more items would settle its question."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from ..core import Cell, Measurement, Score, Table
from ..curate import place_of, redact
from .base import METRICS
from .statistics import Estimate, benjamini_hochberg, detectable_effect, items_to_detect, t_p
from .statistics.estimate import t_quantile

ALPHA = 0.05
NEUTRAL: Mapping[str, float] = {
    "loss-gap": 0.0,
    "similarity-gap": 0.0,
    "vendi-ratio": 1.0,
    "crows-pairs-shared": 50.0,
    "stereoset-ss": 50.0,
    "winogender-correlation": 0.0,
    "winogender-gap": 0.0,
    "detector-bias-shift": 0.0,
    "output-toxicity-amplification": 1.0,
}
"""Of scores that go with a metric of another name; a metric names its own when it is registered (``neutral=``)."""
DIFFERENCES = ("samples minus corpus", "synthetic minus real")
NAME = "evaluation-sure"


@dataclass(frozen=True, slots=True)
class Certainty:
    """What one score can tell.

    ``detectable`` is the smallest difference from a fixed value that so many items find with probability 0.8 at a level
    of 5 %. Where the metric has a value that means "nothing there" (``neutral``), ``p`` is that of no distance from it,
    ``adjusted`` after Benjamini and Hochberg over all such scores of the run, ``answer`` is ``above``, ``below`` or
    ``not decided``, and ``more`` the items to add until a distance as large as this one is found so; None for more than
    10^9. ``reason`` says why a number is missing.
    """

    metric: str
    slice: Mapping[str, str]
    unit: str
    value: float
    low: float | None
    high: float | None
    n: int
    detectable: float | None = None
    neutral: float | None = None
    p: float | None = None
    adjusted: float | None = None
    answer: str = ""
    more: int | None = None
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "slice": dict(self.slice)}


def certainties(scores: Sequence[Measurement]) -> tuple[Certainty, ...]:
    """How sure each score is, in their order; what was not measured is left out."""
    found = [_certainty(score) for score in scores if isinstance(score, Score)]
    adjusted = iter(benjamini_hochberg([one.p for one in found if one.p is not None]))
    return tuple(one if one.p is None else _judged(one, float(next(adjusted))) for one in found)


def certainty_table(found: Sequence[Certainty]) -> Iterator[Table]:
    """The table for people; none without scores."""
    if not found:
        return
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            redact(one.metric), redact(place_of(one.slice)), answer_of(one), one.value, one.n, one.detectable,
            redact(one.unit), one.neutral, one.adjusted,
        )
        for one in found
    )  # fmt: skip
    columns = ("metric", "slice", "answer", "value", "n", "detectable difference", "unit", "neutral", "p (adjusted)")
    asked = sum(one.p is not None for one in found)
    note = (
        "Detectable: the smallest true difference from a fixed value that n items find with probability 0.8 at 5 %. "
        f"Neutral: nothing is there. p: Benjamini and Hochberg over {asked:,} scores. Of a jackknife n counts groups."
    )
    yield Table(NAME, "How sure", columns, rows, note)


def answer_of(one: Certainty) -> str:
    """The answer in words, or why there is none; empty where the metric asks no question of this kind."""
    if one.answer != "not decided":
        return one.answer or redact(one.reason)
    if one.value == one.neutral:
        return "not decided, it lies on the neutral value"
    if not one.more:
        return "not decided, needs more than 10^9"
    times = 1 + one.more / one.n
    return f"not decided, needs {one.more:,} more ({times:,.{1 if times < 10 else 0}f} times as many)"


def _certainty(score: Score) -> Certainty:
    base = Certainty(
        score.metric, score.slice, score.unit, score.value, score.low, score.high, score.n, neutral=neutral_of(score)
    )
    if score.low is None or score.high is None:
        return replace(base, reason=f"no interval: {score.interval}" if score.interval else "no interval")
    if score.n < 2 or score.high <= score.low:
        return replace(base, reason="one item" if score.n < 2 else "no spread: all items are equal")
    estimate = _estimate(score, math.nan)
    base = replace(base, detectable=detectable_effect(estimate, confidence=1 - ALPHA))
    if base.neutral is None:
        return base
    gap = _estimate(score, base.neutral)
    wanted = items_to_detect(gap, gap.value, confidence=1 - ALPHA) if gap.value else None
    return replace(base, p=t_p(gap), more=None if wanted is None else max(1, wanted - score.n))


def neutral_of(score: Score) -> float | None:
    """The value of a score that means that nothing is there, for metrics that have one."""
    if any(value in DIFFERENCES for value in score.slice.values()):
        return 0.0
    if score.metric in NEUTRAL:
        return NEUTRAL[score.metric]
    told = METRICS.describe(score.metric).facts.get("neutral") if score.metric in METRICS else None
    return float(told) if told else None


def _estimate(score: Score, neutral: float) -> Estimate:
    """The distance from ``neutral`` with the standard error of the longer side of the interval.

    Of a ratio held against 1 it is the logarithm, where the interval allows one.
    """
    value, low, high = score.value, score.low, score.high
    assert low is not None and high is not None
    if neutral == 1 and min(value, low) > 0:
        value, low, high, neutral = math.log(value), math.log(low), math.log(high), 0.0
    se = max(value - low, high - value) / t_quantile(score.confidence, score.n - 1)
    return Estimate(value if math.isnan(neutral) else value - neutral, score.n, se)


def _judged(one: Certainty, adjusted: float) -> Certainty:
    if adjusted > ALPHA:
        return replace(one, adjusted=adjusted, answer="not decided")
    assert one.neutral is not None
    return replace(one, adjusted=adjusted, answer="above" if one.value > one.neutral else "below", more=0)
