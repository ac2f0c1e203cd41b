"""Frechet distance between two sets of feature vectors, in float64 (Dowson & Landau 1982; Heusel et al. 2017).

d^2 = |m1 - m2|^2 + tr S1 + tr S2 - 2 tr (S1 S2)^(1/2), with unbiased covariances. The last trace is found

| case | by |
|---|---|
| fewer rows than dimensions on both sides | singular values of M = Xc Yc', or eigenvalues of M M' where safe |
| S1 positive definite | S1 = L L', eigenvalues of L' S2 L |
| else | R = S1^(1/2) by eigenvectors, eigenvalues of R S2 R |

so that no matrix square root of a non-symmetric product, and none of its imaginary round-off, appears.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import linalg

from ...core import UsageError
from ..statistics import Estimate, Floats, jackknife

GROUPS = 20
WELL_CONDITIONED = 1e-10
"""Least ratio of the eigenvalues of M M' for their roots to be right to 1e-11 of the largest."""


@dataclass(frozen=True, slots=True)
class Moments:
    """Row count, mean (d,) and centred sum of products (d, d) of feature vectors; parts merge without cancellation."""

    n: int
    mean: Floats
    scatter: Floats

    @classmethod
    def of(cls, features: ArrayLike) -> "Moments":
        """Moments of features of shape (n, d)."""
        x = _rows(features)
        centred = x - x.mean(0)
        return cls(len(x), x.mean(0), centred.T @ centred)

    def merge(self, other: "Moments") -> "Moments":
        """Moments of both sets of rows together (Chan, Golub & LeVeque 1979)."""
        n = self.n + other.n
        shift = other.mean - self.mean
        mean = self.mean + shift * (other.n / n)
        scatter = self.scatter + other.scatter + np.outer(shift, shift) * (self.n * other.n / n)
        return Moments(n, mean, scatter)

    @property
    def covariance(self) -> Floats:
        """Unbiased covariance (d, d)."""
        return self.scatter / (self.n - 1)


def frechet_distance(first: ArrayLike, second: ArrayLike) -> float:
    """Squared Frechet distance, as FID reports it, of features (n, d) and (m, d) with two rows or more. Range [0, inf).

    It is biased upward by about tr(S) (1/n + 1/m) / 2 or more: compare values of equal n and m only.

    >>> frechet_distance([[0.0], [2.0]], [[3.0], [5.0]])
    9.0
    """
    x, y = _rows(first), _rows(second)
    if x.shape[1] != y.shape[1]:
        raise UsageError(f"features must have one dimension on both sides, not {x.shape[1]} and {y.shape[1]}")
    if max(len(x), len(y)) > x.shape[1]:
        return frechet_from_moments(Moments.of(x), Moments.of(y))
    xc, yc = x - x.mean(0), y - y.mean(0)
    cross = _nuclear_norm(xc @ yc.T) / np.sqrt((len(x) - 1.0) * (len(y) - 1.0))
    spread = (xc**2).sum() / (len(x) - 1) + (yc**2).sum() / (len(y) - 1)
    return _distance(x.mean(0) - y.mean(0), float(spread), float(cross))


def frechet_from_moments(first: Moments, second: Moments) -> float:
    """The same from means and covariances: for features that were streamed."""
    if min(first.n, second.n) < 2:
        raise UsageError("a Frechet distance needs at least two rows on each side")
    a, b = first.covariance, second.covariance
    cross = _trace_of_root(a, b)
    return _distance(first.mean - second.mean, float(np.trace(a) + np.trace(b)), cross)


def frechet_interval(first: ArrayLike, second: ArrayLike, groups: int = GROUPS, confidence: float = 0.95) -> Estimate:
    """Distance with a delete-a-group jackknife interval: group g leaves both sides at once.

    Rows are dealt to groups in turn; ``n`` of the result counts groups. No resampling with replacement: repeated rows
    would raise the bias.
    """
    x, y = _rows(first), _rows(second)
    groups = min(groups, len(x) // 3, len(y) // 3)
    value = frechet_distance(x, y)
    if groups < 2:
        return Estimate(value, 1)
    without = [
        frechet_distance(x[np.arange(len(x)) % groups != g], y[np.arange(len(y)) % groups != g]) for g in range(groups)
    ]
    return jackknife(value, without, confidence)


def _nuclear_norm(cross: Floats) -> float:
    """Sum of the singular values of a cross product of centred rows, (n, m): the smallest is 0 where n = m."""
    small = cross if len(cross) <= cross.shape[1] else cross.T
    squares = linalg.eigvalsh(small @ small.T)
    kept = squares[1:]  # rows that add up to 0 leave one root at 0, and squared it would be round-off
    if len(kept) and kept[0] > WELL_CONDITIONED * kept[-1]:
        return float(np.sqrt(kept).sum())
    return float(linalg.svdvals(cross).sum())


def _trace_of_root(a: Floats, b: Floats) -> float:
    """tr (a b)^(1/2): its square has the eigenvalues of L' b L, for any L with L L' = a."""
    try:
        factor = linalg.cholesky(a, lower=True)
        if np.diag(factor).min() ** 2 < np.finfo(float).eps * len(a) * np.diag(a).max():
            raise linalg.LinAlgError
        # LAPACK's reduction of a generalized problem, itype 2: L' b L at a third of the cost of two products
        product = linalg.lapack.dsygst(b, factor, itype=2, lower=1)[0]
    except linalg.LinAlgError:
        values, vectors = linalg.eigh(a)
        factor = vectors * np.sqrt(np.maximum(values, 0))
        product = factor.T @ b @ factor
    squares = linalg.eigvalsh(product, lower=True)
    # below this an eigenvalue is round-off, and its root (1e-8 of the largest) would not be
    floor = np.finfo(float).eps * len(squares) * max(squares.max(), 0)
    return float(np.sqrt(squares[squares > floor]).sum())


def _distance(shift: Floats, spread: float, cross: float) -> float:
    # never negative in exact arithmetic; round-off may leave -1e-12
    return max(0.0, float(shift @ shift) + spread - 2 * cross)


def _rows(features: ArrayLike) -> Floats:
    x = np.asarray(features, np.float64)
    if x.ndim != 2 or len(x) < 2 or not np.isfinite(x).all():
        raise UsageError(f"features must be finite and of shape (n, d) with n >= 2, not {x.shape}")
    return x
