"""Scores of distances between sets of images: all together, by class, and the null value of real against real."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from ...core import Chart, Direction, HeadwaterError, Measurement, NotMeasured, Score, Series
from ...curate import redact
from ..statistics import Estimate, Floats
from .image_sets import Side, Sides

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

    def score(self, value: Estimate, n: int, place: Mapping[str, str], ids: Sequence[str] = ()) -> Score:
        """A score of this kind."""
        bounds = {"interval": self.interval, **value.bounds()}
        return Score(
            self.metric, value.value, n, self.unit, self.method, direction=self.direction, slice=dict(place),
            example_ids=tuple(ids), **bounds,
        )  # fmt: skip


def distances(sides: Sides, kind: Kind, distance: Distance, minimum: int | None) -> list[Measurement]:
    """Generated against reference, null against reference, and with ``minimum`` the same by class.

    A class with fewer than ``minimum`` images of either side is a :class:`NotMeasured` with the number.
    """
    scores: list[Measurement] = [
        kind.score(distance(sides.generated.features, sides.reference.features), sides.n, {}),
        kind.score(distance(sides.null.features, sides.reference.features), sides.n, NULL),
    ]
    for label in sides.classes if minimum is not None else ():
        scores += _of_class(sides, kind, distance, minimum or 0, label)
    return scores


def _of_class(sides: Sides, kind: Kind, distance: Distance, minimum: int, label: str) -> Iterator[Measurement]:
    generated, reference, null = sides.of_class(label)
    place = {"class": redact(label)}
    pairs: list[tuple[Side, dict[str, str]]] = [(generated, {}), (null, NULL)]
    for side, more in pairs:
        reason = too_few(min(len(side), len(reference)), minimum)
        if reason:
            yield NotMeasured(kind.metric, reason, place | more)
            continue
        try:
            n = min(len(side), len(reference))
            value = distance(side.first(n).features, reference.first(n).features)
        except HeadwaterError as error:
            yield NotMeasured(kind.metric, str(error), place | more)
        else:
            yield kind.score(value, n, place | more)


def too_few(n: int, minimum: int) -> str:
    """Why a cell of ``n`` images is not measured; empty where it is."""
    return f"{n} images of this class on a side, {minimum} are needed" if n < minimum else ""


def interval_chart(name: str, title: str, y_label: str, scores: Sequence[Measurement], note: str = "") -> Chart:
    """Every score with its interval, named by its slice."""
    measured = [score for score in scores if isinstance(score, Score)]
    names = tuple(slice_name(score.slice) for score in measured)
    y = tuple(score.value for score in measured)
    low = tuple(score.value if score.low is None else score.low for score in measured)
    high = tuple(score.value if score.high is None else score.high for score in measured)
    return Chart(name, title, "interval", "images", y_label, (Series(name, names, y, low, high),), note)


def slice_name(place: Mapping[str, str]) -> str:
    """``generated``, ``real``, or the class of either."""
    side = "real" if place.get("reference") or place.get("images") == "real" else "generated"
    return f"{side}, class {place['class']}" if "class" in place else side
