"""Inception Score: how sure a classifier is of each image, and how different its answers are over all of them.

exp of the mean divergence KL(p(y | x) || p(y)) (Salimans et al. 2016, arXiv 1606.03498). 1 where every answer is the
same, the number of classes where answers are certain and balanced. It never looks at real images.
"""

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import xlogy

from ...core import UsageError
from ..statistics import Estimate, Floats, jackknife

GROUPS = 20


def inception_score(probabilities: ArrayLike, splits: int = 1) -> float:
    """Score of class probabilities (n, classes). Range [1, classes]; more ``splits`` give a smaller value.

    With splits it is the mean over parts of n / splits rows, the last ones a row longer: none is dropped.

    >>> inception_score([[1, 0], [0, 1]])
    2.0
    """
    p = _probabilities(probabilities)
    if not 1 <= splits <= len(p):
        raise UsageError(f"{len(p)} images cannot be cut into {splits} splits")
    return float(np.mean([np.exp(_divergence(part)) for part in np.array_split(p, splits)]))


def inception_score_interval(probabilities: ArrayLike, groups: int = GROUPS, confidence: float = 0.95) -> Estimate:
    """Score of all rows at once with a delete-a-group jackknife interval, rows dealt to groups in turn."""
    p = _probabilities(probabilities)
    groups = min(groups, len(p) // 2)
    if groups < 2:
        return Estimate(inception_score(p), 1)
    without = [np.exp(_divergence(p[np.arange(len(p)) % groups != group])) for group in range(groups)]
    return jackknife(inception_score(p), without, confidence)


def _divergence(p: Floats) -> float:
    marginal = p.mean(0)
    return float((xlogy(p, p) - xlogy(p, np.where(marginal > 0, marginal, 1))).sum(1).mean())


def _probabilities(values: ArrayLike) -> Floats:
    p = np.asarray(values, np.float64)
    if p.ndim != 2 or not p.size or not np.isfinite(p).all() or (p < 0).any():
        raise UsageError(f"class probabilities must be finite, from 0 up and of shape (n, classes), not {p.shape}")
    if np.abs(p.sum(1) - 1).max() > 1e-4:
        raise UsageError("class probabilities of an image must add up to 1; give the softmax, not logits")
    return np.asarray(p / p.sum(1, keepdims=True))
