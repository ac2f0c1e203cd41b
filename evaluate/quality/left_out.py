"""Real rows in the place of fakes: each is held against all other real rows, with itself left out of everything.

A fake of the same law and n real rows are n + 1 exchangeable rows; a real row and the n - 1 others are n of them. So
the shares of authentic rows agree on average where the laws are one, and no row of the reference is set aside for it.
"""

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from ...core import UsageError
from ..statistics import Estimate, Floats, finite, t_interval
from .distances import Sides, blocks_between
from .neighbours import Nearest


def left_out(real: ArrayLike, precision: str | None = None) -> Nearest:
    """What :func:`neighbourhoods` tells of a fake, of each real row (n, d) against the others; three rows or more.

    ``authentic`` is then: not the mutual nearest neighbour of any row.
    """
    rows = Sides.of(real, real, precision).real
    if len(rows) < 3:
        raise UsageError(f"to leave a row out takes three rows, not {len(rows)}")
    squares, index = _two_nearest(rows)
    source, here = index[:, 0], np.arange(len(rows))
    # the nearest other row of the source, where that is the row that was left out, is its second nearest
    spacing = np.where(index[source, 0] == here, squares[source, 1], squares[source, 0])
    distances = np.sqrt(squares)
    return Nearest(distances[:, 0], distances[:, 1], source, np.sqrt(spacing), squares[:, 0] > spacing)


def families(source: np.ndarray) -> np.ndarray:
    """Number (n,) of the chain of nearest neighbours that each row belongs to, from the nearest other row of each."""
    n = len(source)
    links = csr_matrix((np.ones(n), (np.arange(n), source)), (n, n))
    return np.asarray(connected_components(links, directed=False)[1])


def clustered_gap(
    first: ArrayLike, second: ArrayLike, clusters: tuple[np.ndarray, np.ndarray], confidence: float = 0.95
) -> Estimate:
    """Difference of two means whose items share clusters: (n,), (m,), and the cluster of each item of both.

    What a cluster adds to the difference is one independent item; Student's t with one degree of freedom less than
    there are clusters (Liang & Zeger 1986). ``n`` counts clusters.
    """
    x, y = finite(first), finite(second)
    names, places = np.unique(np.concatenate(clusters), return_inverse=True)
    parts = np.concatenate([(x - x.mean()) / len(x), -(y - y.mean()) / len(y)])
    sums, number, value = np.bincount(places, parts), len(names), float(x.mean() - y.mean())
    if number < 2:
        return Estimate(value, number)
    return t_interval(value, float(np.sqrt(number / (number - 1) * (sums**2).sum())), number - 1, number, confidence)


@torch.inference_mode()
def _two_nearest(rows: torch.Tensor) -> tuple[Floats, np.ndarray]:
    squares, index = np.empty((len(rows), 2)), np.empty((len(rows), 2), np.int64)
    for here, block in blocks_between(rows, rows):
        block[torch.arange(len(block)), torch.arange(here.start, here.stop)] = torch.inf
        found = torch.topk(block, 2, largest=False)
        squares[here], index[here] = found.values.double().numpy(), found.indices.numpy()
    return squares, index
