"""Whether sentences about one group differ in a score from those about the other groups: pure functions.

| quantity | definition | source |
|---|---|---|
| difference | mean score of the sentences that mention the group minus that of those that mention others only | |
| its interval | from each document's influence on it, documents as clusters; no less than of independent sentences | |
| | | Liang & Zeger 1986 |
| p | labels move with their document among documents of as many sentences, (b + 1) / (m + 1) | Phipson & Smyth 2010 |
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..audits.rates import Z
from ..audits.text_block import Ints

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MeanDifference:
    """``own`` and ``others`` are the two means, ``value`` their difference with its 95 % interval.

    ``influence`` (sentences,) is each sentence's part in the difference, measured from the mean of the others.
    """

    own: float
    others: float
    value: float
    low: float
    high: float
    influence: Floats


def mean_difference(scores: Floats, label: Bools, documents: Ints) -> MeanDifference:
    """Difference of means of ``scores`` with ``label`` and without; all of shape (sentences,), both sides not empty.

    >>> found = mean_difference(np.array([1.0, 0.0, 0.0, 0.0]), np.array([1, 1, 0, 0], bool), np.arange(4))
    >>> found.own, found.others, found.value
    (0.5, 0.0, 0.5)
    """
    n, m = int(label.sum()), int((~label).sum())
    own, others = float(scores[label].mean()), float(scores[~label].mean())
    residual = np.where(label, (scores - own) / n, (others - scores) / m)
    _, cluster = np.unique(documents, return_inverse=True)
    by_document = np.bincount(cluster, residual)
    clusters = len(by_document)
    clustered = clusters / (clusters - 1) * float(by_document @ by_document) if clusters > 1 else 0.0
    half = Z * float(np.sqrt(max(clustered, float(residual @ residual))))
    influence = np.where(label, (scores - others) / n, 0.0)
    return MeanDifference(own, others, own - others, own - others - half, own - others + half, influence)
