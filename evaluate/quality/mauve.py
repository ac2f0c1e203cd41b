"""MAUVE: the area under the divergence curve between two sets of feature vectors, over several k-means seeds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...core import Chart, IncompleteError, NotMeasured, Score, Series, UsageError, derive_seed
from ..base import METRICS, Outcome, Subject
from ..statistics import Floats, mean_interval
from .encoders import Encoder, encode_texts
from .text_sides import read_sides

METRIC = "mauve"
SCALING, WEIGHTS = 5.0, 25
EDGE = 1e-6
"""Mixture weights run from here to 1 minus it, as in the authors' code."""
VARIANCE = 0.9
FEWEST = 50
LEAST_SEEDS = 5


@dataclass(frozen=True, slots=True)
class Curve:
    """Points of the divergence curve (n,): exp(-c KL(q || r)) and exp(-c KL(p || r)); and the area under it."""

    x: Floats
    y: Floats
    area: float


def divergence_curve(p: ArrayLike, q: ArrayLike, scaling: float = SCALING, weights: int = WEIGHTS) -> Curve:
    """The curve between two histograms (k,) for mixtures r = w p + (1 - w) q, and the mean area of both axis orders.

    Pillutla et al. 2021, section 2. Equal histograms give 1; the area does not change when p and q change places.
    Disjoint ones give 1 / C(2c, c) in the limit of many weights, 0.004072 with 25.
    """
    a, b = _histogram(p), _histogram(q)
    if a.shape != b.shape:
        raise UsageError(f"histograms must have one shape, not {a.shape} and {b.shape}")
    if not scaling > 0 or weights < 2:
        raise UsageError("MAUVE needs a scaling above 0 and two weights or more")
    mixtures = [w * a + (1 - w) * b for w in np.linspace(EDGE, 1 - EDGE, weights)]
    x = np.exp(-scaling * np.array([0.0, *(_divergence(b, r) for r in mixtures), np.inf]))
    y = np.exp(-scaling * np.array([np.inf, *(_divergence(a, r) for r in mixtures), 0.0]))
    return Curve(x, y, (_area(x, y) + _area(y, x)) / 2)


def _histogram(values: ArrayLike) -> Floats:
    x: Floats = np.asarray(values, np.float64)
    if x.ndim != 1 or not len(x) or not np.isfinite(x).all() or (x < 0).any() or x.sum() <= 0:
        raise UsageError("a histogram needs finite counts of 0 or more that are not all 0")
    shares: Floats = x / x.sum()
    return shares


def _divergence(p: Floats, r: Floats) -> float:
    inside = p > 0
    return float((p[inside] * np.log(p[inside] / r[inside])).sum())


def _area(x: Floats, y: Floats) -> float:
    order = np.lexsort((-y, x))
    return float(np.trapezoid(y[order], x[order]))


def quantised(first: ArrayLike, second: ArrayLike, clusters: int, seed: int) -> tuple[Floats, Floats]:
    """Counts (clusters,) of both sides' rows in the cells of one k-means of both together.

    Rows are brought to length 1, then to the principal components that hold 90 % of the variance, as in the authors'
    code.
    """
    x, y = (_rows(features) for features in (first, second))
    if x.shape[1] != y.shape[1]:
        raise UsageError(f"features must have one dimension on both sides, not {x.shape[1]} and {y.shape[1]}")
    return _cells(_components(np.concatenate([x, y])), len(x), clusters, seed)


def _cells(z: Floats, first: int, clusters: int, seed: int) -> tuple[Floats, Floats]:
    from sklearn.cluster import KMeans

    clusters = max(1, min(clusters, len(np.unique(z, axis=0))))
    means = KMeans(clusters, n_init=1, max_iter=500, random_state=derive_seed(seed, METRIC) % 2**32)
    labels = means.fit_predict(z)
    count = [np.bincount(side, minlength=clusters).astype(np.float64) for side in (labels[:first], labels[first:])]
    return count[0], count[1]


def _rows(features: ArrayLike) -> Floats:
    x = np.asarray(features, np.float64)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise UsageError(f"features must be finite and of shape (n, d), not {x.shape}")
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    return x / np.where(lengths > 0, lengths, 1)


def _components(x: Floats) -> Floats:
    centred = x - x.mean(0)
    u, s, _ = np.linalg.svd(centred, full_matrices=False)
    share = np.cumsum(s**2) / max(float((s**2).sum()), np.finfo(float).tiny)
    kept = int(np.argmax(share >= VARIANCE)) + 1
    if s[0] <= np.finfo(float).eps * max(x.shape):  # all rows are one point
        return np.zeros((len(x), 1))
    components: Floats = np.round(u[:, :kept] * s[:kept], 10)
    return components


def mauve(
    first: ArrayLike, second: ArrayLike, clusters: int | None = None, seeds: int = LEAST_SEEDS, seed: int = 0
) -> Floats:
    """MAUVE of features (n, d) and (m, d) for each of ``seeds`` k-means seeds, shape (seeds,). Range (0, 1].

    ``clusters`` is a tenth of the smaller side where it is None.
    """
    return np.array([curve.area for curve in _curves(first, second, clusters, seeds, seed)])


def _curves(first: ArrayLike, second: ArrayLike, clusters: int | None, seeds: int, seed: int) -> list[Curve]:
    if seeds < LEAST_SEEDS:
        raise UsageError(
            f"seeds {seeds}: at least {LEAST_SEEDS}, because one k-means seed moves MAUVE by as much as models"
        )
    x, y = _rows(first), _rows(second)
    if x.shape[1] != y.shape[1]:
        raise UsageError(f"features must have one dimension on both sides, not {x.shape[1]} and {y.shape[1]}")
    number = clusters or max(2, min(len(x), len(y)) // 10)
    z = _components(np.concatenate([x, y]))
    return [divergence_curve(*_cells(z, len(x), number, derive_seed(seed, k))) for k in range(seeds)]


@METRICS.register(
    METRIC,
    source="Pillutla et al. 2021 (arXiv 2102.01454)",
    unit="area",
    range="(0, 1]",
    needs="sample",
    protocol="area under the divergence curve of k-means histograms, c = 5, 25 mixture weights, mean of both axis "
    "orders, "
    "clusters of a tenth of a side; mean over k-means seeds; encoder, texts, clusters and seeds in the string",
    pitfalls="The k-means seed alone moves it by 0.005 to 0.01, as much as models differ: read the spread. Values "
    "of other "
    "encoders, numbers of texts or clusters are other metrics. The interval is of the seeds, not of the texts.",
)
def measure_mauve(
    subject: Subject, encoder: Encoder = "words", seeds: int = LEAST_SEEDS, clusters: int | None = None
) -> Outcome:
    """MAUVE between free samples and stretches of the corpus of the same lengths, mean and spread over k-means seeds.

    ``encoder``: ``words`` (hashed words, the same for every model), ``model`` (the hidden states of the model itself),
    or in a program any function from texts to vectors. At least 5 ``seeds``; ``clusters`` is a tenth of the texts of a
    side where it is None. Beside it the same of two halves of the corpus: what a perfect model would get.
    """
    sides = read_sides(subject)
    n = len(sides.samples) // 2
    if n < FEWEST:
        return Outcome((NotMeasured(METRIC, f"{2 * FEWEST} texts a side are needed; there are {len(sides.samples)}"),))
    vectors, name = encode_texts(subject, [*sides.samples.texts, *sides.corpus.texts], encoder)
    own, other = vectors[: len(sides.samples)], vectors[len(sides.samples) :]
    if not np.ptp(vectors, axis=0).any():
        raise IncompleteError("the encoder gives one vector for all texts: there is nothing to compare")
    number = clusters or max(2, n // 10)
    method = (
        f"{METRIC}/1 c = {SCALING:g}, {WEIGHTS} weights, {number} clusters, {n} texts a side, mean of {seeds} k-means "
        f"seeds, {name}"
    )
    found = {
        "samples": mauve(own[:n], other[:n], number, seeds, subject.seed),
        "corpus": mauve(other[n : 2 * n], other[:n], number, seeds, subject.seed),
    }
    scores = [score for text, values in found.items() for score in _scores(text, values, method)]
    return Outcome(tuple(scores), exhibits=(_chart(found),))


def _scores(text: str, values: Floats, method: str) -> Sequence[Score]:
    mean, place = mean_interval(values), {"text": text}
    bounds = {"interval": "t interval over k-means seeds", **mean.bounds()}
    spread = float(values.std(ddof=1))
    return (
        Score(METRIC, mean.value, len(values), "area", method, direction="higher", slice=place, **bounds),
        Score(f"{METRIC}-seed-sd", spread, len(values), "area", method, slice=place,
              interval="standard deviation over k-means seeds"),
    )  # fmt: skip


def _chart(found: dict[str, Floats]) -> Chart:
    names = {"samples": "samples against corpus", "corpus": "corpus against corpus"}
    series = Series(
        "MAUVE", tuple(names.values()), tuple(float(found[key].mean()) for key in names),
        tuple(float(found[key].min()) for key in names), tuple(float(found[key].max()) for key in names),
    )  # fmt: skip
    note = "Dots are means, bars the smallest and largest value over k-means seeds."
    return Chart(METRIC, "MAUVE of the samples", "interval", "texts", "area", (series,), note)
