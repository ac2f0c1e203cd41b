"""Two models on the same items: tests and intervals that use the pairing."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from ...core import generator
from .estimate import Estimate, Floats, same_items
from .means import paired_difference
from .rates import are_events

PERMUTATIONS = 10_000
EXACT = 16
"""Up to so many items all 2^n signs are tried: 65,536 sums."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A difference (first minus second) with the p-value of no difference, and the test that it comes from."""

    difference: Estimate
    p: float
    test: str


def paired_test(first: ArrayLike, second: ArrayLike, confidence: float = 0.95, seed: int = 0) -> Comparison:
    """The paired comparison that fits: McNemar for events, the t-test for numbers, permutations below 30 items."""
    a, b = same_items(first, second)
    if are_events(a) and are_events(b):
        return mcnemar(a, b, confidence)
    estimate = paired_difference(a, b, confidence=confidence)
    if len(a) < 30 or estimate.se is None:  # equal differences have no t
        return Comparison(estimate, permutation_p(a - b, seed), "paired permutation of signs")
    return Comparison(estimate, t_p(estimate), "paired t")


def t_p(estimate: Estimate, freedom: float | None = None) -> float:
    """Two-sided p of a value of zero by Student's t with n - 1 degrees of freedom, or as many as given."""
    if estimate.se is None:
        return 1.0
    if estimate.se == 0:
        return 1.0 if estimate.value == 0 else 0.0
    return float(2 * stats.t.sf(abs(estimate.value) / estimate.se, freedom or estimate.n - 1))


def mcnemar(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Comparison:
    """Difference of two rates on the same items (values 0 or 1): exact test on the items where they differ.

    Sources: McNemar 1947, Psychometrika 12, 153-157, with the exact binomial p; the interval is the adjusted Wald of
    Bonett & Price 2012, Journal of Educational and Behavioral Statistics 37, 479-488.
    """
    a, b = same_items(first, second)
    n = len(a)
    up, down = int(((a == 1) & (b == 0)).sum()), int(((a == 0) & (b == 1)).sum())
    p = float(stats.binomtest(up, up + down).pvalue) if up + down else 1.0
    high, low = (up + 1) / (n + 2), (down + 1) / (n + 2)
    se = math.sqrt(max(0.0, high + low - (high - low) ** 2) / (n + 2))
    half = float(stats.norm.ppf((1 + confidence) / 2)) * se
    centre = high - low
    bounds = max(-1.0, centre - half), min(1.0, centre + half)
    return Comparison(Estimate((up - down) / n, n, se, *bounds), p, "McNemar, exact")


def permutation_p(differences: ArrayLike, seed: int = 0, permutations: int = PERMUTATIONS) -> float:
    """Two-sided p of a mean of zero when each difference could as well have the other sign.

    All signs for at most 16 items, else ``permutations`` random ones from the seed, the observed ones counted among
    them. Source: Fisher 1935, The Design of Experiments, section 21.
    """
    d, _ = same_items(differences, differences)
    observed = abs(float(d.sum()))
    near = observed - 1e-9 * float(np.abs(d).sum())
    if len(d) <= EXACT:
        return float((np.abs(_all_sums(d)) >= near).mean())
    rng = generator(seed, "paired permutation")
    hits = 0
    for low in range(0, permutations, 1000):
        signs = rng.integers(0, 2, (min(1000, permutations - low), len(d)), dtype=np.int8) * 2 - 1
        hits += int((np.abs(signs @ d) >= near).sum())
    return (1 + hits) / (permutations + 1)


def _all_sums(d: Floats) -> Floats:
    sums = np.zeros(1)
    for value in d:
        sums = np.concatenate([sums + value, sums - value])
    return sums
