"""Vendi score: how many different items there are, counted by a similarity (Friedman & Dieng 2023, arXiv 2210.02410).

exp of the entropy of the eigenvalues of K / n, where K (n, n) holds similarities with 1 on the diagonal. n items of
which no two are alike give n, n copies of one give 1.
"""

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError
from ..statistics import Floats

DIAGONAL = 1e-6
"""How far a diagonal may be from 1: the round-off of similarities that were computed in float32."""


def vendi_score(kernel: ArrayLike) -> float:
    """The score of a positive semi-definite similarity matrix (n, n) with ones on its diagonal. Range [1, n].

    >>> round(vendi_score([[1, 0, 0], [0, 1, 0], [0, 0, 1]]), 9)
    3.0
    """
    k = np.asarray(kernel, np.float64)
    if k.ndim != 2 or k.shape[0] != k.shape[1] or not len(k) or not np.isfinite(k).all():
        raise UsageError(f"a Vendi score needs finite similarities of shape (n, n), not {k.shape}")
    if np.abs(np.diag(k) - 1).max() > DIAGONAL:
        raise UsageError("a Vendi score needs similarities that are 1 for an item and itself")
    if not np.allclose(k, k.T, atol=DIAGONAL):
        raise UsageError("a Vendi score needs similarities that are the same both ways")
    return _of_eigenvalues(np.asarray(np.linalg.eigvalsh(k / len(k)), np.float64))


def vendi_from_features(features: ArrayLike) -> float:
    """The score of the cosine similarities of feature vectors (n, d); the smaller of the n x n and d x d products."""
    x = unit_rows(features)
    gram = x @ x.T if len(x) <= x.shape[1] else x.T @ x
    return _of_eigenvalues(np.asarray(np.linalg.eigvalsh(gram / len(x)), np.float64))


def vendi_without(features: ArrayLike, groups: int) -> Floats:
    """The score without each of ``groups`` groups of rows, dealt in turn, shape (groups,): for a jackknife."""
    x = unit_rows(features)
    if not 2 <= groups <= len(x):
        raise UsageError(f"{len(x)} items cannot be dealt to {groups} groups")
    return np.array([vendi_from_features(x[np.arange(len(x)) % groups != g]) for g in range(groups)])


def unit_rows(features: ArrayLike) -> Floats:
    """Feature vectors (n, d) at length 1; one that is not finite or has no length raises :class:`UsageError`."""
    x = np.asarray(features, np.float64)
    if x.ndim != 2 or not x.size or not np.isfinite(x).all():
        raise UsageError(f"features must be finite and of shape (n, d), not {x.shape}")
    lengths = np.linalg.norm(x, axis=1, keepdims=True)
    if not lengths.all():
        raise UsageError("a feature vector of zeros is like nothing, not even itself; leave it out")
    scaled: Floats = x / lengths
    return scaled


def _of_eigenvalues(values: Floats) -> float:
    # round-off may leave -1e-17; what is that small adds nothing to an entropy
    kept = values[values > 0]
    return float(np.exp(-(kept * np.log(kept)).sum()))
