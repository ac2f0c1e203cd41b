"""Membership scores of one text each, from log-probabilities alone. Larger means: more likely a member."""

import math
import zlib

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ...core import UsageError
from ..statistics import Floats

ZLIB_LEVEL = 6
"""zlib's own default. The length includes its header of 2 bytes and checksum of 4."""


def _texts(logs: ArrayLike) -> Floats:
    values = np.asarray(logs, np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all():
        raise UsageError("a membership score needs the finite log-probabilities of at least one token")
    return values


def loss_score(logs: ArrayLike) -> float:
    """Mean log-likelihood of the tokens (tokens,) of a text: minus the loss. Yeom et al. 2018 (arXiv 1709.01604).

    >>> loss_score([-1.0, -3.0])
    -2.0
    """
    return float(_texts(logs).mean())


def zlib_bytes(text: str) -> int:
    """Length of the text as UTF-8, compressed by zlib at level 6, header and checksum included."""
    return len(zlib.compress(text.encode("utf-8", "replace"), ZLIB_LEVEL))


def zlib_score(logs: ArrayLike, text: str) -> float:
    """Mean log-likelihood over :func:`zlib_bytes`. Carlini et al. 2021 (arXiv 2012.07805)."""
    return loss_score(logs) / zlib_bytes(text)


def min_k_score(logs: ArrayLike, k: float = 0.2) -> float:
    """Mean of the max(1, ceil(k n)) lowest of n token values. Min-K% Prob: Shi et al. 2023 (arXiv 2310.16789).

    Given the standardised values of :func:`standardised` it is Min-K%++.

    >>> min_k_score([-1.0, -2.0, -4.0], 0.2)
    -4.0
    """
    if not 0 < k <= 1:
        raise UsageError(f"k {k}: must be above 0 and at most 1")
    values = np.sort(_texts(logs))
    return float(values[: max(1, math.ceil(k * len(values) - 1e-9))].mean())


def standardised(logs: Tensor, targets: Tensor) -> Tensor:
    """(log p - mean) / standard deviation of the true tokens (rows,) of ``logs`` (rows, vocabulary).

    Mean and variance of log p are taken over the vocabulary under p itself, the variance centred; a token of
    probability 0 adds nothing to either. A distribution without any spread gives 0. Zhang et al. 2024, Min-K%++
    (arXiv 2404.02936).
    """
    p = logs.exp()
    mean = torch.special.xlogy(p, p).sum(1)
    away = torch.where(p > 0, logs - mean[:, None], torch.zeros_like(logs))
    spread = (p * away.square()).sum(1).sqrt()
    own = logs.gather(1, targets[:, None])[:, 0] - mean
    return torch.where(spread > 0, own / spread, torch.zeros_like(own))


def reference_score(log: float, reference: float, size: int) -> float:
    """Log-likelihood minus that under a reference model, a UTF-8 byte. Carlini et al. 2021 (arXiv 2012.07805)."""
    if size < 1 or not (math.isfinite(log) and math.isfinite(reference)):
        raise UsageError("a reference score needs two finite log-likelihoods of a text that is not empty")
    return (log - reference) / size


def neighbour_score(logs: ArrayLike, neighbours: ArrayLike) -> float:
    """Mean log-likelihood minus that of the neighbours (k,), on average. Mattern et al. 2023 (arXiv 2305.18462)."""
    return loss_score(logs) - float(_texts(neighbours).mean())
