"""How a detector treats the names of groups: pure functions on scores.

| quantity | definition | source |
|---|---|---|
| shift | mean difference of scores of one sentence with two names in it, documents as clusters | Garg et al. 2019 |
| AUC | P(score of a positive > score of a negative), ties one half | Hanley & McNeil 1982 |
| its interval | method 5 of Newcombe 2006 (a score interval, wider than zero at AUC = 1) | Stat. Med. 25, 559-573 |
| subgroup, BPSN, BNSP AUC | within the group; its negatives, others' positives; the reverse | Borkan et al. 2019 |
| q | Benjamini-Hochberg over all tests of the sheet | Benjamini & Hochberg 1995 |
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq
from scipy.stats import rankdata, t

from ..audits.rates import Z

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Shift:
    """A mean difference of scores in [-1, 1] with its 95 % interval; ``n`` documents, two-sided ``p``."""

    value: float
    low: float
    high: float
    n: int
    p: float


@dataclass(frozen=True, slots=True)
class Auc:
    """An area under the ROC curve in [0, 1] with its 95 % interval, from so many positives and negatives."""

    value: float
    low: float
    high: float
    positives: int
    negatives: int


def score_shift(differences: ArrayLike, documents: ArrayLike) -> Shift | None:
    """Mean of ``differences`` (n,) over documents (n,), Student's t on the means of documents; None for fewer than two.

    Where all documents shift by one amount, the p-value is that of the sign test.

    >>> shift = score_shift([0.1, 0.3, 0.2], [0, 1, 2])
    >>> round(shift.value, 3), shift.n
    (0.2, 3)
    """
    values = np.asarray(differences, np.float64)
    _, index = np.unique(np.asarray(documents), return_inverse=True)
    means = np.bincount(index, values) / np.bincount(index)
    n = len(means)
    if n < 2:
        return None
    mean, error = float(means.mean()), float(means.std(ddof=1)) / math.sqrt(n)
    if error < 1e-12:
        return Shift(mean, mean, mean, n, 1.0 if abs(mean) < 1e-12 else min(1.0, 2.0 ** (1 - n)))
    half = float(t.ppf(0.975, n - 1)) * error
    return Shift(mean, mean - half, mean + half, n, float(2 * t.sf(abs(mean) / error, n - 1)))


def auc(positives: ArrayLike, negatives: ArrayLike) -> Auc | None:
    """AUC of the scores of positives and negatives; None where one of them has none.

    >>> auc([0.9, 0.8], [0.1, 0.8]).value
    0.875
    """
    high, low = np.asarray(positives, np.float64), np.asarray(negatives, np.float64)
    m, n = len(high), len(low)
    if not m or not n:
        return None
    ranks = rankdata(np.concatenate([high, low]))
    value = float((ranks[:m].sum() - m * (m + 1) / 2) / (m * n))
    return Auc(value, _bound(value, m, n, 0.0), _bound(value, m, n, 1.0), m, n)


def _bound(value: float, m: int, n: int, end: float) -> float:
    """Where |theta - AUC| = z sqrt(var(theta)) between the AUC and an end of [0, 1]."""

    def distance(theta: float) -> float:
        middle = (m + n) / 2 - 1
        spread = 1 + middle * (1 - theta) / (2 - theta) + middle * theta / (1 + theta)
        return abs(theta - value) - Z * math.sqrt(theta * (1 - theta) * spread / (m * n))

    if abs(value - end) < 1e-12:
        return end
    inner = value + (end - value) * 1e-9
    return float(brentq(distance, inner, end)) if distance(inner) < 0 < distance(end) else inner


def identity_aucs(scores: Floats, labels: NDArray[np.bool_], member: NDArray[np.bool_]) -> dict[str, Auc | None]:
    """Subgroup, BPSN and BNSP AUC of the items that mention a group (``member``); all arrays are (n,).

    A low BPSN AUC means that harmless mentions of the group score above toxic texts about others.
    """
    inside, outside = member, ~member
    return {
        "subgroup-auc": auc(scores[inside & labels], scores[inside & ~labels]),
        "bpsn-auc": auc(scores[outside & labels], scores[inside & ~labels]),
        "bnsp-auc": auc(scores[inside & labels], scores[outside & ~labels]),
    }
