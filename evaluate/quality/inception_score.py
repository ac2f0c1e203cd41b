"""Inception Score of generated images, beside that of real ones."""

from typing import Any

from ...core import IncompleteError
from ..base import METRICS, Outcome, Subject
from .class_divergence import GROUPS, inception_score_interval
from .image_scores import Kind, interval_chart
from .image_sets import IMAGES, image_sides, pictures

UNIT = "effective classes"


@METRICS.register(
    "inception-score",
    source="Salimans et al. 2016 (arXiv 1606.03498)",
    unit=UNIT,
    range="[1, classes]",
    needs="images",
    protocol="exp of the mean KL(p(y | x) || p(y)) over all images at once, one split; images a side, classifier "
    "with its "
    "hash and number of classes in the string",
    pitfalls="It never looks at real images: one perfect picture of each class scores full marks. Splits change the "
    "value, so there is one. Comparable with published values with the extractor inception and 50,000 images alone.",
)
def measure_inception_score(
    subject: Subject, images: int = IMAGES, extractor: Any = "own", weights: str | None = None
) -> Outcome:
    """Inception Score of generated images by a classifier, and of real images by the same one.

    ``own`` needs labels in the corpus. ``images``, ``extractor`` and ``weights`` as for ``frechet-distance``.
    """
    sides = image_sides(subject, extractor, weights, images)
    classify = sides.extractor.classify
    if classify is None:
        raise IncompleteError(
            f"the extractor {sides.extractor.name} tells no classes; label the corpus (at least two labels, none "
            "missing), or take the extractor inception"
        )
    made, real = (classify(pictures(side.of, list(side.rows))) for side in (sides.generated, sides.reference))
    method = f"inception-score/1 one split, {made.shape[1]} classes, {sides.protocol}"
    kind = Kind("inception-score", UNIT, method, f"jackknife over {GROUPS} groups", "higher")
    scores = [
        kind.score(inception_score_interval(made), sides.n, {}),
        kind.score(inception_score_interval(real), sides.n, {"images": "real"}),
    ]
    return Outcome(tuple(scores), exhibits=(interval_chart("inception-score", "Inception Score", UNIT, scores),))
