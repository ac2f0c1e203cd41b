"""Nearest neighbours within and between two sets of features, block by block: no n x m matrix is ever held.

Squared distances are |x|^2 + |y|^2 - 2 x.y, a matrix product. Features are centred first (distances do not change, the
numbers that cancel get small), and each symmetric block is computed once.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ...core import UsageError
from ..statistics import Floats

BLOCK, CHUNK = 2_048, 256
"""Rows of a block: 2,048 x 2,048 distances are 16 MB in float32."""
SINGLE = 2e9
"""Above so many products (n x m x d) float32 is used: it is twice as fast, and wrong by about 1e-6 of a distance."""


@dataclass(frozen=True)
class Sides:
    """Two centred sets of rows, (n, d) and (m, d), with their squared lengths, in one precision."""

    real: Tensor
    fake: Tensor

    @classmethod
    def of(cls, real: ArrayLike, fake: ArrayLike, precision: str | None = None) -> "Sides":
        """From features; ``precision`` is ``float32`` or ``float64``, by default by the size of the problem."""
        x, y = checked(real, fake)
        if precision is None:
            precision = precision_for(len(x), len(y), x.shape[1])
        centre, dtype = x.mean(0), getattr(torch, precision)
        return cls(torch.from_numpy(x - centre).to(dtype), torch.from_numpy(y - centre).to(dtype))

    @property
    def precision(self) -> str:
        """``float32`` or ``float64``: a part of the protocol."""
        return str(self.real.dtype).removeprefix("torch.")


def precision_for(n: int, m: int, d: int) -> str:
    """The precision that n x m distances of d features are computed in."""
    return "float32" if n * m * d > SINGLE else "float64"


def checked(real: ArrayLike, fake: ArrayLike) -> tuple[Floats, Floats]:
    """Two sets of features as float64 (n, d) and (m, d); :class:`UsageError` where they are none."""
    x, y = (np.ascontiguousarray(side, np.float64) for side in (real, fake))
    for side in (x, y):
        if side.ndim != 2 or not side.size or not np.isfinite(side).all():
            raise UsageError(f"features must be finite and of shape (n, d), not {side.shape}")
    if x.shape[1] != y.shape[1]:
        raise UsageError(f"features must have one dimension on both sides, not {x.shape[1]} and {y.shape[1]}")
    return x, y


@torch.inference_mode()
def nearest_within(rows: Tensor, k: int) -> Floats:
    """Squared distance of each row to its k nearest others: (n, k) ascending; copies of a row count, itself not."""
    if len(rows) <= k:
        raise UsageError(f"{k} neighbours need more than {k} rows, not {len(rows)}; give more, or a smaller k")
    best = torch.full((len(rows), k), torch.inf, dtype=rows.dtype)
    for first, second, block in _pairs(rows):
        if first == second:
            block.fill_diagonal_(torch.inf)
        best[first] = _smallest(best[first], block, k)
        if first != second:
            best[second] = _smallest(best[second], block.T, k)
    return best.double().numpy()


@torch.inference_mode()
def blocks_between(rows: Tensor, others: Tensor) -> Iterator[tuple[slice, Tensor]]:
    """For each block of ``rows`` their squared distances to all of ``others``: (slice, (b, m))."""
    size = max(1, BLOCK * BLOCK // max(len(others), 1))
    lengths = _lengths(others)
    for low in range(0, len(rows), size):
        here = slice(low, min(low + size, len(rows)))
        yield here, _squares(rows[here], others, _lengths(rows[here]), lengths)


@torch.inference_mode()
def two_nearest(rows: Tensor, others: Tensor, own: Tensor | None = None) -> tuple[Tensor, Tensor]:
    """The two smallest squared distances (m, 2) of each row to ``others`` and their places; ``own`` are left out.

    Both lie in the two chunks of smallest minimum: only these are looked at twice. The distances of the two are then
    taken from the differences themselves, so that a copy is at 0 exactly.
    """
    places = torch.zeros(len(rows), 2, dtype=torch.long)
    whole, chunk, lengths = len(others) // CHUNK * CHUNK, torch.arange(CHUNK), _lengths(others)
    size = max(1, BLOCK * BLOCK // max(len(others), 1))
    for low in range(0, len(rows), size):
        here = slice(low, min(low + size, len(rows)))
        # what a row's own length adds to all of its distances changes no order
        block = torch.addmm(lengths[None], rows[here], others.T, alpha=-2)
        each = torch.arange(len(block))[:, None]
        if own is not None:
            block[each[:, 0], own[here]] = torch.inf
        left = torch.arange(whole, len(others)).expand(len(block), -1)
        if whole:
            least = block[:, :whole].reshape(len(block), -1, CHUNK).amin(2)
            best = torch.topk(least, min(2, least.shape[1]), largest=False).indices
            left = torch.cat([(best[:, :, None] * CHUNK + chunk).flatten(1), left], 1)
        places[here] = left[each, torch.topk(block[each, left], 2, largest=False).indices]
    squares = torch.stack([(rows - others[places[:, k]]).square().sum(1) for k in range(2)], 1)
    if own is not None:  # of two rows one is left, and the other place is the row's own
        squares[places == own[:, None]] = torch.inf
    ordered = torch.sort(squares, dim=1, stable=True)
    return ordered.values, places.gather(1, ordered.indices)


def _pairs(rows: Tensor) -> Iterator[tuple[slice, slice, Tensor]]:
    lengths = _lengths(rows)
    parts = [slice(low, min(low + BLOCK, len(rows))) for low in range(0, len(rows), BLOCK)]
    for place, first in enumerate(parts):
        for second in parts[place:]:
            yield first, second, _squares(rows[first], rows[second], lengths[first], lengths[second])


def _squares(x: Tensor, y: Tensor, x_lengths: Tensor, y_lengths: Tensor) -> Tensor:
    found = torch.addmm(y_lengths[None], x, y.T, alpha=-2).add_(x_lengths[:, None])
    # what is left of the distance of a copy is round-off of its length, and a copy it must stay
    floor = (x_lengths[:, None] + y_lengths).mul_(16 * torch.finfo(x.dtype).eps)  # measured: up to 6 in 4,000 rows
    return found.mul_(found > floor)


def _lengths(rows: Tensor) -> Tensor:
    return rows.square().sum(1)


def _smallest(best: Tensor, block: Tensor, k: int) -> Tensor:
    found = torch.topk(block, min(k, block.shape[1]), largest=False).values
    return torch.cat([best, found], 1).topk(k, largest=False).values
