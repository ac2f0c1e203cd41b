"""Choosing among given answers by their log-probability: which is chosen, and how sure the model is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...core import UsageError
from ..statistics import Floats, finite

TIE = 1e-9
"""Nats within which two answers are equally likely."""


@dataclass(frozen=True, slots=True)
class SingleTrue:
    """MC1: one true answer among false ones. A tie for the highest log-probability is no right answer, and counted."""

    correct: bool
    tied: bool
    confidence: float


def single_true(best: float, false: Sequence[float]) -> SingleTrue:
    """Whether the best answer has the highest log-probability; ``confidence`` is the probability of the highest one.

    Probabilities are those of the answers given, made to sum to 1. Source: Lin et al. 2022 (MC1).

    >>> single_true(-1.0, [-2.0, -3.0]).correct, single_true(-2.0, [-2.0]).correct, single_true(-2.0, [-2.0]).tied
    (True, False, True)
    """
    logs = finite([best, *false])
    if len(logs) < 2:
        raise UsageError("a choice needs one true and one false answer or more")
    highest = float(logs[1:].max())
    tied = abs(best - highest) <= TIE
    return SingleTrue(best > highest and not tied, tied, float(shares(logs).max()))


def true_mass(true: Sequence[float], false: Sequence[float]) -> float:
    """MC2: probability of the true answers among all given ones. Range [0, 1]. Source: Lin et al. 2022.

    >>> round(true_mass([-1.0, -1.0], [-1.0, -1.0]), 6)
    0.5
    """
    if not len(true) or not len(false):
        raise UsageError("a mass of true answers needs a true and a false answer")
    return min(1.0, float(shares(finite([*true, *false]))[: len(true)].sum()))


def shares(logs: Floats) -> Floats:
    """exp(logs), made to sum to 1 without underflow."""
    weights = np.exp(logs - logs.max())
    found: Floats = weights / weights.sum()
    return found
