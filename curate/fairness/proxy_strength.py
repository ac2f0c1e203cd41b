"""How much columns tell about a group: pure functions on codes.

| quantity | definition | source |
|---|---|---|
| adjusted accuracy | (mean recall - 1/k) / (1 - 1/k), out of fold; 0: majority class, 1: all right | Youden 1950 |
| its interval | normal, from the binomial variance of each recall | Brodersen et al. 2010, ICPR |
| NMI | mutual information over the mean of both entropies | Kvalseth 1987, IEEE Trans. SMC 17 |
| its interval | normal, from the variance of pointwise information, fixed entropies | Roulston 1999, Physica D |
| p | G-test, chi-squared with (r - 1)(c - 1) degrees | Wilks 1938 |
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..audits.rates import Z
from .row_columns import Column

BINS, CATEGORIES, FOLDS = 20, 50, 3
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Strength:
    """A value with its 95 % interval; ``p`` only where there is a test."""

    value: float
    low: float
    high: float
    p: float = 1.0


def codes_of(column: Column) -> Ints:
    """The column as codes from 0: numbers with many values in 20 classes of equal size, else the 50 commonest values.

    A missing value is a class of its own, for that a value is missing can tell the group too.
    """
    numbers = _numbers(column.values)
    if numbers is not None and len(numbers) > BINS:
        values = numbers[column.codes]
        edges = np.unique(np.quantile(values[column.known], np.linspace(0, 1, BINS + 1)[1:-1]))
        found = np.searchsorted(edges, values, side="left") + 1
    else:
        counts = np.bincount(column.codes[column.known], minlength=len(column.values))
        rank = np.empty(len(counts), np.int64)
        rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
        found = np.minimum(rank, CATEGORIES)[column.codes] + 1
    return np.where(column.known, found, 0).astype(np.int64)


def mutual_information(one: Ints, other: Ints) -> Strength:
    """Normalised mutual information of two codes (rows,), in [0, 1]; 0 where one of them is constant."""
    from scipy.stats import chi2

    a, b = (np.unique(codes, return_inverse=True)[1] for codes in (one, other))
    n, shape = len(a), (a.max() + 1, b.max() + 1)
    joint = np.bincount(a * shape[1] + b, minlength=shape[0] * shape[1]).reshape(shape) / n
    entropy = sum(-float(p[p > 0] @ np.log(p[p > 0])) for p in (joint.sum(0), joint.sum(1))) / 2
    degrees = (shape[0] - 1) * (shape[1] - 1)
    if entropy == 0 or degrees == 0:
        return Strength(0.0, 0.0, 0.0)
    used = joint > 0
    pointwise = np.log(joint[used] / np.outer(joint.sum(1), joint.sum(0))[used])
    information = max(0.0, float(joint[used] @ pointwise))
    variance = max(0.0, float(joint[used] @ pointwise**2) - information**2) / n
    half = Z * variance**0.5
    value, low, high = (min(1.0, max(0.0, x / entropy)) for x in (information, information - half, information + half))
    return Strength(value, low, high, float(chi2.sf(2 * n * information, degrees)))


def out_of_fold(features: Sequence[Ints], group: Ints, seed: int) -> NDArray[np.float64]:
    """Probabilities (rows, groups) of a decision tree of depth 8 that did not see the row; three folds.

    Groups weigh the same whatever their size. Every group needs three rows.
    """
    from sklearn.model_selection import StratifiedKFold, cross_val_predict
    from sklearn.tree import DecisionTreeClassifier

    tree = DecisionTreeClassifier(max_depth=8, min_samples_leaf=20, class_weight="balanced", random_state=seed)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=seed)
    found = cross_val_predict(tree, np.stack(features, 1), group, cv=folds, method="predict_proba")
    return np.asarray(found, np.float64)


def adjusted_accuracy(predicted: Ints, group: Ints) -> Strength:
    """Adjusted balanced accuracy of predictions (rows,) of a group (rows,) with codes from 0, each of which occurs."""
    rows = np.bincount(group)
    recall = np.bincount(group, predicted == group) / rows
    k = len(rows)
    half = Z * float(np.sqrt((recall * (1 - recall) / rows).sum())) / k
    scale = 1 - 1 / k
    mean = float(recall.mean())
    value, low, high = ((x - 1 / k) / scale for x in (mean, mean - half, mean + half))
    return Strength(value, low, min(1.0, high))


def _numbers(values: Sequence[str]) -> NDArray[np.float64] | None:
    try:
        found = np.array([float(value) for value in values])
    except ValueError:
        return None
    return found if len(found) and np.isfinite(found).all() else None
