"""What one pass over distances tells: precision, recall, density, coverage; who copies; how near the nearest are.

| number | source |
|---|---|
| precision, recall | Kynkaanniemi et al. 2019, arXiv 1904.06991 |
| density, coverage | Naeem et al. 2020, arXiv 2002.09797, equations 3 and 5 |
| authenticity | Alaa et al. 2022, arXiv 2102.08921, section 4.3 |
| nearest-neighbour distance ratio (NNDR) | Lowe 2004, section 7.1, of a sample against the training data |
| C_T | Meehan et al. 2020, arXiv 2004.05675 |
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike

from ...core import UsageError
from ..statistics import Floats
from .distances import Sides, blocks_between, nearest_within, two_nearest

K = 5


@dataclass(frozen=True)
class Nearest:
    """Of each row: ``nearest`` and ``second`` the distances to the two nearest real rows, ``source`` the nearest one,
    ``spacing`` the distance of that one to its nearest other real row, ``authentic`` whether the row is farther from it
    than that.
    """

    nearest: Floats
    second: Floats
    source: np.ndarray
    spacing: Floats
    authentic: np.ndarray

    def rows(self, places: np.ndarray) -> "Nearest":
        """Some of the rows."""
        return Nearest(
            self.nearest[places],
            self.second[places],
            self.source[places],
            self.spacing[places],
            self.authentic[places],
        )

    @property
    def closeness(self) -> Floats:
        """Distance of each row to its nearest real row over that row's spacing: 0 is a copy, above 1 is authentic."""
        apart = np.divide(self.nearest, self.spacing, out=np.full_like(self.nearest, np.inf), where=self.spacing > 0)
        return np.where(self.nearest > 0, apart, 0.0)

    @property
    def ratios(self) -> Floats:
        """NNDR of each row: nearest over second nearest, from 0 (a copy) to 1; of two copies of a row it is 1."""
        return np.divide(self.nearest, self.second, out=np.ones_like(self.nearest), where=self.second > 0)


@dataclass(frozen=True)
class Neighbourhoods(Nearest):
    """Everything that follows from the distances of fakes (m, d) to real rows (n, d) and within each set.

    Of each fake also: ``inside`` how many real balls it lies in. Of each real row: ``reached`` whether a fake ball
    holds it, ``covered`` whether its own holds a fake.
    """

    k: int
    precision: str
    inside: Floats
    reached: np.ndarray
    covered: np.ndarray

    @property
    def in_manifold(self) -> np.ndarray:
        """Of each fake, whether some real ball holds it: its mean is the precision."""
        return self.inside > 0

    @property
    def density_terms(self) -> Floats:
        """Of each fake, the real balls that hold it over k: the mean is the density, 1 where both laws are one."""
        return self.inside / self.k


@torch.inference_mode()
def neighbourhoods(real: ArrayLike, fake: ArrayLike, k: int = K, precision: str | None = None) -> Neighbourhoods:
    """One pass over the distances of features (n, d) and (m, d), each with more than ``k`` rows.

    A ball has the distance to the k-th nearest other row of its set as radius, and holds what lies strictly inside, as
    in the authors' code: around copies of a row its radius is 0 and it holds nothing.
    """
    if k < 1:
        raise UsageError(f"k = {k} must be 1 or more")
    sides = Sides.of(real, fake, precision)
    own = nearest_within(sides.real, k)
    theirs = torch.from_numpy(nearest_within(sides.fake, k)[:, -1]).to(sides.fake.dtype)
    radius, closest = (torch.from_numpy(own[:, place]).to(sides.real.dtype) for place in (-1, 0))
    n, m = len(sides.real), len(sides.fake)
    inside, near, source = torch.zeros(m), torch.zeros(m, 2, dtype=sides.real.dtype), torch.zeros(m, dtype=torch.long)
    reached, covered = torch.zeros(n, dtype=torch.bool), torch.zeros(n, dtype=torch.bool)
    for here, block in blocks_between(sides.fake, sides.real):
        held = block < radius
        inside[here] = held.sum(1).float()
        covered |= held.any(0)
        reached |= (block < theirs[here, None]).any(0)
        found = torch.topk(block, min(2, n), largest=False)
        near[here], source[here] = found.values, found.indices[:, 0]
    distances = near.double().sqrt().numpy()
    return Neighbourhoods(
        k=k,
        precision=sides.precision,
        inside=inside.double().numpy(),
        nearest=distances[:, 0],
        second=distances[:, 1],
        source=source.numpy(),
        spacing=closest[source].double().sqrt().numpy(),
        authentic=(near[:, 0] > closest[source]).numpy(),
        reached=reached.numpy(),
        covered=covered.numpy(),
    )


@torch.inference_mode()
def nearest_to(real: ArrayLike, fake: ArrayLike, precision: str | None = None) -> Nearest:
    """Of each fake (m, d) the part of :func:`neighbourhoods` that says whether it copies a real row (n, d), n >= 2.

    The spacing is looked for around those real rows alone that are nearest to a fake: with m far below n that is the
    cost of two passes of m x n distances at most, where all balls take one of n x n.
    """
    sides = Sides.of(real, fake, precision)
    if len(sides.real) < 2:
        raise UsageError("the spacing of real rows needs two of them")
    near, places = two_nearest(sides.fake, sides.real)
    source = places[:, 0]
    nearest_ones, place = torch.unique(source, return_inverse=True)
    spacing = two_nearest(sides.real[nearest_ones], sides.real, nearest_ones)[0][place, 0]
    distances = near.double().sqrt().numpy()
    return Nearest(
        distances[:, 0],
        distances[:, 1],
        source.numpy(),
        spacing.double().sqrt().numpy(),
        (near[:, 0] > spacing).numpy(),
    )


def expected_coverage(n: int, m: int, k: int) -> float:
    """Expected coverage of n real rows by m fakes of the same law: 1 - prod_{i < k} (n - 1 - i) / (n + m - 1 - i).

    A ball stays empty where the k nearest of the other n + m - 1 rows are all real. For n = m it is Naeem et al. 2020,
    lemma 2.
    """
    place = np.arange(k)
    return float(1 - np.prod((n - 1 - place) / (n + m - 1 - place)))
