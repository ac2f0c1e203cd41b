"""The Frechet distance of endless samples: a line through distances of subsamples against 1 / N (Chong & Forsyth 2020).

FID-infinity, arXiv 1911.07023. The bias of a Frechet distance goes as 1 / N on *each* side, so both sides are
subsampled, to one N: thinning the generated side alone leaves the bias of the real one in the limit.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError, generator
from ..statistics import Estimate, Floats, jackknife
from .distances import checked
from .frechet import frechet_distance

POINTS, GROUPS = 10, 10
SMALLEST = 0.2
"""The smallest subsample as a share of the smaller side."""


@dataclass(frozen=True)
class FrechetLimit:
    """``estimate`` is the intercept; ``sizes`` and ``distances`` are the points that the line was laid through."""

    estimate: Estimate
    sizes: tuple[int, ...]
    distances: tuple[float, ...]


def frechet_limit(
    first: ArrayLike, second: ArrayLike, seed: int = 0, points: int = POINTS, groups: int = GROUPS
) -> FrechetLimit:
    """The limit for features (n, d) and (m, d), from ``points`` sizes evenly spaced in 1 / N, subsamples by ``seed``.

    The interval is a delete-a-group jackknife of the whole construction. Around 0 the limit may be negative: it is not
    clipped. Raises :class:`UsageError` below 20 rows on a side.
    """
    x, y = checked(first, second)
    least = min(len(x), len(y))
    if least < 20:
        raise UsageError(f"a limit needs 20 rows on each side, not {len(x)} and {len(y)}")
    sizes, distances = _points(x, y, seed, points)
    value = _intercept(sizes, distances)
    groups = min(groups, least // 10)
    if groups < 2:
        return FrechetLimit(Estimate(value, 1), sizes, distances)
    without = [
        _intercept(*_points(_less(x, groups, group), _less(y, groups, group), seed, points)) for group in range(groups)
    ]
    return FrechetLimit(jackknife(value, without), sizes, distances)


def _points(x: Floats, y: Floats, seed: int, points: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    most = min(len(x), len(y))
    inverse = np.linspace(1 / max(2, round(SMALLEST * most)), 1 / most, points)
    sizes = tuple(int(size) for size in np.unique(np.round(1 / inverse)))
    return sizes, tuple(frechet_distance(*(_drawn(side, n, seed, k) for k, side in enumerate((x, y)))) for n in sizes)


def _drawn(rows: Floats, n: int, seed: int, side: int) -> Floats:
    order = generator(seed, "frechet limit", side, n).permutation(len(rows))
    return np.asarray(rows[np.sort(order[:n])])


def _intercept(sizes: tuple[int, ...], distances: tuple[float, ...]) -> float:
    """The value at 1 / N = 0 of the least-squares line."""
    slope, intercept = np.polyfit(1 / np.array(sizes), np.array(distances), 1)
    return float(intercept)


def _less(rows: Floats, groups: int, group: int) -> Floats:
    return np.asarray(rows[np.arange(len(rows)) % groups != group])
