"""Distances by kernels: KID, the unbiased squared MMD with a cubic kernel, and CMMD, the biased one with a Gaussian.

Gretton et al. 2012 (JMLR 13, 723-773), equations 3 and 5. KID: Binkowski et al. 2018, arXiv 1801.01401. CMMD:
Jayasumana et al. 2024, arXiv 2401.09603. All pairs count, not random subsets: there is no noise beside that of the
samples, and sums of rows give every leave-one-out value, so that the jackknife is exact.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ...core import UsageError
from ..statistics import Estimate, Floats, mmd_interval
from .distances import BLOCK, checked
from .two_sample import two_sample_jackknife

CMMD_SIGMA, CMMD_SCALE = 10.0, 1_000.0
Kernel = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class KernelSums:
    """Sums of k over the others of the same set, (n,) and (m,), and over the other set, (n,) and (m,)."""

    first: Floats
    second: Floats
    first_across: Floats
    second_across: Floats


def kernel_inception_distance(
    first: ArrayLike, second: ArrayLike, precision: str = "float64", confidence: float = 0.95
) -> Estimate:
    """KID of features (n, d) and (m, d), three rows or more each, with kernel (x.y / d + 1)^3.

    Jackknife interval over the rows of both sides. Negative values are not clipped: around 0 they say that no
    difference is seen.
    """
    sums = kernel_sums(first, second, lambda x, y: (x @ y.T / x.shape[1] + 1) ** 3, precision)
    return mmd_interval(sums.first, sums.second, sums.first_across, sums.second_across, confidence)


def cmmd(first: ArrayLike, second: ArrayLike, sigma: float = CMMD_SIGMA, confidence: float = 0.95) -> Estimate:
    """1,000 times the biased squared MMD of features at length 1, kernel exp(-|x - y|^2 / (2 sigma^2)). From 0 up.

    The published values use embeddings of CLIP ViT-L/14 at 336 pixels: with others the number is another.
    """
    x, y = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in _with_length(first, second))
    sums = kernel_sums(x, y, lambda a, b: torch.exp((a @ b.T - 1) / sigma**2), "float64")
    n, m = len(x), len(y)
    own, theirs, across = sums.first + 1, sums.second + 1, sums.first_across  # an item is like itself: k = 1
    value = own.sum() / n**2 + theirs.sum() / m**2 - 2 * across.sum() / (n * m)
    without = [_biased_without(*part) for part in ((own, theirs, across), (theirs, own, sums.second_across))]
    without_x, without_y = (CMMD_SCALE * part for part in without)
    return two_sample_jackknife(CMMD_SCALE * max(0.0, float(value)), without_x, without_y, confidence)


@torch.inference_mode()
def kernel_sums(first: ArrayLike, second: ArrayLike, kernel: Kernel, precision: str = "float64") -> KernelSums:
    """Sums over all pairs, blocks of a symmetric half at a time. ``kernel`` maps (a, d), (b, d) to (a, b)."""
    x, y = (torch.from_numpy(side).to(getattr(torch, precision)) for side in checked(first, second))
    if min(len(x), len(y)) < 3:
        raise UsageError(f"a kernel distance needs three rows on each side, not {len(x)} and {len(y)}")
    rows, columns = torch.zeros(len(x), dtype=torch.float64), torch.zeros(len(y), dtype=torch.float64)
    for low in range(0, len(x), BLOCK):
        for left in range(0, len(y), BLOCK):
            block = kernel(x[low : low + BLOCK], y[left : left + BLOCK])
            rows[low : low + BLOCK] += block.sum(1, dtype=torch.float64)
            columns[left : left + BLOCK] += block.sum(0, dtype=torch.float64)
    return KernelSums(_within(x, kernel), _within(y, kernel), rows.numpy(), columns.numpy())


def _within(rows: Tensor, kernel: Kernel) -> Floats:
    sums = torch.zeros(len(rows), dtype=torch.float64)
    for low in range(0, len(rows), BLOCK):
        for left in range(low, len(rows), BLOCK):
            block = kernel(rows[low : low + BLOCK], rows[left : left + BLOCK])
            if low == left:
                block.fill_diagonal_(0)
            else:
                sums[left : left + BLOCK] += block.sum(0, dtype=torch.float64)
            sums[low : low + BLOCK] += block.sum(1, dtype=torch.float64)
    return np.asarray(sums)


def _biased_without(own: Floats, theirs: Floats, across: Floats) -> Floats:
    n, m = len(own), len(theirs)
    left = (own.sum() - 2 * own + 1) / (n - 1) ** 2
    return np.asarray(left + theirs.sum() / m**2 - 2 * (across.sum() - across) / ((n - 1) * m))


def _with_length(first: ArrayLike, second: ArrayLike) -> tuple[Floats, Floats]:
    x, y = checked(first, second)
    if not (np.linalg.norm(x, axis=1).all() and np.linalg.norm(y, axis=1).all()):
        raise UsageError("a feature vector of zeros has no direction; leave it out")
    return x, y
