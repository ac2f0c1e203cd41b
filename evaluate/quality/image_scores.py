"""Scores of distances between sets of images: all together, and the null value of real against real."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from ...core import Chart, Direction, Measurement, Score, Series
from ..statistics import Estimate, Floats
from .image_sets import Sides

NULL = {"reference": "real against real"}
Distance = Callable[[Floats, Floats], Estimate]


@dataclass(frozen=True)
class Kind:
    """What the scores of one metric have in common."""

    metric: str
    unit: str
    method: str
    interval: str
    direction: Direction = "lower"
    least: float = -math.inf
    """The least value there can be: an interval by a normal law may lie beyond it, and is cut."""

    def score(self, value: Estimate, n: int, place: Mapping[str, str], ids: Sequence[str] = ()) -> Score:
        """A score of this kind."""
        bounds = {"interval": self.interval, **value.bounds(self.least)}
        return Score(
            self.metric, value.value, n, self.unit, self.method, direction=self.direction, slice=dict(place),
            example_ids=tuple(ids), **bounds,
        )  # fmt: skip


def distances(sides: Sides, kind: Kind, distance: Distance) -> list[Measurement]:
    """Generated against reference, and null against reference."""
    return [
        kind.score(distance(sides.generated.features, sides.reference.features), sides.n, {}),
        kind.score(distance(sides.null.features, sides.reference.features), sides.n, NULL),
    ]


def interval_chart(name: str, title: str, y_label: str, scores: Sequence[Measurement], note: str = "") -> Chart:
    """Every score with its interval, named by its slice."""
    measured = [score for score in scores if isinstance(score, Score)]
    names = tuple(slice_name(score.slice) for score in measured)
    y = tuple(score.value for score in measured)
    low = tuple(score.value if score.low is None else score.low for score in measured)
    high = tuple(score.value if score.high is None else score.high for score in measured)
    return Chart(name, title, "interval", "images", y_label, (Series(name, names, y, low, high),), note)


def slice_name(place: Mapping[str, str]) -> str:
    """``generated`` or ``real``."""
    return "real" if place.get("reference") or place.get("images") == "real" else "generated"
