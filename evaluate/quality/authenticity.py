"""Whether samples are nearer to training images than real images are: authenticity, distance ratios, C_T."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...core import (
    UNKNOWN,
    Chart,
    Example,
    Finding,
    Gallery,
    IncompleteError,
    Measurement,
    NotMeasured,
    Score,
    Series,
    Tile,
    UsageError,
    generator,
    wilson,
)
from ...curate import redact
from ...models import png_base64
from ..base import METRICS, Outcome, Subject
from ..extractors import Extractor, open_extractor
from ..items import ItemValues
from ..statistics import Estimate, Floats, mean_interval, newcombe
from .copying_test import CELLS, CopyingTest, copying_test
from .distances import precision_for
from .image_groups import group_charts, groupings, means_by_group
from .image_scores import NULL, Kind
from .image_sets import (
    IMAGES,
    MINIMUM,
    ImageSet,
    Side,
    different,
    generated_images,
    known_split,
    pools,
    real_images,
    side_of,
)
from .left_out import clustered_gap, families, left_out
from .neighbours import Nearest, nearest_to

QUANTILE, SMALL_P, LARGE = 0.01, 0.001, 0.05
SHOWN, LISTED, LONGEST = 8, 50, 60
LEAST = 20
RATIO = "nearest-neighbour-ratio"
GIVEN = "Wilson, given the training images"


@dataclass(frozen=True)
class Copies:
    """Samples and fresh real images, each held against the training images; ``fresh_name`` says what is fresh.

    ``clusters`` (of each sample, of each fresh image) are there where fresh images are training images left out.
    """

    extractor: Extractor
    train: Side
    generated: Side
    fresh: Side
    fresh_name: str
    own: Nearest
    null: Nearest
    precision: str
    clusters: tuple[np.ndarray, np.ndarray] | None

    @property
    def held_out(self) -> bool:
        """Whether the fresh images are known to be held out of training."""
        return self.clusters is None

    @property
    def excess(self) -> Estimate:
        """Authentic share of samples minus that of fresh images."""
        own, null = self.own.authentic, self.null.authentic
        if self.clusters is None:  # two independent draws, given the training images
            return newcombe(int(own.sum()), len(own), int(null.sum()), len(null))
        return clustered_gap(own, null, self.clusters)

    @property
    def bound(self) -> float:
        """Closeness that one in a hundred fresh images falls below."""
        return float(np.quantile(self.null.closeness, QUANTILE))

    @property
    def flagged(self) -> np.ndarray:
        """Samples below it, (n,)."""
        return self.own.closeness < self.bound

    @property
    def exact(self) -> np.ndarray:
        """Samples that are a training image pixel by pixel, (n,)."""
        pairs = zip(self.generated.rows, self.train.rows[self.own.source], strict=True)
        return np.array([np.array_equal(self.generated.of.images[a], self.train.of.images[b]) for a, b in pairs], bool)


@METRICS.register(
    "authenticity",
    source="Alaa et al. 2022 (arXiv 2102.08921), section 4.3; Lowe 2004 (ratio); Meehan et al. 2020 (C_T, arXiv "
    "2004.05675)",
    unit="share of samples; C_T: standard deviations",
    range="[0, 1]; C_T (-inf, inf)",
    needs="images",
    protocol="a sample is authentic where it is farther from its nearest training image than that image's nearest "
    "other one; all different training images, none thinned; fresh images, extractor with its hash in the string",
    pitfalls="About half of real images are not authentic either: only the difference to fresh ones counts. Pairs of "
    "near-duplicates in the corpus make real images look like copies: remove them first. Features see what they were "
    "trained to see: a copy that looks different to them is missed.",
)
def measure_authenticity(
    subject: Subject,
    images: int = IMAGES,
    extractor: Any = "own",
    weights: str | None = None,
    cells: int = CELLS,
    minimum: int = MINIMUM,
) -> Outcome:
    """Share of authentic samples, distance ratios, near-copies and C_T, each beside fresh real images.

    Fresh images: those held out of training, or, where nobody knows these, images of the corpus, each against all
    others as if it had never been among them. ``images`` samples and fresh images at most; every training image is
    looked at, of images that are equal pixel by pixel one. C_T in ``cells`` cells, with held-out images only.
    By class, and fresh images by class and group, from ``minimum`` images on. ``extractor`` and ``weights`` as for
    ``frechet-distance``. Finding HW-Q040 where samples are clearly nearer to training images than fresh ones are, with
    the samples and the images they copy.
    """
    copies = _copies(subject, extractor, weights, images)
    named = f"{copies.extractor.protocol}, {copies.precision}"
    protocol = f"{len(copies.train):,} different training images, {copies.fresh_name}, {named}"
    kinds = _kinds(protocol)
    scores = _shares(copies, kinds, protocol)
    scores += _cells(copies, kinds, minimum, subject.seed)
    test, measured = _copying(copies, cells, subject.seed, protocol)
    scores.append(measured)
    findings = _finding(subject, copies, test, scores)
    charts = group_charts(scores)
    items = tuple(
        ItemValues.of_means(name, kinds[name].method, {}, copies.generated.items, values)
        for name, values in _parts(copies, copies.own).items()
    )
    return Outcome(tuple(scores), findings, (_chart(copies), *charts, _gallery(subject, copies)), items)


def _copies(subject: Subject, extractor: Any, weights: str | None, images: int) -> Copies:
    generated, real = generated_images(subject), real_images(subject)
    train, fresh, held_out = _known_or_left_out(subject, real, images)
    if len(train) < LEAST or len(fresh) < 5 or len(generated) < 5:
        raise IncompleteError(
            f"authenticity needs {LEAST} different training images, 5 fresh ones and 5 samples, not {len(train)}, "
            f"{len(fresh)} and {len(generated)}"
        )
    found = open_extractor(subject, extractor, weights)
    drawn = np.sort(generator(subject.seed, "generated images").permutation(len(generated))[:images])
    known = side_of(subject, found, "real", real, train)
    made = side_of(subject, found, "generated", generated, drawn)
    unseen = side_of(subject, found, "real", real, fresh)
    precision = precision_for(len(known), len(made), known.features.shape[1])
    own = nearest_to(known.features, made.features, precision)
    if held_out:
        null = nearest_to(known.features, unseen.features, precision)
        return Copies(found, known, made, unseen, f"{len(fresh)} held-out images", own, null, precision, None)
    all_left_out, places = left_out(known.features, precision), np.searchsorted(train, fresh)
    chains = families(all_left_out.source)
    name, clusters = f"{len(fresh)} of them each left out", (chains[own.source], chains[places])
    return Copies(found, known, made, unseen, name, own, all_left_out.rows(places), precision, clusters)


def _known_or_left_out(subject: Subject, real: ImageSet, images: int) -> tuple[np.ndarray, np.ndarray, bool]:
    """Rows of training images and of fresh ones, ascending, and whether the latter are held out. No two are equal."""
    split, order = known_split(subject), pools(subject)
    if split is not None and len(split[1]) >= LEAST:
        trained, held = set(split[0]), set(split[1])
        known = different(real, [row for row in range(len(real)) if real.ids[row] in trained])
        rest = different(real, [*known, *(row for row in order.reference if real.ids[row] in held)])
        return known, np.sort(rest[len(known) :][:images]), True
    known = different(real, range(len(real)))
    # rows that our own extractor learnt from look nearer to others than new images do
    kept = set(known.tolist())
    fresh = [row for row in (*order.reference, *order.null) if int(row) in kept][:images]
    return known, np.sort(np.array(fresh, np.int64)), False


def _kinds(protocol: str) -> dict[str, Kind]:
    unit, below = "share of samples", f"closeness below the {QUANTILE:.0%} quantile of"
    ratio = "nearest over second nearest distance"
    kinds = (
        Kind("authenticity", unit, f"authenticity/2 {protocol}", GIVEN, "higher"),
        Kind("near-copies", unit, f"near-copies/2 {below} {protocol}", GIVEN),
        Kind(RATIO, ratio, f"{RATIO}/2 mean, {protocol}", "Student's t", "higher"),
    )
    return {kind.metric: kind for kind in kinds}


def _parts(copies: Copies, found: Nearest) -> dict[str, Floats]:
    """What stands behind each score, of each image."""
    near = found.closeness < copies.bound
    return {"authenticity": found.authentic.astype(float), "near-copies": near.astype(float), RATIO: found.ratios}


def _shares(copies: Copies, kinds: dict[str, Kind], protocol: str) -> list[Measurement]:
    scores: list[Measurement] = []
    sides: tuple[tuple[Nearest, dict[str, str]], ...] = ((copies.own, {}), (copies.null, NULL))
    for found, place in sides:
        for name, values in _parts(copies, found).items():
            value = mean_interval(values) if name == RATIO else _rate(values)
            scores.append(kinds[name].score(value, len(values), place))
    interval = "Newcombe, given the training images" if copies.held_out else "t over chains of nearest neighbours"
    unit, method = "difference of shares", f"authenticity-excess/1 samples minus fresh images, {protocol}"
    excess = Kind("authenticity-excess", unit, method, interval, "higher")
    return [*scores, excess.score(copies.excess, min(len(copies.generated), len(copies.fresh)), {})]


def _cells(copies: Copies, kinds: dict[str, Kind], minimum: int, seed: int) -> Iterator[Measurement]:
    sides: tuple[tuple[Nearest, Side, dict[str, str]], ...] = (
        (copies.own, copies.generated, {}),
        (copies.null, copies.fresh, NULL),
    )
    for found, side, more in sides:
        for name, values in _parts(copies, found).items():
            if name != RATIO:
                yield from means_by_group(kinds[name], values, groupings(side), minimum, seed, more)


def _rate(events: np.ndarray) -> Estimate:
    n, hits = len(events), int(events.sum())
    return Estimate(hits / n, n, None, *wilson(hits, n))


def _copying(copies: Copies, cells: int, seed: int, protocol: str) -> tuple[CopyingTest | None, Measurement]:
    if not copies.held_out:
        return None, NotMeasured("copying-test", "C_T needs images known to be held out of training; none are known")
    sides = copies.train.features, copies.fresh.features, copies.generated.features
    try:
        found = copying_test(*sides, cells, seed, distances=(copies.null.nearest, copies.own.nearest))
    except UsageError as error:
        return None, NotMeasured("copying-test", str(error))
    reason = f"a test statistic: about 0 where nothing is copied, p against copying {found.p:.2g}"
    method = f"copying-test/1 C_T, {cells} cells, seed {seed}, {protocol}"
    score = Score(
        "copying-test", found.statistic, sum(found.samples), "standard deviations", method, interval=reason,
        direction="higher",
    )  # fmt: skip
    return found, score


def _more_equal(subject: Subject, exact: int, n: int) -> bool:
    """Whether samples are a training image pixel by pixel more often than real images are equal to one another."""
    real = real_images(subject)
    found = newcombe(exact, n, len(real) - len(different(real, range(len(real)))), len(real))
    return (found.low or 0) > 0


def _finding(
    subject: Subject, copies: Copies, test: CopyingTest | None, scores: Sequence[Measurement]
) -> tuple[Finding, ...]:
    n, m = len(copies.generated), len(copies.fresh)
    near = newcombe(int(copies.flagged.sum()), n, int((copies.null.closeness < copies.bound).sum()), m)
    same = copies.excess
    exact = int(copies.exact.sum())
    tested = test is not None and test.p < SMALL_P
    copied = exact > 0 and _more_equal(subject, exact, n)
    if not ((near.low or 0) > 0 or (same.high or 0) < 0 or copied or tested):
        return ()
    order = _nearest(copies)
    ids = list(dict.fromkeys(copies.train.ids[copies.own.source[i]] for i in order))
    owners = _owners(subject, copies, order[:5])
    examples = tuple(
        Example(
            copies.generated.ids[i],
            f"sample {redact(copies.generated.ids[i])}, nearest training image {_told(copies, i, owners)}",
            f"closeness {copies.own.closeness[i]:.3f}" + (", pixel by pixel the same" if copies.exact[i] else ""),
            document_ids=(copies.train.ids[copies.own.source[i]],),
        )
        for i in order[:5]
    )
    return (
        Finding(
            "HW-Q040",
            "high" if exact or (near.low or 0) > LARGE else "medium",
            f"Samples lie nearer to single training images than fresh images do ({int(copies.flagged.sum())} "
            f"near-copies)",
            f"{_rate(copies.flagged).value:.1%} of {n} samples are nearer to a training image than 99 % of {m} fresh "
            f"real images are, and {_rate(copies.own.authentic).value:.1%} are authentic against "
            f"{_rate(copies.null.authentic).value:.1%} of fresh ones; {exact} are a training image pixel by pixel. "
            "The model gives back what it was trained on. Copies that these features do not see are not counted.",
            "Look at each pair. Remove duplicates from the corpus, train fewer steps or on more images, and do not "
            "publish samples beside whose nearest image stands a person or a work with rights.",
            tuple(score for score in scores if isinstance(score, Score)),
            examples,
            tuple(ids[:LISTED]),
        ),
    )


def _nearest(copies: Copies) -> list[int]:
    """Flagged samples, nearest first; the first ones of all where none is flagged."""
    order = np.argsort(copies.own.closeness, kind="stable")
    flagged = [int(i) for i in order if copies.flagged[i]]
    return flagged or [int(i) for i in order[:SHOWN]]


def _gallery(subject: Subject, copies: Copies) -> Gallery:
    """Each sample in one picture with the training image that it is nearest to: no layout can part them."""
    places = _nearest(copies)[:SHOWN]
    owners = _owners(subject, copies, places)
    tiles = []
    for i in places:
        source, sample, real = int(copies.own.source[i]), copies.generated, copies.train
        pair = side_by_side(sample.of.images[sample.rows[i]], real.of.images[real.rows[source]])
        caption = f"{redact(sample.ids[i])} | {_told(copies, i, owners)}"
        tiles.append(Tile(f"near-{sample.ids[i]}", caption, png_base64(pair)))
    note = (
        "Left a sample, right the nearest training image. Ratio: nearest over second nearest distance. Closeness: 0 is "
        f"a copy, 1 in 100 fresh images falls below {copies.bound:.2f}."
    )
    return Gallery("nearest-training-images", "Samples nearest to a training image", tuple(tiles), note)


def _owners(subject: Subject, copies: Copies, places: Sequence[int]) -> dict[str, str]:
    """Licence and source of the training images behind some samples, by id."""
    ids = {copies.train.ids[int(copies.own.source[i])] for i in places}
    rows = subject.corpus.documents(sorted(ids))
    return {
        name: f"{redact(row.get('source') or UNKNOWN)[:LONGEST]}, {(row.get('licence') or UNKNOWN)[:LONGEST]}"
        for name, row in rows.items()
    }


def _told(copies: Copies, i: int, owners: dict[str, str]) -> str:
    name = copies.train.ids[int(copies.own.source[i])]
    return f"{name}, {owners[name]}, ratio {copies.own.ratios[i]:.2f}, closeness {copies.own.closeness[i]:.2f}"


def side_by_side(left: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Two images uint8 (H, W, C) in one, with a white strip between them; a grey one gets the colours of the other."""
    colours = max(left.shape[2], right.shape[2])
    pair = [image if image.shape[2] == colours else np.repeat(image[:, :, :1], colours, 2) for image in (left, right)]
    height, gap = max(len(image) for image in pair), max(1, min(image.shape[1] for image in pair) // 8)
    padded = [np.pad(image, ((0, height - len(image)), (0, 0), (0, 0)), constant_values=255) for image in pair]
    return np.concatenate([padded[0], np.full((height, gap, colours), 255, np.uint8), padded[1]], 1)


def _chart(copies: Copies) -> Chart:
    """Deciles of the closeness of samples and of fresh images."""
    places = tuple(float(p) for p in (1, 5, 10, 25, 50, 75, 90))
    series = []
    for name, found in (("samples", copies.own), ("fresh real images", copies.null)):
        finite = found.closeness[np.isfinite(found.closeness)]
        if len(finite):
            series.append(Series(name, places, tuple(float(v) for v in np.percentile(finite, places))))
    return Chart(
        "closeness", "Closeness to the nearest training image", "line", "percentile of images", "closeness",
        tuple(series), "a line of samples far below that of fresh images means copies",
    )  # fmt: skip
