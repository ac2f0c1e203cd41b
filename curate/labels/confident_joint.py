"""Confident learning: which labels a model that did not see the row contradicts, and how many. Pure functions.

Northcutt, Jiang & Chuang 2021, "Confident learning: estimating uncertainty in dataset labels", JAIR 70.

| quantity | definition |
|---|---|
| threshold of a class | mean probability of the class over the rows that carry its label |
| confident class | the likeliest class of those whose probability reaches their threshold |
| confident joint | rows by given label and confident class |
| joint | the same, each row scaled to the number of rows with that label, over all rows |
| noise of a class | 1 - diagonal over row sum of the joint; in total 1 - trace |
| margin | probability of the given label minus the largest other one, in [-1, 1] |
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import UsageError, generator

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
# A mean of equal numbers can exceed them by rounding, and then no row would reach its own threshold.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class ConfidentJoint:
    """``confident`` (rows,) is each row's confident class, -1 where no class reaches its threshold.

    ``thresholds`` (k,); ``counts`` (k, k) and ``joint`` (k, k) have given labels in rows, confident ones in columns.
    """

    thresholds: Floats
    confident: Ints
    counts: Ints
    joint: Floats

    @property
    def noise(self) -> float:
        """Estimated share of rows whose label is not the true one."""
        return float(1 - np.trace(self.joint))

    @property
    def noise_by_class(self) -> Floats:
        """Estimated share of wrong labels among the rows with each label: (k,)."""
        return np.asarray(1 - np.diag(self.joint) / self.joint.sum(1))


def confident_joint(probability: Floats, given: Ints) -> ConfidentJoint:
    """The joint of given and confident classes from held-out probabilities (rows, k) and labels (rows,).

    Every class must be given to at least one row.
    """
    k = probability.shape[1]
    sizes = np.bincount(given, minlength=k)
    if len(given) != len(probability) or len(sizes) != k or not sizes.all():
        raise UsageError(f"{len(given)} labels of {np.count_nonzero(sizes)} classes do not fit {probability.shape}")
    own = probability[np.arange(len(given)), given]
    thresholds = np.bincount(given, own, k) / sizes
    confident = _confident(probability, thresholds)
    counts = _counts(confident, given, np.ones(len(given)), k).astype(np.int64)
    return ConfidentJoint(thresholds, confident, counts, _joint(counts.astype(np.float64), sizes))


def margins(probability: Floats, given: Ints) -> Floats:
    """Normalised margin (rows,): the lower, the more the model prefers another label."""
    rows = np.arange(len(given))
    others = probability.copy()
    others[rows, given] = -1.0
    return np.asarray(probability[rows, given] - others.max(1))


def noise_interval(
    probability: Floats, given: Ints, resamples: int, seed: int
) -> tuple[tuple[float, float], NDArray[np.float64]]:
    """95 % percentile bootstrap over rows: (low, high) of the noise in total, and (2, k) by class.

    The probabilities stay as they are: the interval holds the chance of which rows were drawn, not the model's error.
    """
    rng = generator(seed, "label-noise", "bootstrap")
    n, k = probability.shape
    total, by_class = np.empty(resamples), np.full((resamples, k), np.nan)
    own = probability[np.arange(n), given]
    for turn in range(resamples):
        weight = np.bincount(rng.integers(0, n, n), minlength=n).astype(np.float64)
        sizes = np.bincount(given, weight, k)
        drawn = sizes > 0
        thresholds = np.where(drawn, np.bincount(given, own * weight, k) / np.maximum(sizes, 1), np.inf)
        joint = _joint(_counts(_confident(probability, thresholds), given, weight, k), sizes)
        total[turn] = 1 - np.trace(joint)
        by_class[turn, drawn] = 1 - np.diag(joint)[drawn] / joint.sum(1)[drawn]
    low, high = np.quantile(total, [0.025, 0.975]).tolist()
    return (low, high), np.asarray(np.nanquantile(by_class, [0.025, 0.975], axis=0))


def _confident(probability: Floats, thresholds: Floats) -> Ints:
    reached = np.where(probability >= thresholds - _ROUNDING, probability, -1.0)
    best = reached.argmax(1)
    return np.where(reached[np.arange(len(best)), best] >= 0, best, -1).astype(np.int64)


def _counts(confident: Ints, given: Ints, weight: Floats, k: int) -> Floats:
    sure = confident >= 0
    cells = given[sure] * k + confident[sure]
    return np.asarray(np.bincount(cells, weight[sure], k * k).reshape(k, k), np.float64)


def _joint(counts: Floats, sizes: NDArray[np.int64] | Floats) -> Floats:
    """Counts with each row scaled to its size, over the sum; rows of size 0 stay empty."""
    sums = counts.sum(1)
    # The row with the largest probability of its own label always reaches the mean, so that only empty rows sum to 0.
    scaled = counts * np.where(sums > 0, sizes / np.where(sums > 0, sums, 1), 0.0)[:, None]
    return np.asarray(scaled / sizes.sum())
