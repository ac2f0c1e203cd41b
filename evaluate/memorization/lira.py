"""Likelihood-ratio attack: is a model's value more like that of models that saw the text, or of those that did not?"""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ...core import IncompleteError, UsageError
from ..statistics import Floats

OWN_VARIANCE = 64
"""From so many shadow models on each text has variances of its own; fewer share one (Carlini et al. 2022, V-C)."""


def lira(target: ArrayLike, signals: ArrayLike, inside: ArrayLike) -> Floats:
    """Log-ratio of two normal densities at the target's value: of models trained with the text and without it, (n,).

    ``target`` (n,): the model's value of each text; ``signals`` (shadows, n): those of the shadow models; ``inside``
    (shadows, n): whether a shadow model was trained on the text. Online LiRA: Carlini et al. 2022 (arXiv 2112.03570),
    algorithm 1. With fewer than 64 shadow models each side has one variance, pooled over the texts; a text that all or
    none of them saw takes the missing mean from the mean distance of the others. Raises :class:`IncompleteError` where
    no text was seen by some and not by others, or values do not vary.
    """
    x, values, seen = np.asarray(target, float), np.asarray(signals, float), np.asarray(inside, bool)
    if values.shape != seen.shape or values.ndim != 2 or values.shape[1:] != x.shape:
        raise UsageError("lira needs (n,) values of the target and (shadows, n) of the shadow models")
    if not (np.isfinite(x).all() and np.isfinite(values).all()):
        raise UsageError("lira needs finite values")
    with_text, without = _mean(values, seen), _mean(values, ~seen)
    both = np.isfinite(with_text) & np.isfinite(without)
    if not both.any():
        raise IncompleteError("no text was seen by some shadow models and not by others; raise shadows")
    distance = float((with_text - without)[both].mean())
    with_text, without = (
        np.where(np.isfinite(with_text), with_text, without + distance),
        np.where(np.isfinite(without), without, with_text - distance),
    )
    spread_with, spread_without = _spread(values, seen, with_text), _spread(values, ~seen, without)
    return _log_density(x, with_text, spread_with) - _log_density(x, without, spread_without)


def _mean(values: Floats, chosen: NDArray[np.bool_]) -> Floats:
    """The mean of the chosen values of each column; NaN where there are none."""
    count = chosen.sum(0)
    return np.where(count > 0, np.where(chosen, values, 0.0).sum(0) / np.maximum(count, 1), np.nan)


def _spread(values: Floats, chosen: NDArray[np.bool_], centre: Floats) -> Floats:
    """Standard deviation of each column, or that of all together, of the chosen values."""
    squares = np.where(chosen, (values - centre) ** 2, 0.0).sum(0)
    free = np.maximum(chosen.sum(0) - 1, 0)
    if not free.sum() or not squares.sum():
        raise IncompleteError("the values of the shadow models do not vary; raise shadows")
    pooled = squares[free > 0].sum() / free.sum()
    if len(values) < OWN_VARIANCE:
        return np.full(len(centre), math.sqrt(pooled))
    own = np.where((free > 0) & (squares > 0), squares / np.maximum(free, 1), pooled)
    return np.asarray(np.sqrt(own))


def _log_density(x: Floats, mean: Floats, spread: Floats) -> Floats:
    return np.asarray(-0.5 * ((x - mean) / spread) ** 2 - np.log(spread))
