"""CMMD: a kernel distance of features at length 1 between generated and real images."""

from typing import Any

from ..base import METRICS, Outcome, Subject
from .distances_by_class import distances_by_class
from .image_groups import group_charts
from .image_scores import Kind, distances, interval_chart
from .image_sets import IMAGES, MINIMUM, image_sides
from .kernel_distance import INTERVAL
from .kernel_sums import CMMD_SCALE, CMMD_SIGMA, cmmd


@METRICS.register(
    "cmmd",
    source="Jayasumana et al. 2024 (arXiv 2401.09603); Gretton et al. 2012, equation 5",
    unit="1000 x squared kernel distance",
    range="[0, 2000]",
    needs="images",
    protocol="1000 times the biased squared MMD of features at length 1, kernel exp(-|x - y|^2 / 200), all pairs with "
    "themselves; images a side, reference, extractor with its hash in the string",
    pitfalls="Biased upward, by about 1 / n: read it beside the null value. Published values use CLIP ViT-L/14 at 336 "
    "pixels: bring it as a callable to compare with them.",
)
def measure_cmmd(
    subject: Subject, images: int = IMAGES, extractor: Any = "own", weights: str | None = None, minimum: int = MINIMUM
) -> Outcome:
    """Gaussian kernel distance (CMMD) of generated images to real ones, and of real ones to each other.

    ``images``, ``extractor``, ``weights`` and ``minimum`` as for ``frechet-distance``.
    """
    sides = image_sides(subject, extractor, weights, images)
    unit, setting = "1000 x squared kernel distance", f"sigma {CMMD_SIGMA:g}, scale {CMMD_SCALE:g}"
    kind = Kind("cmmd", unit, f"cmmd/1 {setting}, {sides.protocol}", INTERVAL, least=0.0)
    scores = [*distances(sides, kind, cmmd)]
    scores += distances_by_class(sides, kind, cmmd, minimum, subject.seed)
    chart = interval_chart("cmmd", "CMMD of generated images", unit, scores[:2])
    return Outcome(tuple(scores), exhibits=(chart, *group_charts(scores)))
