"""How likely a passage comes out when a model is asked for samples: exactly, from its log-probabilities."""

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ...core import UsageError
from ..statistics import Floats


def drawn_logprobs(
    logs: Tensor,
    targets: Tensor,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
) -> Tensor:
    """Natural-log probability (rows,) that a sampler draws the true tokens; -inf where it cannot.

    ``logs`` (rows, vocabulary) are the model's own. The cuts follow the temperature in the order in which samples are
    drawn: ``top_k``, ``top_p`` of what is left, ``min_p``; equally likely tokens go by their number. Temperature 0 is
    greedy.
    """
    if not temperature >= 0:
        raise UsageError(f"temperature {temperature}: must be 0 (greedy) or more")
    if temperature == 0:
        return torch.where(logs.argmax(1) == targets, 0.0, -torch.inf).double()
    scaled = (logs.double() / temperature).log_softmax(1)
    if top_k is None and top_p is None and not min_p:
        return scaled.gather(1, targets[:, None])[:, 0]
    p, order = scaled.exp().sort(dim=1, descending=True, stable=True)
    if top_k is not None:
        p[:, top_k:] = 0
    if top_p is not None:
        p = p / p.sum(1, keepdim=True)
        p[p.cumsum(1) - p >= top_p] = 0
    if min_p:
        p[p < min_p * p[:, :1]] = 0
    place = (order == targets[:, None]).int().argmax(1, keepdim=True)
    return (p.gather(1, place)[:, 0] / p.sum(1)).log()


def chance_within(log_p: ArrayLike, queries: int) -> Floats:
    """Probability that at least one of ``queries`` samples is the passage: 1 - (1 - p)^n, for log p of each passage.

    >>> chance_within([np.log(0.5)], 2).round(4).tolist()
    [0.75]
    """
    if queries < 1:
        raise UsageError(f"queries {queries}: must be 1 or more")
    p = np.exp(np.asarray(log_p, np.float64))
    with np.errstate(divide="ignore"):
        return np.asarray(-np.expm1(queries * np.log1p(-np.minimum(p, 1.0))))


def queries_for(log_p: float, chance: float) -> float:
    """Samples needed for this chance that one of them is the passage; infinite where it cannot come out."""
    p = float(np.exp(log_p))
    if p <= 0:
        return float("inf")
    return 1.0 if p >= 1 else max(1.0, float(np.log1p(-chance) / np.log1p(-p)))


def discoverable(log_p: ArrayLike, queries: int, chance: float) -> np.ndarray:
    """Whether each passage is (n, p)-discoverably extractable: Hayes et al. 2024 (arXiv 2410.19482)."""
    if not 0 < chance <= 1:
        raise UsageError(f"p {chance}: must be above 0 and at most 1")
    return np.asarray(chance_within(log_p, queries) >= chance)
