"""The same measurements of two corpora side by side: what changed, and whether by more than noise."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from ...core import Measurement, Score, StageReport, protocol_difference

Verdict = Literal[
    "better", "worse", "changed", "not distinguishable", "the same", "no interval", "not comparable"
]  # fmt: skip
Key = tuple[str, str]
WEIGHTED = "weighted-"
PARITY: Mapping[str, float] = {"association-odds-ratio": 1.0}
"""Ratios whose best value lies in the middle: nearer on the logarithm is better."""


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One metric of one slice before and after; ``low`` and ``high`` bound ``difference`` (after - before) at 95 %.

    ``reason`` says why there is no difference. ``p`` belongs to the hypothesis that nothing changed.
    """

    before: Measurement | None
    after: Measurement | None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p: float | None = None
    verdict: Verdict = "not comparable"
    reason: str = ""

    @property
    def metric(self) -> str:
        """The metric's name, that of the second side where both have it."""
        side = self.after or self.before
        return side.metric if side else ""

    @property
    def slice(self) -> Mapping[str, str]:
        """The slice of both sides."""
        side = self.after or self.before
        return side.slice if side else {}

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        sides = {
            name: side.to_json() if side else None for name, side in (("before", self.before), ("after", self.after))
        }
        numbers = {name: getattr(self, name) for name in ("difference", "low", "high", "p", "verdict", "reason")}
        return {**sides, **numbers}


def score_changes(before: Iterable[Measurement], after: Iterable[Measurement]) -> list[ScoreChange]:
    """Both sides joined on metric and slice, in the order of their names; the first of equal keys counts.

    Scores of different protocols are not subtracted. A score ``weighted-X`` of the second side that the first lacks
    stands beside the first side's X: without weights every weight is 1, and then the two are the same number.
    """
    one, two = _by_key(before), _by_key(after)
    for key, score in list(two.items()):
        plain = one.get((key[0].removeprefix(WEIGHTED), key[1]))
        if key not in one and key[0].startswith(WEIGHTED) and isinstance(plain, Score) and isinstance(score, Score):
            one[key] = replace(plain, metric=score.metric, method=score.method)
    return [change(one.get(key), two.get(key)) for key in sorted(one.keys() | two.keys())]


def change(before: Measurement | None, after: Measurement | None) -> ScoreChange:
    """The difference of two measurements of one metric and slice."""
    if not isinstance(before, Score) or not isinstance(after, Score):
        reasons = (
            f"{name}: {'not there' if side is None else side.reason}"
            for name, side in (("first", before), ("second", after))
            if not isinstance(side, Score)
        )
        return ScoreChange(before, after, reason="; ".join(reasons))
    if not before.comparable_with(after):
        return ScoreChange(before, after, reason=f"not comparable: {protocol_difference(before, after)}")
    if (before.value, before.low, before.high) == (after.value, after.low, after.high):
        return ScoreChange(before, after, 0.0, verdict="the same")
    value = after.value - before.value
    bounds = difference_bounds(before, after)
    if bounds is None:
        return ScoreChange(before, after, value, verdict="no interval", reason=after.interval or before.interval)
    low, high = bounds
    return ScoreChange(before, after, value, low, high, _p(value, low, high), _verdict(before, after, low, high))


def difference_bounds(before: Score, after: Score) -> tuple[float, float] | None:
    """Bounds of after - before from the bounds of both, by squares that are added (MOVER); None without bounds.

    They are those of independent estimates. Where one corpus is a part of the other the estimates go together, and the
    bounds are too wide: what they call a change is one. Source: Zou & Donner 2008, Statistics in Medicine 27.
    """
    if before.low is None or before.high is None or after.low is None or after.high is None:
        return None
    value = after.value - before.value
    below = math.hypot(after.value - after.low, before.high - before.value)
    above = math.hypot(after.high - after.value, before.value - before.low)
    return value - below, value + above


def absent(changes: Sequence[ScoreChange]) -> list[ScoreChange]:
    """What the first side measured and the second could not."""
    return [one for one in changes if isinstance(one.before, Score) and not isinstance(one.after, Score)]


def audited_scores(report: StageReport) -> Iterator[Measurement]:
    """The scores of an audit, those of planted controls left out, and those that its parts keep for comparisons.

    A part that shows only its strongest numbers keeps all of them in its detail under ``scores``.
    """
    kept = [entry for part in report.detail.values() if isinstance(part, Mapping) for entry in part.get("scores", ())]
    yield from (score for score in report.scores if "detector" not in score.slice)
    yield from (Score.from_json(entry) for entry in kept)


def place_of(slice: Mapping[str, str]) -> str:
    """``dimension sex, group Female``: a slice as a text."""
    return ", ".join(f"{key} {value}" for key, value in sorted(slice.items()))


def _by_key(scores: Iterable[Measurement]) -> dict[Key, Measurement]:
    found: dict[Key, Measurement] = {}
    for score in scores:
        found.setdefault((score.metric, place_of(score.slice)), score)
    return found


def _p(value: float, low: float, high: float) -> float:
    """Two-sided p of no change, by the normal law whose 95 % bound towards 0 is the one that was found."""
    half = value - low if value > 0 else high - value
    return math.erfc(1.959963984540054 * abs(value) / half / math.sqrt(2)) if half > 0 else float(value == 0)


def _verdict(before: Score, after: Score, low: float, high: float) -> Verdict:
    if low <= 0 <= high:
        return "not distinguishable"
    if before.metric in PARITY and before.value > 0 and after.value > 0:
        best = PARITY[before.metric]
        nearer = abs(math.log(after.value / best)) < abs(math.log(before.value / best))
        return "better" if nearer else "worse"
    if after.direction == "none":
        return "changed"
    return "better" if (low > 0) == (after.direction == "higher") else "worse"
