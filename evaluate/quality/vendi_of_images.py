"""How many different images the samples amount to, against the corpus: homogenization."""

from collections.abc import Sequence
from typing import Any

from ...core import Finding, Measurement, NotMeasured, Score
from ...curate import redact
from ..base import METRICS, Outcome, Subject
from ..statistics import Estimate, Floats, jackknife
from .distances_by_class import ON_A_SIDE
from .image_groups import estimates_by_class, group_charts, too_small
from .image_scores import Kind, interval_chart
from .image_sets import IMAGES, MINIMUM, Sides, image_sides
from .vendi import vendi_from_features, vendi_without

GROUPS, NOTABLE, LARGE = 20, 0.9, 0.5
INTERVAL = f"jackknife over {GROUPS} groups"


@METRICS.register(
    "vendi",
    source="Friedman & Dieng 2023 (arXiv 2210.02410)",
    unit="effective number of images",
    range="[1, n]; ratio (0, inf), 1 where samples vary as the corpus does",
    needs="images",
    protocol="exp of the entropy of the eigenvalues of cosine similarities over n, order 1; images a side, reference, "
    "extractor with its hash in the string",
    pitfalls="It depends on n and on the features, so read the ratio at equal n. Noise is varied too: a high ratio "
    "is no "
    "sign of quality.",
)
def measure_vendi(
    subject: Subject, images: int = IMAGES, extractor: Any = "own", weights: str | None = None, minimum: int = MINIMUM
) -> Outcome:
    """Vendi score of generated and of real images at equal n, and their ratio: below 1 samples vary less.

    By class from ``minimum`` images on each side. ``images``, ``extractor`` and ``weights`` as for
    ``frechet-distance``. Finding HW-Q041 where the ratio is clearly below 0.9.
    """
    sides = image_sides(subject, extractor, weights, images)
    method = f"vendi/1 cosine, order 1, {sides.protocol}"
    kind = Kind("vendi", "effective images", method, INTERVAL, "higher")
    share = Kind("vendi-ratio", "generated over real", f"vendi-ratio/1 of {method}", INTERVAL, "higher")
    x, y = sides.generated.features, sides.reference.features
    ratio = _ratio(x, y)
    scores: list[Measurement] = [
        kind.score(_alone(x), sides.n, {}),
        kind.score(_alone(y), sides.n, {"images": "real"}),
        share.score(ratio, sides.n, {}),
        *_by_class(sides, share, minimum, subject.seed),
    ]
    chart = interval_chart("vendi", "Effective number of images", "effective images", scores[:2])
    charts = group_charts(scores)
    return Outcome(tuple(scores), _finding(ratio, scores), (chart, *charts))


def _alone(x: Floats) -> Estimate:
    groups = min(GROUPS, len(x) // 2)
    return (
        jackknife(vendi_from_features(x), vendi_without(x, groups))
        if groups > 1
        else Estimate(vendi_from_features(x), 1)
    )


def _ratio(x: Floats, y: Floats) -> Estimate:
    groups, value = min(GROUPS, len(x) // 2), vendi_from_features(x) / vendi_from_features(y)
    return jackknife(value, vendi_without(x, groups) / vendi_without(y, groups)) if groups > 1 else Estimate(value, 1)


def _by_class(sides: Sides, kind: Kind, minimum: int, seed: int) -> list[Measurement]:
    scores: list[Measurement] = []
    found: dict[str, Estimate] = {}
    for label in sides.labels if len(sides.labels) > 1 else ():
        generated, reference, _ = sides.of_class(label)
        place, n = {"class": redact(label)}, len(generated)
        if n < max(2, minimum):
            scores.append(NotMeasured(kind.metric, too_small(n, minimum, ON_A_SIDE), place))
            continue
        found[label] = _ratio(generated.features, reference.features)
        scores.append(kind.score(found[label], n, place))
    if len(sides.labels) > 1:
        scores += estimates_by_class(kind, found, sides.n, minimum, seed)
    return scores


def _finding(ratio: Estimate, scores: Sequence[Measurement]) -> tuple[Finding, ...]:
    if ratio.high is None or ratio.high >= NOTABLE:
        return ()
    return (
        Finding(
            "HW-Q041",
            "high" if ratio.high < LARGE else "medium",
            f"Samples vary less than the corpus ({ratio.value:.0%} of its effective number of images)",
            "As many real images, drawn at random, hold clearly more different ones by the same features. The model "
            "has "
            "narrowed its data: what is rare in the corpus is rarer, or missing, in what it makes. It cannot be seen "
            "here "
            "whether the features miss a kind of variety.",
            "Look at the classes with the lowest ratio and at the real images that no sample comes near "
            "(precision-recall). Draw without truncation, train longer, or weigh rare kinds up.",
            tuple(score for score in scores if isinstance(score, Score)),
        ),
    )
