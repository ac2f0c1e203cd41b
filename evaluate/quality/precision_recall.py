"""Precision, recall, density and coverage of generated images, with the values that one law would give."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ...core import (
    Chart,
    Example,
    Exhibit,
    Finding,
    Gallery,
    Measurement,
    Score,
    Series,
    Table,
    Tile,
)
from ...curate import redact
from ...models import png_base64
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate
from .copying_test import nearest_distances
from .image_groups import group_charts, groupings, means_by_group
from .image_scores import NULL, Kind
from .image_sets import IMAGES, MINIMUM, Sides, image_sides
from .neighbour_intervals import NAMES, SPLITS, precision_recall
from .neighbours import K, Neighbourhoods, expected_coverage, neighbourhoods

OF_GENERATED, OF_REAL = ("precision", "density"), ("recall", "coverage")
SHOWN, LISTED = 12, 50


@METRICS.register(
    "precision-recall",
    source="Kynkaanniemi et al. 2019 (arXiv 1904.06991); Naeem et al. 2020 (arXiv 2002.09797)",
    unit="share of images; density: balls a sample over k",
    range="[0, 1]; density [0, inf)",
    needs="images",
    protocol="balls to the k-th nearest other image of a set, strictly inside counts; k, images a side, reference, "
    "extractor with its hash in the string",
    pitfalls="Each depends on the number of images and on k. Precision and recall follow outliers; density is 1 on "
    "average "
    "where both laws are one and may exceed it; even then coverage has an expected value below 1, which is shown.",
)
def measure_precision_recall(
    subject: Subject,
    images: int = IMAGES,
    k: int = K,
    extractor: Any = "own",
    weights: str | None = None,
    minimum: int = MINIMUM,
) -> Outcome:
    """Precision, recall, density and coverage of generated images, beside those of real images against real ones.

    ``k`` neighbours make a ball. ``images``, ``extractor`` and ``weights`` as for ``frechet-distance``. Precision and
    density by class of the samples, recall and coverage by class and group of the real images, from ``minimum`` images
    on, with the gap between groups beside that of chance. Finding HW-Q043 where coverage is clearly below that of real
    images: with the images that are not covered.
    """
    sides = image_sides(subject, extractor, weights, images)
    found = neighbourhoods(sides.reference.features, sides.generated.features, k)
    null = neighbourhoods(sides.reference.features, sides.null.features, k)
    kinds = {name: _kind(name, sides, k, found.precision) for name in NAMES}
    own = precision_recall(sides.reference.features, sides.generated.features, k, subject.seed, found)
    real = precision_recall(sides.reference.features, sides.null.features, k, subject.seed, null)
    scores: list[Measurement] = [kinds[name].score(own[name], sides.n, {}) for name in NAMES]
    scores += [kinds[name].score(real[name], sides.n, NULL) for name in NAMES]
    for side, more in ((found, {}), (null, NULL)):
        scores += _cells(sides, side, kinds, minimum, subject.seed, more)
    findings, gallery = _uncovered(sides, found, own["coverage"], real["coverage"], scores)
    charts = group_charts(scores)
    exhibits: tuple[Exhibit, ...] = (_chart(own, real), _table(own, real, sides.n, k), *charts, *gallery)
    return Outcome(tuple(scores), findings, exhibits, tuple(_items(sides, found, kinds)))


def _items(sides: Sides, found: Neighbourhoods, kinds: dict[str, Kind]) -> Iterator[ItemValues]:
    parts = {"recall": found.reached, "coverage": found.covered}
    for name, values in parts.items():
        yield ItemValues.of_means(name, kinds[name].method, {}, sides.reference.items, values.astype(float))
    own = {"precision": found.in_manifold, "density": found.density_terms}
    for name, values in own.items():
        yield ItemValues.of_means(name, kinds[name].method, {}, sides.generated.items, values.astype(float))


def _kind(name: str, sides: Sides, k: int, precision: str) -> Kind:
    unit = "balls a sample, over k" if name == "density" else "share of images"
    method = f"{name}/1 k={k}, strictly inside, {precision}, {sides.protocol}"
    return Kind(name, unit, method, f"halves of both sides, {SPLITS} splits", "higher")


def _cells(
    sides: Sides, found: Neighbourhoods, kinds: dict[str, Kind], minimum: int, seed: int, more: dict[str, str]
) -> Iterator[Measurement]:
    """Recall and coverage by class and group of the real images; precision and density by class of the others."""
    made = sides.null if more else sides.generated
    parts = {
        "precision": (found.in_manifold, groupings(made)),
        "density": (found.density_terms, groupings(made)),
        "recall": (found.reached, groupings(sides.reference)),
        "coverage": (found.covered, groupings(sides.reference)),
    }
    for name, (values, columns) in parts.items():
        yield from means_by_group(kinds[name], values.astype(float), columns, minimum, seed, more)


def _uncovered(
    sides: Sides, found: Neighbourhoods, own: Estimate, real: Estimate, scores: Sequence[Measurement]
) -> tuple[tuple[Finding, ...], tuple[Gallery, ...]]:
    if own.high is None or real.low is None or own.high >= real.low:
        return (), ()
    reference = sides.reference
    far = nearest_distances(sides.generated.features, reference.features)
    order = [int(i) for i in np.argsort(-far, kind="stable") if not found.covered[i]]
    ids = [reference.ids[i] for i in order]
    tiles = tuple(
        Tile(f"uncovered-{ids[j]}", _caption(reference.labels[i]), png_base64(reference.of.images[reference.rows[i]]))
        for j, i in enumerate(order[:SHOWN])
    )
    gallery = Gallery(
        "uncovered-images", "Real images that no sample comes near", tiles, "The farthest from any sample first."
    )
    finding = Finding(
        "HW-Q043",
        "high" if own.high < real.value / 2 else "medium",
        f"Samples cover {own.value:.0%} of the real images; other real images cover {real.value:.0%}",
        f"{len(order)} of {sides.n} real images have no sample among their {found.k} nearest neighbours' distance. "
        f"Real "
        f"images in the place of samples leave {1 - real.value:.0%} uncovered. The model leaves out a part of its "
        f"data, "
        "or all its samples lie beside it: a precision near that of real images says the first. Images that were not "
        "drawn as reference were not looked at.",
        "Look at the images that no sample comes near: what do they share (class, group, source)? Train longer, give "
        "rare "
        "kinds more weight, or draw without truncation.",
        tuple(score for score in scores if isinstance(score, Score) and score.metric == "coverage"),
        tuple(Example(name, f"real image {redact(name)}", "not covered", document_ids=(name,)) for name in ids[:5]),
        tuple(ids[:LISTED]),
    )
    return (finding,), (gallery,)


def _caption(label: str | None) -> str:
    return f"real, class {redact(label)}" if label else "real"


def _chart(own: dict[str, Estimate], real: dict[str, Estimate]) -> Chart:
    series = []
    for title, values in (("generated", own), ("real against real", real)):
        y = tuple(values[name].value for name in NAMES)
        low = tuple(value if values[n].low is None else values[n].low for n, value in zip(NAMES, y, strict=True))
        high = tuple(value if values[n].high is None else values[n].high for n, value in zip(NAMES, y, strict=True))
        series.append(Series(title, NAMES, y, low, high))  # type: ignore[arg-type]
    return Chart(
        "precision-recall", "Precision, recall, density, coverage", "interval", "number", "share", tuple(series)
    )


def _table(own: dict[str, Estimate], real: dict[str, Estimate], n: int, k: int) -> Table:
    expected = {"density": 1.0, "coverage": expected_coverage(n, n, k)}
    rows = tuple((name, own[name].value, real[name].value, expected.get(name)) for name in NAMES)
    columns = ("Number", "Generated", "Real against real", "Expected of one law")
    return Table(
        "precision-recall", "What samples share with real images", columns, rows,
        "Precision and density: samples near real images. Recall and coverage: real images near samples.",
    )  # fmt: skip
