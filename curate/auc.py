"""The area under the ROC curve with its interval."""

import math

import numpy as np

_Z = 1.959963984540054


def auc_with_interval(positive: np.ndarray, negative: np.ndarray) -> tuple[float, float, float]:
    """AUC in [0, 1], and its 95 % interval by DeLong's variance on the logit scale.

    Where the sample is separated perfectly the variance is 0; then the interval is that of Wilson for the smaller
    sample. Source: DeLong, DeLong and Clarke-Pearson 1988, Biometrics 44, 837-845.
    """
    first, second = _placements(positive, negative), 1 - _placements(negative, positive)
    auc = float(first.mean())
    variance = float(first.var(ddof=1) / first.size + second.var(ddof=1) / second.size)
    if variance <= 0 or not 0 < auc < 1:
        number = min(first.size, second.size)
        edge = _Z**2 / (number + _Z**2)
        return auc, max(auc - edge, 0.0), min(auc + edge, 1.0)
    logit, spread = math.log(auc / (1 - auc)), _Z * math.sqrt(variance) / (auc * (1 - auc))
    return auc, _logistic(logit - spread), _logistic(logit + spread)


def _placements(values: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each value the share of the others that are below it; ties count one half."""
    ordered = np.sort(others)
    below, through = (np.searchsorted(ordered, values, side=side) for side in ("left", "right"))
    shares: np.ndarray = (below + through) / (2 * ordered.size)
    return shares


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-max(min(value, 500.0), -500.0)))
