"""Precision, recall, density and coverage with intervals that hold the truth as often as they say."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike

from ...core import generator
from ..statistics import Estimate, Floats, positive_from_halves, share_from_halves
from .distances import checked
from .neighbours import K, Neighbourhoods, neighbourhoods

NAMES = ("precision", "recall", "density", "coverage")
SPLITS = 20


def precision_recall(
    real: ArrayLike, fake: ArrayLike, k: int = K, seed: int = 0, found: Neighbourhoods | None = None
) -> dict[str, Estimate]:
    """The four numbers of features (n, d) and (m, d), by name; ``found`` where their neighbourhoods are there already.

    Intervals are those of two new samples of the same sizes, from 20 random splits of both sides in halves, drawn by
    ``seed``; there is none where a half would have no more than ``k`` rows.
    """
    x, y = checked(real, fake)
    found = found or neighbourhoods(x, y, k)
    value = rates(found)
    sizes = len(y), len(x), len(y), len(x)
    if min(len(x), len(y)) // 2 <= k:
        return {name: Estimate(v, 1) for name, v in zip(NAMES, value.tolist(), strict=True)}
    halves = np.array([[rates(neighbourhoods(*side, k)) for side in pair] for pair in _splits(x, y, seed)])
    kinds = {"density": positive_from_halves}
    return {
        name: kinds.get(name, share_from_halves)(float(value[i]), sizes[i], halves[:, :, i])
        for i, name in enumerate(NAMES)
    }


def rates(found: Neighbourhoods) -> Floats:
    """Precision, recall, density, coverage."""
    parts = (found.in_manifold, found.reached, found.density_terms, found.covered)
    return np.array([part.mean() for part in parts], np.float64)


def _splits(x: Floats, y: Floats, seed: int) -> Iterator[tuple[tuple[Floats, Floats], tuple[Floats, Floats]]]:
    for split in range(SPLITS):
        first, second = (
            generator(seed, "halves", side, split).permutation(len(rows)) % 2 == 0 for side, rows in enumerate((x, y))
        )
        yield (x[first], y[second]), (x[~first], y[~second])
