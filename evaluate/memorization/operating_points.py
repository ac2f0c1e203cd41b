"""What an attack can do at few false alarms, and the privacy loss that this proves."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from ...core import IncompleteError, UsageError
from ..statistics import Floats, clopper_pearson, finite


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """Members and non-members that score above ``threshold``, of how many."""

    threshold: float
    members: int
    of_members: int
    others: int
    of_others: int

    @property
    def tpr(self) -> float:
        """Share of the members that are recognised."""
        return self.members / self.of_members

    @property
    def fpr(self) -> float:
        """Share of the non-members that are taken for members."""
        return self.others / self.of_others


def needed_for(fpr: float) -> int:
    """Non-members needed before a false-positive rate of at most ``fpr`` can be observed at all."""
    return math.ceil(1 / fpr - 1e-9)


def at_fpr(members: ArrayLike, others: ArrayLike, fpr: float) -> OperatingPoint:
    """The lowest threshold at which at most ``fpr`` of the non-members score above it.

    Raises :class:`IncompleteError` where one non-member is more than ``fpr`` of them: no such rate can be claimed.
    """
    if not 0 < fpr < 1:
        raise UsageError(f"false-positive rate {fpr}: must be between 0 and 1")
    x, y = finite(members), finite(others)
    if len(y) < needed_for(fpr):
        raise IncompleteError(
            f"a false-positive rate of {fpr:.1%} cannot be claimed with {len(y):,} non-members: it takes "
            f"{needed_for(fpr):,}; raise documents and model.held_out"
        )
    threshold = float(np.sort(y)[::-1][math.floor(fpr * len(y) + 1e-9)])
    return OperatingPoint(threshold, int((x > threshold).sum()), len(x), int((y > threshold).sum()), len(y))


def roc(members: ArrayLike, others: ArrayLike) -> tuple[Floats, Floats]:
    """False- and true-positive rates at every threshold, falling, from (0, 0) to (1, 1)."""
    x, y = finite(members), finite(others)
    cuts = np.unique(np.concatenate([x, y]))
    fpr = 1 - np.searchsorted(np.sort(y), cuts, "left") / len(y)
    tpr = 1 - np.searchsorted(np.sort(x), cuts, "left") / len(x)
    return np.concatenate([fpr, [0.0]])[::-1], np.concatenate([tpr, [0.0]])[::-1]


@dataclass(frozen=True, slots=True)
class EpsilonBound:
    """``epsilon``: at the confidence asked for, training is no (e, 0)-private for any e below it. ``n`` items measured.

    ``reverse``: it follows from recognising non-members.
    """

    epsilon: float
    n: int
    threshold: float
    reverse: bool


def epsilon_bound(
    members: tuple[ArrayLike, ArrayLike], others: tuple[ArrayLike, ArrayLike], confidence: float = 0.95
) -> EpsilonBound:
    """Lower bound of epsilon from an attack: threshold chosen on the first halves, measured on the second.

    ln(lowest TPR / highest FPR) by Clopper-Pearson, each bound at half the error; or the same of the true and false
    negatives. At least 0. Source: Jagielski et al. 2020 (arXiv 2006.07709), after Kairouz et al. 2015 (arXiv
    1311.0776).
    """
    if not all(np.size(half) for half in (*members, *others)):
        raise IncompleteError("an empirical epsilon needs members and non-members in both halves")
    (choose, measure), (choose_others, measure_others) = (tuple(map(finite, part)) for part in (members, others))
    threshold, reverse = _best_threshold(choose, choose_others, confidence)
    hits, alarms = int((measure > threshold).sum()), int((measure_others > threshold).sum())
    n, m = len(measure), len(measure_others)
    found = _epsilon(m - alarms, m, n - hits, n, confidence) if reverse else _epsilon(hits, n, alarms, m, confidence)
    return EpsilonBound(max(0.0, found), n + m, threshold, reverse)


_bounds = lru_cache(maxsize=65_536)(clopper_pearson)


def _epsilon(hits: int, n: int, alarms: int, m: int, confidence: float) -> float:
    low, high = _bounds(hits, n, confidence)[0], _bounds(alarms, m, confidence)[1]
    return math.log(low / high) if low > 0 else -math.inf


CUTS = 200


def _best_threshold(x: Floats, y: Floats, confidence: float) -> tuple[float, bool]:
    """The threshold, among at most 200 quantiles, that would prove the most on these halves themselves."""
    cuts = np.unique(np.concatenate([x, y]))
    cuts = cuts[np.unique(np.linspace(0, len(cuts) - 1, CUTS).astype(int))]
    n, m = len(x), len(y)
    best = (-math.inf, float(cuts[0]), False)
    for cut in cuts.tolist():
        hits, alarms = int((x > cut).sum()), int((y > cut).sum())
        for found, reverse in (
            (_epsilon(hits, n, alarms, m, confidence), False),
            (_epsilon(m - alarms, m, n - hits, n, confidence), True),
        ):
            if found > best[0]:
                best = (found, cut, reverse)
    return best[1], best[2]
