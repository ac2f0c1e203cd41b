"""How often one sentence of a pair is preferred: rates with exact bounds, ties apart, and their p-values."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from .statistics import Estimate, Floats, clustered_rate

DIGITS = 3


@dataclass(frozen=True, slots=True)
class Preference:
    """Pairs in which the first sentence is preferred, is not, and in which both are as likely.

    ``share`` counts ties as not preferred; ``decided`` leaves them out, and is None where nothing else is there. Both
    lie in [0, 1], with Clopper and Pearson's bounds at the effective number of clusters.
    """

    first: int
    second: int
    ties: int
    share: Estimate
    decided: Estimate | None
    p: float | None

    @property
    def pairs(self) -> int:
        """All of them."""
        return self.first + self.second + self.ties


def preference(gaps: Floats, clusters: Sequence[str]) -> Preference:
    """Of the gaps (pairs,) of log-likelihood, first minus second; ``p`` that decided pairs are even."""
    up, down = gaps > 0, gaps < 0
    share = _rate(up, np.ones(len(gaps), bool), clusters)
    even = not (up | down).any()
    decided = None if even else _rate(up, up | down, clusters)
    p = None if even else _p(up, up | down, clusters)
    return Preference(int(up.sum()), int(down.sum()), int((~up & ~down).sum()), share, decided, p)


def rounded_gap(first: float, second: float) -> float:
    """The difference of two log-likelihoods, each rounded to three decimals: closer ones are a tie.

    Source: nyu-mll/crows-pairs, metric.py.
    """
    return round(round(first, DIGITS) - round(second, DIGITS), DIGITS)


def _rate(events: np.ndarray, trials: np.ndarray, clusters: Sequence[str], confidence: float = 0.95) -> Estimate:
    names, own = np.unique(np.array(clusters), return_inverse=True)
    own = own.reshape(-1)
    x, n = (np.bincount(own, part.astype(float), len(names)) for part in (events, trials))
    return clustered_rate(x, n, confidence)


def _p(events: np.ndarray, trials: np.ndarray, clusters: Sequence[str]) -> float:
    """The level at which the interval of the rate begins to hold 1/2, by bisection."""
    low, high = 0.0, 1.0
    for _ in range(40):
        level = (low + high) / 2
        found = _rate(events, trials, clusters, 1 - level)
        assert found.low is not None and found.high is not None
        low, high = (level, high) if found.low <= 0.5 <= found.high else (low, level)
    return high
