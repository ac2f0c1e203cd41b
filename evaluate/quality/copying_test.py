"""C_T: whether samples lie nearer to the training data than fresh data do (Meehan et al. 2020, arXiv 2004.05675).

In each cell of the space, samples and held-out data are ranked by their distance to the nearest training row; the
Mann-Whitney statistic of the two is standardised and averaged over cells, weighted by how much held-out data each has.
Far below 0: copying. Far above 0: samples lie away from the data. About N(0, 1) per cell where both have one law.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy import stats

from ...core import UsageError
from ..statistics import Floats
from .distances import Sides, blocks_between, checked

CELLS = 3
LEAST = 20
"""Rows of either side that a cell needs."""


@dataclass(frozen=True)
class CopyingTest:
    """``statistic`` is C_T; of each cell that took part: held-out rows, samples, and the standardised statistic.

    ``p`` is one-sided, against copying: the weighted mean of independent standard normal cells.
    """

    statistic: float
    p: float
    held_out: tuple[int, ...]
    samples: tuple[int, ...]
    z: tuple[float, ...]
    left_out: int


def copying_test(
    train: ArrayLike,
    held_out: ArrayLike,
    fake: ArrayLike,
    cells: int = CELLS,
    seed: int = 0,
    least: int = LEAST,
    distances: tuple[Floats, Floats] | None = None,
) -> CopyingTest:
    """C_T of features: train (n, d), held-out (t, d) and generated (m, d).

    ``distances``: those of held-out and generated rows to the nearest training row, (t,) and (m,), where another pass
    has found them. Raises :class:`UsageError` where no cell has ``least`` rows of both sides.
    """
    places = _cells_of(train, (held_out, fake), cells, seed)
    if distances is None:
        distances = nearest_distances(train, held_out), nearest_distances(train, fake)
    found = []
    for cell in range(cells):
        test, made = (d[p == cell] for d, p in zip(distances, places, strict=True))
        if min(len(test), len(made)) >= least:
            found.append((len(test), len(made), mann_whitney_z(made, test)))
    if not found:
        raise UsageError(f"no cell holds {least} held-out rows and {least} samples; give more of both")
    sizes, samples, z = zip(*found, strict=True)
    weights = np.array(sizes) / sum(sizes)
    statistic = float(weights @ np.array(z))
    p = float(stats.norm.cdf(statistic / np.sqrt((weights**2).sum())))
    return CopyingTest(statistic, p, sizes, samples, z, cells - len(found))


def mann_whitney_z(first: ArrayLike, second: ArrayLike) -> float:
    """The standardised number of pairs in which ``first`` is larger, ties counted half; 0 where all are equal."""
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    together = np.concatenate([a, b])
    ranks, n, m = stats.rankdata(together), len(a), len(b)
    u = ranks[:n].sum() - n * (n + 1) / 2
    _, counts = np.unique(together, return_counts=True)
    ties = float((counts**3.0 - counts).sum()) / ((n + m) * (n + m - 1))
    variance = n * m / 12 * (n + m + 1 - ties)
    return float((u - n * m / 2) / np.sqrt(variance)) if variance > 0 else 0.0


@torch.inference_mode()
def nearest_distances(train: ArrayLike, rows: ArrayLike) -> Floats:
    """Distance of each row (m, d) to the nearest training row: float64 (m,). No training row is left out."""
    sides = Sides.of(train, rows)
    found = [block.amin(1) for _, block in blocks_between(sides.fake, sides.real)]
    return np.asarray(torch.cat(found).double().sqrt())


def _cells_of(train: ArrayLike, sides: tuple[ArrayLike, ArrayLike], cells: int, seed: int) -> list[np.ndarray]:
    from sklearn.cluster import KMeans

    pairs = [checked(train, side) for side in sides]
    if cells > len(pairs[0][0]):
        raise UsageError(f"{cells} cells need as many training rows, not {len(pairs[0][0])}")
    found = KMeans(cells, n_init=1, random_state=seed).fit(pairs[0][0])
    return [np.asarray(found.predict(side)) for _, side in pairs]
