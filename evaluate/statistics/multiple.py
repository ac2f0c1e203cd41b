"""Many tests at once: p-values adjusted so that 5 % stays 5 %."""

import numpy as np
from numpy.typing import ArrayLike

from ...core import UsageError
from .estimate import Floats


def holm(p: ArrayLike) -> Floats:
    """p-values (k,) adjusted so that at most 5 % of reports hold any false claim where one below 0.05 is claimed.

    Needs no independence. Source: Holm 1979, Scandinavian Journal of Statistics 6, 65-70.

    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    steps = values[order] * np.arange(len(values), 0, -1)
    return _back(np.minimum(np.maximum.accumulate(steps), 1.0), order)


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """p-values (k,) adjusted so that on average at most 5 % of the claims are false where those below 0.05 are made.

    For tests that are independent or rise together. Source: Benjamini & Hochberg 1995, JRSS B 57, 289-300.

    >>> benjamini_hochberg([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.04, 0.04]
    """
    values = _checked(p)
    order = np.argsort(values, kind="stable")
    steps = values[order] * len(values) / np.arange(1, len(values) + 1)
    return _back(np.minimum(np.minimum.accumulate(steps[::-1])[::-1], 1.0), order)


def _checked(p: ArrayLike) -> Floats:
    values = np.asarray(p, np.float64).reshape(-1)
    if not ((values >= 0) & (values <= 1)).all():
        raise UsageError("p-values lie between 0 and 1")
    return values


def _back(adjusted: Floats, order: np.ndarray) -> Floats:
    result = np.empty_like(adjusted)
    result[order] = adjusted
    return result
