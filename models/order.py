"""Which examples stand in which step: a pure function of the plan and the step, with nothing to store."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ..core import generator


@dataclass(frozen=True, slots=True)
class StepPlan:
    """Everything that the order of examples depends on.

    Ordinary examples are 0 to ``examples`` - 1 and come again with each pass. The ``planted`` ones follow them and are
    shown once each, at places that the seed draws from the whole of the training.
    """

    seed: int
    batch: int
    steps: int
    examples: int
    planted: int = 0


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
        order[epochs == epoch] = permutation(plan.seed, int(epoch), plan.examples)[inside[epochs == epoch]]
    here = np.isin(positions, places)
    order[here] = plan.examples + planted[before[here]]
    return order


@lru_cache(maxsize=4)
def permutation(seed: int, epoch: int, n: int) -> np.ndarray:
    """The order of the n examples in one pass, int64 of shape (n,)."""
    return generator(seed, "order", epoch).permutation(n)


@lru_cache(maxsize=4)
def _plantings(seed: int, positions: int, planted: int) -> tuple[np.ndarray, np.ndarray]:
    """Ascending positions of the planted examples, and which of them stands at each."""
    rng = generator(seed, "plantings")
    return np.sort(rng.permutation(positions)[:planted]), rng.permutation(planted)
