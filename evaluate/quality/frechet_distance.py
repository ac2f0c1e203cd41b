"""Frechet distance between generated and real images, beside that between two sets of real ones."""

from typing import Any

from ...core import Gallery, Tile
from ...curate import redact
from ...models import png_base64
from ..base import METRICS, Outcome, Subject
from .distances_by_class import distances_by_class
from .frechet import GROUPS, frechet_interval
from .image_groups import group_charts
from .image_scores import Kind, distances, interval_chart
from .image_sets import IMAGES, MINIMUM, ImageSet, generated_images, image_sides

SHOWN = 24
UNIT = "squared feature distance"


@METRICS.register(
    "frechet-distance",
    source="Dowson & Landau 1982; Heusel et al. 2017 (arXiv 1706.08500)",
    unit=UNIT,
    range="[0, inf)",
    needs="images",
    protocol="|m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2) in float64, unbiased covariances; images a side, "
    "reference, extractor with its hash and how it resizes in the string",
    pitfalls="Biased upward, by about 1 / n: compare values of equal n only, and read it beside the null value. It is "
    "the FID with the extractor inception alone. Blind to copies of training images.",
)
def measure_frechet_distance(
    subject: Subject, images: int = IMAGES, extractor: Any = "own", weights: str | None = None, minimum: int = MINIMUM
) -> Outcome:
    """Frechet distance of generated images to real ones, and of real ones to each other as the null value.

    The same number of rows, at most ``images``, stands on every side of both distances, so that their bias is the
    same. ``extractor``: ``own`` (a network trained on the corpus from the seed), ``inception`` with ``weights``,
    ``efficientnet-lite0``, or a module or callable. By class from ``minimum`` images on each
    side, with the gap between classes.
    """
    sides = image_sides(subject, extractor, weights, images)
    method, interval = f"frechet-distance/2 float64, {sides.protocol}", f"jackknife over {GROUPS} groups"
    kind = Kind("frechet-distance", UNIT, method, interval, least=0.0)
    scores = [*distances(sides, kind, frechet_interval)]
    scores += distances_by_class(sides, kind, frechet_interval, minimum, subject.seed)
    note = "two samples of the same images have a distance above zero; the values of real images show how far"
    chart = interval_chart("frechet-distance", "Frechet distance of generated images", UNIT, scores[:2], note)
    charts = group_charts(scores)
    return Outcome(tuple(scores), exhibits=(chart, *charts, _gallery(generated_images(subject))))


def _gallery(generated: ImageSet) -> Gallery:
    """Samples at even steps: those of a folder come class by class."""
    rows = [number * len(generated) // SHOWN for number in range(SHOWN)] if len(generated) > SHOWN else []
    tiles = tuple(
        Tile(generated.ids[row], _caption(row, generated.labels[row]), png_base64(generated.images[row]))
        for row in rows or range(len(generated))
    )
    return Gallery("generated-images", "Generated images, at even steps through all of them", tiles)


def _caption(row: int, label: str | None) -> str:
    return f"sample {row}" + (f": {redact(label)}" if label else "")
