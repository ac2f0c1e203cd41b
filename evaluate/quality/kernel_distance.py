"""Kernel distances between generated and real images, as KID has it."""

from typing import Any

from ..base import METRICS, Outcome, Subject
from .distances_by_class import distances_by_class
from .image_groups import group_charts
from .image_scores import Kind, distances, interval_chart
from .image_sets import IMAGES, MINIMUM, image_sides
from .kernel_sums import kernel_inception_distance

INTERVAL = "jackknife over the images of both sides"


@METRICS.register(
    "kernel-distance",
    source="Binkowski et al. 2018, KID (arXiv 1801.01401); Gretton et al. 2012, equation 3",
    unit="squared kernel distance",
    range="(-inf, inf), 0 on average where both laws are one",
    needs="images",
    protocol="unbiased squared MMD over all pairs, kernel (x.y / d + 1)^3, float64; images a side, reference, "
    "extractor "
    "with its hash and how it resizes in the string",
    pitfalls="Unbiased, so it may be negative: around 0 no difference is seen. The spread over random subsets that "
    "others report is no standard error. It is the KID with the extractor inception alone.",
)
def measure_kernel_distance(
    subject: Subject, images: int = IMAGES, extractor: Any = "own", weights: str | None = None, minimum: int = MINIMUM
) -> Outcome:
    """Kernel distance (KID) of generated images to real ones over all pairs, and of real ones to each other.

    ``images``, ``extractor``, ``weights`` and ``minimum`` as for ``frechet-distance``.
    """
    sides = image_sides(subject, extractor, weights, images)
    unit = "squared kernel distance"
    kind = Kind("kernel-distance", unit, f"kernel-distance/1 cubic kernel, all pairs, {sides.protocol}", INTERVAL)
    scores = [*distances(sides, kind, kernel_inception_distance)]
    scores += distances_by_class(sides, kind, kernel_inception_distance, minimum, subject.seed)
    note = "unbiased: around 0 no difference is seen, and the value may be negative"
    chart = interval_chart("kernel-distance", "Kernel distance of generated images", unit, scores[:2], note)
    charts = group_charts(scores)
    return Outcome(tuple(scores), exhibits=(chart, *charts))
