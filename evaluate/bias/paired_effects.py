"""Two groups in the same templates: the signed difference of a feature, and a distance in which nothing cancels.

| quantity | definition | identities |
|---|---|---|
| difference | mean over templates of mean(first) - mean(second) | equal outputs 0, a constant shift c gives c |
| distance | mean over templates of Wasserstein-1 between both sides' values | the same; opposite effects add up |
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core import UsageError, generator
from ..statistics import Estimate, mean_interval, paired_difference, permutation_p

PERMUTATIONS = 999


@dataclass(frozen=True)
class Effect:
    """``difference`` with its sign-permutation ``p``; ``distance`` with ``distance_p`` and ``chance`` (95 %).

    ``gaps`` (templates,) are the differences of the templates; ``outputs`` is the number of values a side and template.
    """

    difference: Estimate
    p: float
    distance: Estimate
    chance: float
    distance_p: float
    gaps: np.ndarray
    outputs: int


def wasserstein_1(first: np.ndarray, second: np.ndarray) -> float:
    """Distance of two sets of as many values: the mean difference of their order statistics.

    >>> wasserstein_1(np.array([0.0, 1.0]), np.array([3.0, 2.0]))
    2.0
    """
    if first.shape != second.shape or not len(first):
        raise UsageError(f"both sides need as many values, and one at least, not {len(first)} and {len(second)}")
    return float(np.abs(np.sort(first) - np.sort(second)).mean())


def paired_effect(first: Sequence[np.ndarray], second: Sequence[np.ndarray], seed: int) -> Effect:
    """The effect over templates; each side has the values of its outputs to each template: (templates, outputs).

    Chance gives both sides of a template the outputs of either at random.
    """
    a, b = np.asarray(first, np.float64), np.asarray(second, np.float64)
    if a.shape != b.shape or a.ndim != 2 or not a.size or not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise UsageError(f"an effect needs finite values of shape (templates, outputs) twice, not {a.shape}, {b.shape}")
    gaps = a.mean(1) - b.mean(1)
    apart = np.abs(np.sort(a, 1) - np.sort(b, 1)).mean(1)
    null = _null(a, b, seed)
    observed = float(apart.mean())
    p = (1 + int((null >= observed - 1e-12).sum())) / (len(null) + 1)
    difference = paired_difference(a.mean(1), b.mean(1))
    return Effect(
        difference, permutation_p(gaps, seed), mean_interval(apart), float(np.quantile(null, 0.95)), p, gaps, a.shape[1]
    )


def _null(a: np.ndarray, b: np.ndarray, seed: int) -> np.ndarray:
    both, n = np.concatenate([a, b], axis=1), a.shape[1]
    rng = generator(seed, "counterfactual")
    found = np.empty(PERMUTATIONS)
    for k in range(PERMUTATIONS):
        mixed = rng.permuted(both, axis=1)
        found[k] = np.abs(np.sort(mixed[:, :n], 1) - np.sort(mixed[:, n:], 1)).mean()
    return found
