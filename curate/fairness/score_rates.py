"""How well scores (predicted probabilities) fit labels, by group: pure functions on arrays.

| quantity | definition | source |
|---|---|---|
| reliability | share of positive rows in ten bins of equal rows by score; Wilson | DeGroot & Fienberg 1983 |
| in the large | share of positive rows minus mean score; Wilson's interval minus the mean score | Cox 1958 |
| ECE | mean over the bins, by rows, of the distance between share and mean score | Naeini et al. 2015, AAAI |
| its interval | the distance that binomial draws around the shares go from them, 95 % quantile | triangle inequality |
| ECE by chance | of labels drawn by the scores: it is above 0 for a perfect score | Broecker & Smith 2007 |
| AUC | area under the ROC curve, DeLong's interval on the logit | DeLong et al. 1988 |
| gap | largest minus smallest group; interval of the two by Newcombe's method (MOVER) | Zou & Donner 2008 |
| gap of calibration by chance | labels drawn by the score bin alone, whatever the group | |
| gap of AUC by chance | areas drawn around one value with their standard errors | |
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import UsageError, generator, wilson
from ..auc import auc_with_interval
from ..audits.rates import Z

BINS, DRAWS = 10, 999
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Bins:
    """``rows``, ``hits`` and mean ``score`` of each bin that has a row: arrays (bins,)."""

    rows: Ints
    hits: Ints
    score: Floats

    @property
    def share(self) -> Floats:
        """Share of positive rows of each bin."""
        return np.asarray(self.hits / self.rows)

    @property
    def error(self) -> float:
        """Expected calibration error."""
        return float(self.rows @ np.abs(self.share - self.score) / self.rows.sum())


@dataclass(frozen=True)
class Fit:
    """How well a score fits one group. Triples are value, low, high; ``area`` is None where a class has no two rows."""

    group: str
    rows: int
    hits: int
    mean: float
    bins: Bins
    large: tuple[float, float, float]
    error: tuple[float, float, float]
    chance: float
    p: float
    area: tuple[float, float, float] | None


@dataclass(frozen=True)
class Spread:
    """The largest difference of two groups in one quantity, with what chance alone would show."""

    quantity: str
    value: float
    low: float
    high: float
    chance: float
    p: float
    most: Fit
    least: Fit


def bins_of(labels: Bools, scores: Floats, bins: int = BINS) -> Bins:
    """Rows by quantile of the score, as scikit-learn's ``calibration_curve(strategy="quantile")`` cuts them."""
    edges = np.percentile(scores, np.linspace(0, 100, bins + 1))
    place = np.searchsorted(edges[1:-1], scores)
    rows = np.bincount(place, minlength=bins)
    used = rows > 0
    hits = np.bincount(place, labels, bins)[used].astype(np.int64)
    return Bins(rows[used], hits, np.bincount(place, scores, bins)[used] / rows[used])


def fit(group: str, labels: Bools, scores: Floats, seed: int, draws: int = DRAWS) -> Fit:
    """The fit of ``scores`` (rows,) in [0, 1] to ``labels`` (rows,); at least one row."""
    n, hits, mean = len(labels), int(labels.sum()), float(scores.mean()) if len(scores) else 0.0
    if not n or len(scores) != n or scores.min() < 0 or scores.max() > 1:
        raise UsageError("a fit needs a row, and a score between 0 and 1 for each label")
    bins, rng = bins_of(labels, scores), generator(seed, "calibration", group)
    low, high = wilson(hits, n)
    near = (bins.hits + 0.5) / (bins.rows + 1)  # shares of 0 and 1 vary too (Jeffreys)
    away = _distance(rng.binomial(bins.rows, near, (draws, len(near))), bins.rows, near)
    null = _distance(rng.binomial(bins.rows, np.clip(bins.score, 0, 1), (draws, len(near))), bins.rows, bins.score)
    value, half = bins.error, float(np.quantile(away, 0.95))
    return Fit(
        group, n, hits, mean, bins, (hits / n - mean, low - mean, high - mean),
        (value, max(0.0, value - half), min(1.0, value + half)), float(np.quantile(null, 0.95)),
        (1 + int((null >= value - 1e-12).sum())) / (draws + 1), area(labels, scores),
    )  # fmt: skip


def area(labels: Bools, scores: Floats) -> tuple[float, float, float] | None:
    """Area under the ROC curve with DeLong's interval; None where a class has fewer than two rows."""
    positive, negative = scores[labels], scores[~labels]
    return auc_with_interval(positive, negative) if min(len(positive), len(negative)) >= 2 else None


def calibration_spread(
    fits: Sequence[Fit], labels: Bools, scores: Floats, codes: Ints, seed: int, draws: int = DRAWS
) -> Spread:
    """The gap in calibration in the large; ``codes`` (rows,) index ``fits``, of which there are two at least."""
    most, least = max(fits, key=lambda one: one.large[0]), min(fits, key=lambda one: one.large[0])
    drawn = _by_score_alone(labels, scores, codes, len(fits), generator(seed, "calibration-gap"), draws)
    sizes, means = np.array([one.rows for one in fits]), np.array([one.mean for one in fits])
    null = np.ptp(drawn / sizes - means, axis=1)
    return _spread("calibration-in-the-large", most, least, most.large, least.large, null)


def area_spread(fits: Sequence[Fit], seed: int, draws: int = DRAWS) -> Spread | None:
    """The gap in AUC; None where fewer than two groups have one."""
    found = [(one, one.area) for one in fits if one.area is not None]
    if len(found) < 2:
        return None
    (most, high), (least, low) = (pick(found, key=lambda pair: pair[1][0]) for pick in (max, min))
    errors = np.array([(value[2] - value[1]) / 2 / Z for _, value in found])
    null = np.ptp(generator(seed, "auc-gap").normal(0.0, errors, (draws, len(errors))), axis=1)
    return _spread("auc", most, least, high, low, null)


def _spread(
    quantity: str, most: Fit, least: Fit, one: tuple[float, float, float], other: tuple[float, float, float],
    null: Floats,
) -> Spread:  # fmt: skip
    value = one[0] - other[0]
    low = value - math.hypot(one[0] - one[1], other[2] - other[0])
    high = value + math.hypot(one[2] - one[0], other[0] - other[1])
    p = (1 + int((null >= value - 1e-12).sum())) / (len(null) + 1)
    return Spread(quantity, value, low, high, float(np.quantile(null, 0.95)), p, most, least)


def _by_score_alone(
    labels: Bools, scores: Floats, codes: Ints, groups: int, rng: np.random.Generator, draws: int
) -> Ints:
    """Positive rows (draws, groups) when a label depends on the bin of the score and not on the group.

    In a bin a group has the probability of its mean score, moved by the calibration error of the whole bin.
    """
    edges = np.percentile(scores, np.linspace(0, 100, BINS + 1))
    place = np.searchsorted(edges[1:-1], scores)
    cell = codes * BINS + place
    rows, total = (np.bincount(cell, weights, groups * BINS) for weights in (None, scores))
    wrong = np.bincount(place, labels - scores, BINS) / np.maximum(1, np.bincount(place, minlength=BINS))
    chance = np.clip(total / np.maximum(rows, 1) + np.tile(wrong, groups), 0.0, 1.0)
    drawn = np.zeros((draws, groups), np.int64)
    for part in range(BINS):  # a bin at a time: ten times less memory
        drawn += rng.binomial(rows[part::BINS].astype(np.int64), chance[part::BINS], (draws, groups))
    return drawn


def _distance(hits: Ints, rows: Ints, around: Floats) -> Floats:
    return np.asarray(np.abs(hits / rows - around) @ rows / rows.sum())
