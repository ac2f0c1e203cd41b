"""Whether a classifier sees in a sample the class that the model was asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...core import (
    Example,
    Exhibit,
    Finding,
    Gallery,
    IncompleteError,
    Measurement,
    NotMeasured,
    Table,
    Tile,
    derive_seed,
    generator,
    wilson,
)
from ...curate import redact
from ...models import feature_net, png_base64
from ..base import METRICS, Outcome, Subject
from ..extractors import Extractor
from ..extractors.base import one_shape
from ..extractors.own import of_net
from ..items import ItemValues
from ..statistics import Estimate, fisher_p, holm, newcombe
from .image_groups import Grouping, group_charts, means_by_group, too_small
from .image_scores import Kind, interval_chart
from .image_sets import IMAGES, MINIMUM, ImageSet, generated_images, pictures, real_images

NULL = {"images": "real"}
SHOWN, CELLS, SMALL_P = 12, 20, 0.05


@dataclass(frozen=True)
class Judged:
    """Classes asked for (n,) and seen (n,), and the rows of the set they belong to."""

    asked: np.ndarray
    seen: np.ndarray
    rows: np.ndarray

    @property
    def right(self) -> np.ndarray:
        """Where both agree, (n,)."""
        return np.asarray(self.asked == self.seen)

    def of(self, label: str) -> np.ndarray:
        """Agreement on one class."""
        return np.asarray(self.right[self.asked == label], bool)


@METRICS.register(
    "class-consistency",
    source="Ravuri & Vinyals 2019, classification accuracy (arXiv 1905.10887)",
    unit="share of samples",
    range="[0, 1]",
    needs="images",
    protocol="share of samples whose most probable class is the one asked for, by a network trained on two thirds "
    "of the "
    "corpus, named by its hash; the other third gives the value of real images",
    pitfalls="A classifier errs: read it beside the value of real images that it has not seen. Samples that show the "
    "class's commonest picture again and again score full marks.",
)
def measure_class_consistency(subject: Subject, images: int = IMAGES, minimum: int = MINIMUM) -> Outcome:
    """Share of samples in which a classifier sees the class asked for, by class, beside that of unseen real images.

    At most ``images`` samples; a class from ``minimum`` of them. Finding HW-Q042 for classes that are clearly seen less
    often in samples than in real images (Fisher's test, Holm over classes), with samples that were taken for another.
    """
    generated, real = generated_images(subject), real_images(subject)
    _labelled(generated, real)
    classifier, unseen = class_judge(subject, real, real.labels)
    drawn = np.sort(generator(subject.seed, "generated images").permutation(len(generated))[:images])
    strange = sorted({str(generated.labels[row]) for row in drawn} - set(classifier.classes))
    rows = np.array([row for row in drawn if generated.labels[row] in classifier.classes], np.int64)
    if not len(rows):
        raise IncompleteError("no sample asks for a class that the corpus has; name the folders of both alike")
    made, true = _judged(classifier, generated, rows), _judged(classifier, real, unseen)
    method = f"class-consistency/1 {classifier.protocol}, {len(classifier.classes)} classes, {len(rows)} samples"
    kind = Kind("class-consistency", "share of samples", method, "Wilson", "higher")
    scores: list[Measurement] = [
        kind.score(_rate(made.right), len(rows), {}),
        kind.score(_rate(true.right), len(unseen), NULL),
    ]
    scores += _by_class(classifier.classes, made, true, kind, minimum, subject.seed)
    scores += [
        NotMeasured(kind.metric, "the corpus has no image of this class", {"class": redact(label)}) for label in strange
    ]
    findings, gallery = _findings(classifier.classes, made, true, generated, scores, minimum)
    whole = [score for score in scores if "class" not in score.slice and "group" not in score.slice]
    chart = interval_chart("class-consistency", "Class asked for and class seen", "share of images", whole)
    charts = group_charts(scores)
    names = [generated.items[row] for row in rows]
    items = (ItemValues.of_means(kind.metric, kind.method, {}, names, made.right.astype(float)),)
    exhibits: tuple[Exhibit, ...] = (chart, *charts, _confusion(classifier.classes, made), *gallery)
    return Outcome(tuple(scores), findings, exhibits, items)


def _labelled(generated: ImageSet, real: ImageSet) -> None:
    if all(label is None for label in generated.labels):
        raise IncompleteError("the samples carry no class that was asked for; this model knows no labels")
    if None in real.labels or len(set(real.labels)) < 2:
        raise IncompleteError("a classifier needs a label on each image of the corpus, and two different ones at least")
    if max(len(generated.labels), 1) < 2:
        raise IncompleteError("class consistency needs two samples")


def class_judge(
    subject: Subject, real: ImageSet, labels: Sequence[str | None], kind: str = "class"
) -> tuple[Extractor, np.ndarray]:
    """A classifier of ``labels`` (images of the corpus,) by two thirds of them, and the rows of the rest that it knows.

    Images without a label are left out. Made once for a subject and ``kind`` of label.
    """
    return subject.once(f"{kind} judge", lambda: _judge(subject, real, labels))


def _judge(subject: Subject, real: ImageSet, labels: Sequence[str | None]) -> tuple[Extractor, np.ndarray]:
    order = np.array([row for row in generator(subject.seed, "class judge").permutation(len(real))
                      if labels[row] is not None], np.int64)  # fmt: skip
    cut = len(order) // 3
    unseen, seen = np.sort(order[:cut]), np.sort(order[cut:])
    names = tuple(sorted({str(labels[row]) for row in seen}))
    unseen = np.array([row for row in unseen if labels[row] in names], np.int64)
    if len(names) < 2 or not len(unseen):
        raise IncompleteError("a classifier needs images of two classes to learn from and one to be tried on")
    pixels = one_shape(pictures(real, list(seen)), "own")
    told = [labels[row] for row in seen]
    net = feature_net((pixels, told), derive_seed(subject.seed, "class judge"), progress=subject.progress)
    return of_net(net, names), unseen


def _judged(classifier: Extractor, images: ImageSet, rows: np.ndarray) -> Judged:
    assert classifier.classify is not None  # a judge has a class head
    found = classifier.classify(pictures(images, list(rows))).argmax(1)
    asked = np.array([str(images.labels[row]) for row in rows], object)
    return Judged(asked, np.array(classifier.classes, object)[found], rows)


def _rate(events: np.ndarray) -> Estimate:
    n, hits = len(events), int(events.sum())
    return Estimate(hits / n, n, None, *wilson(hits, n))


def _by_class(
    classes: Sequence[str], made: Judged, true: Judged, kind: Kind, minimum: int, seed: int
) -> Iterator[Measurement]:
    for judged, more in ((made, {}), (true, NULL)):
        yield from means_by_group(
            kind, judged.right.astype(float), [Grouping("class", judged.asked)], minimum, seed, more
        )
        for label in sorted(set(classes) - {str(asked) for asked in judged.asked}):
            yield NotMeasured(kind.metric, too_small(0, minimum), {"class": redact(label), **more})


def _findings(
    classes: Sequence[str], made: Judged, true: Judged, generated: ImageSet, scores: Sequence[Measurement], minimum: int
) -> tuple[tuple[Finding, ...], tuple[Gallery, ...]]:
    cells = [label for label in classes if min(len(made.of(label)), len(true.of(label))) >= max(minimum, 1)]
    counts = [
        (int(a.sum()), len(a), int(b.sum()), len(b)) for a, b in ((made.of(label), true.of(label)) for label in cells)
    ]
    adjusted: Sequence[float] = holm([fisher_p(*count) for count in counts]).tolist() if counts else []
    low = [
        label
        for label, count, p in zip(cells, counts, adjusted, strict=True)
        if p < SMALL_P and (newcombe(*count).high or 0) < 0
    ]
    if not low:
        return (), ()
    wrong = [int(i) for i in np.flatnonzero(~made.right & np.isin(made.asked, low))]
    shown = [
        (generated.ids[made.rows[i]], f"asked {redact(made.asked[i])}, seen {redact(made.seen[i])}", i) for i in wrong
    ]
    tiles = tuple(
        Tile(f"class-{name}", text, png_base64(generated.images[made.rows[i]])) for name, text, i in shown[:SHOWN]
    )
    rates = "; ".join(
        f"{redact(label)}: {made.of(label).mean():.0%} against {true.of(label).mean():.0%}" for label in low
    )
    finding = Finding(
        "HW-Q042",
        "medium",
        f"The model misses what it was asked for in {len(low)} of {len(cells)} classes",
        f"Share of samples in which the classifier sees the class asked for, against real images it has not seen: "
        f"{rates}. "
        "The classifier may also see less well in samples that lie beside the data; its errors on real images are in "
        "the "
        "second number.",
        "Look at the samples that were taken for another class. Train longer, raise guidance, or give these classes "
        "more "
        "images.",
        tuple(score for score in scores if "class" in score.slice),
        tuple(Example(name, f"sample {redact(name)}", text) for name, text, _ in shown[:5]),
    )
    return (finding,), (Gallery("misread-samples", "Samples taken for another class", tiles),)


def _confusion(classes: Sequence[str], made: Judged) -> Table:
    """Rows: classes asked for; the commonest ones where there are many."""
    order = sorted(classes, key=lambda label: (-int((made.asked == label).sum()), label))[:CELLS]
    kept = [label for label in classes if label in order]
    rows: list[tuple[str | int, ...]] = []
    for label in kept:
        seen = made.seen[made.asked == label]
        numbers = [int((seen == other).sum()) for other in kept]
        rows.append((redact(label), *numbers, len(seen) - sum(numbers)))
    columns = ("Asked for", *(redact(label) for label in kept), "another")
    return Table("class-confusion", "Classes asked for (rows) and seen (columns)", columns, tuple(rows))
