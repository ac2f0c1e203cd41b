"""Frechet distance of endless samples, of generated and of real images to real ones."""

from typing import Any

from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate, Floats
from .frechet_line import GROUPS, POINTS, frechet_limit
from .image_scores import Kind, distances, interval_chart
from .image_sets import IMAGES, image_sides

UNIT = "squared feature distance"


@METRICS.register(
    "frechet-limit",
    source="Chong & Forsyth 2020, FID-infinity (arXiv 1911.07023)",
    unit=UNIT,
    range="(-inf, inf), 0 where both laws are one",
    needs="images",
    protocol="intercept at 1 / n = 0 of the line through Frechet distances of subsamples of n rows on both sides, n "
    "from "
    "a fifth to all, evenly in 1 / n, drawn by the seed",
    pitfalls="Both sides are thinned: thinning the generated side alone, as elsewhere, leaves the bias of the real "
    "one. "
    "The line is an approximation where n is below the number of features. Not clipped: it may be below 0.",
)
def measure_frechet_limit(
    subject: Subject, images: int = IMAGES, extractor: Any = "own", weights: str | None = None
) -> Outcome:
    """Frechet distance with the bias of finite samples taken out, beside that of real images to each other.

    ``images``, ``extractor`` and ``weights`` as for ``frechet-distance``.
    """
    sides = image_sides(subject, extractor, weights, images)
    method = f"frechet-limit/1 {POINTS} sizes, seed {subject.seed}, {sides.protocol}"
    kind = Kind("frechet-limit", UNIT, method, f"jackknife over {GROUPS} groups of the whole construction")

    def limit(first: Floats, second: Floats) -> Estimate:
        return frechet_limit(first, second, subject.seed).estimate

    scores = distances(sides, kind, limit)
    note = "around 0 the images cannot be told apart by mean and covariance of their features"
    return Outcome(
        tuple(scores), exhibits=(interval_chart("frechet-limit", "Frechet distance without bias", UNIT, scores, note),)
    )
