"""Which examples stand in which step: a pure function of the plan and the step, with nothing to store."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np

from ..core import generator, sha256


@dataclass(frozen=True, eq=False)
class Weights:
    """How often each example comes in a pass, on average: float64 of shape (examples,) with mean 1."""

    values: np.ndarray

    @classmethod
    def of(cls, values: np.ndarray) -> "Weights":
        """Weights in proportion to ``values``, which are from 0 up and not all 0."""
        shares = np.asarray(values, np.float64) / np.max(values)  # first, so that no sum leaves the range of floats
        return cls(shares * (len(shares) / shares.sum()))

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the values."""
        return sha256(self.values.astype("<f8").tobytes())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Weights) and self.hash == other.hash

    def __hash__(self) -> int:
        return int(self.hash[:15], 16)


@dataclass(frozen=True, slots=True)
class StepPlan:
    """Everything that the order of examples depends on.

    Ordinary examples are 0 to ``examples`` - 1 and come again with each pass: once, or by their ``weights``. The
    ``planted`` ones follow them and are shown once each, at places that the seed draws from the whole of the training.
    """

    seed: int
    batch: int
    steps: int
    examples: int
    planted: int = 0
    weights: Weights | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values; weights by their hash, and left out where there are none."""
        names = ("seed", "batch", "steps", "examples", "planted")
        return {name: getattr(self, name) for name in names} | (
            {} if self.weights is None else {"weights": self.weights.hash}
        )


def examples_at(plan: StepPlan, step: int) -> np.ndarray:
    """Indices of the examples of one step, shape (batch,).

    Ordinary examples run through one endless stream of passes, so a batch may cross the end of a pass.
    """
    positions = np.arange(step * plan.batch, (step + 1) * plan.batch)
    places, planted = _plantings(plan.seed, plan.steps * plan.batch, plan.planted)
    before = np.searchsorted(places, positions)
    epochs, inside = np.divmod(positions - before, plan.examples)
    order = np.empty(plan.batch, np.int64)
    for epoch in np.unique(epochs):
        order[epochs == epoch] = one_pass(plan, int(epoch))[inside[epochs == epoch]]
    here = np.isin(positions, places)
    order[here] = plan.examples + planted[before[here]]
    return order


def one_pass(plan: StepPlan, epoch: int) -> np.ndarray:
    """The examples of one pass in their order, int64 of shape (examples,)."""
    if plan.weights is None:
        return permutation(plan.seed, epoch, plan.examples)
    return weighted_pass(plan.seed, epoch, plan.weights)


@lru_cache(maxsize=4)
def permutation(seed: int, epoch: int, n: int) -> np.ndarray:
    """The order of the n examples in one pass, int64 of shape (n,)."""
    return generator(seed, "order", epoch).permutation(n)


@lru_cache(maxsize=4)
def weighted_pass(seed: int, epoch: int, weights: Weights) -> np.ndarray:
    """n examples for one pass, each within 1 of as often as it weighs: int64 of shape (n,), shuffled.

    Systematic resampling (Kitagawa 1996, JCGS 5, 1-25, appendix) of the shuffled examples.
    """
    rng, n = generator(seed, "weighted order", epoch), len(weights.values)
    shuffled = rng.permutation(n)
    ends = np.cumsum(weights.values[shuffled])
    points = (rng.random() + np.arange(n)) * (ends[-1] / n)
    picked = shuffled[np.minimum(np.searchsorted(ends, points, "right"), n - 1)]
    return rng.permutation(picked)


@lru_cache(maxsize=4)
def _plantings(seed: int, positions: int, planted: int) -> tuple[np.ndarray, np.ndarray]:
    """Ascending positions of the planted examples, and which of them stands at each."""
    rng = generator(seed, "plantings")
    return np.sort(rng.permutation(positions)[:planted]), rng.permutation(planted)
