"""Which examples stand in which step: a pure function of (seed, step), with nothing to store."""

from functools import lru_cache

import numpy as np

from ..core import generator


@lru_cache(maxsize=4)
def permutation(seed: int, epoch: int, n: int) -> np.ndarray:
    """The order of the n examples in one pass, int64 of shape (n,)."""
    return generator(seed, "order", epoch).permutation(n)


def examples_at(seed: int, step: int, batch: int, n: int) -> np.ndarray:
    """Indices of the examples of one step, shape (batch,).

    Positions run through one endless stream of passes, so a batch may cross the end of a pass.
    """
    positions = np.arange(step * batch, (step + 1) * batch)
    epochs, places = np.divmod(positions, n)
    return np.concatenate([permutation(seed, int(epoch), n)[places[epochs == epoch]] for epoch in np.unique(epochs)])
