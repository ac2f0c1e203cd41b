"""How far each group's rate lies from that of all other groups: what a mitigation should bring to 0 for everybody."""

import math
from collections.abc import Iterable, Iterator

from ...core import Measurement, Score, wilson

SHARE = "share of rows"
DISTANCE = "-distance"


def group_distances(scores: Iterable[Measurement]) -> Iterator[Score]:
    """|rate of a group - rate of the other groups| for each rate by group, with Newcombe's interval; less is better.

    Where the interval of the signed difference holds 0, that of the distance begins there.
    """
    families: dict[tuple[str, str, tuple[tuple[str, str], ...]], list[Score]] = {}
    for score in scores:
        if isinstance(score, Score) and score.unit == SHARE and {"dimension", "group"} <= score.slice.keys():
            rest = tuple(sorted((key, value) for key, value in score.slice.items() if key != "group"))
            families.setdefault((score.metric, score.method, rest), []).append(score)
    for members in families.values():
        total = sum(score.n for score in members)
        hits = sum(score.value * score.n for score in members)
        for score in members:
            if score.low is not None and total > score.n:
                yield _distance(score, hits - score.value * score.n, total - score.n)


def _distance(score: Score, hits: float, rows: int) -> Score:
    assert score.low is not None and score.high is not None
    rest = min(1.0, max(0.0, hits / rows))
    half = _half(rest, rows)
    signed = score.value - rest
    low = signed - math.hypot(score.value - score.low, half[1])
    high = signed + math.hypot(score.high - score.value, half[0])
    nearest = 0.0 if low <= 0 <= high else min(abs(low), abs(high))
    return Score(
        score.metric + DISTANCE, abs(signed), score.n, "difference of shares",
        f"group-distance/1 of a group's rate from that of all other measured groups; Newcombe; {score.method}",
        nearest, max(abs(low), abs(high)), direction="lower", slice=score.slice,
    )  # fmt: skip


def _half(rate: float, rows: int) -> tuple[float, float]:
    """How far the Wilson bounds of the others' rate lie below and above it."""
    low, high = wilson(rate * rows, rows)
    return max(0.0, rate - low), max(0.0, high - rate)
