"""Distances of generated to real images class by class, and the gap between classes beside that of chance."""

from collections.abc import Iterator

from ...core import HeadwaterError, Measurement, NotMeasured
from ...curate import redact
from ..statistics import Estimate, difference
from .image_groups import estimates_by_class, too_small
from .image_scores import NULL, Distance, Kind
from .image_sets import Side, Sides

ON_A_SIDE = "of this class on the smallest side"


def distances_by_class(sides: Sides, kind: Kind, distance: Distance, minimum: int, seed: int) -> Iterator[Measurement]:
    """Generated against reference and null against reference of each class, from ``minimum`` images of each side on.

    Both distances of a class have equally many images, and so the same bias: the gap between classes is that of their
    differences. Samples carry no declared groups, so that there is no distance by group.
    """
    more: dict[str, Estimate] = {}
    for label in sides.labels if len(sides.labels) > 1 else ():
        generated, reference, null = sides.of_class(label)
        found = [_measured(side, reference, distance, minimum) for side in (generated, null)]
        for value, place in zip(found, ({}, NULL), strict=True):
            where = {"class": redact(label), **place}
            if isinstance(value, str):
                yield NotMeasured(kind.metric, value, where)
            else:
                yield kind.score(value, len(reference), where)
        if isinstance(found[0], Estimate) and isinstance(found[1], Estimate):
            more[label] = difference(found[0], found[1])
    if len(sides.labels) > 1:
        yield from estimates_by_class(kind, more, sides.n, minimum, seed, "excess over real images")


def _measured(side: Side, reference: Side, distance: Distance, minimum: int) -> Estimate | str:
    """The distance, or why there is none."""
    n = len(reference)  # both sides are cut to one length
    if n < max(2, minimum):
        return too_small(n, minimum, ON_A_SIDE)
    try:
        return distance(side.features, reference.features)
    except HeadwaterError as error:
        return str(error)
