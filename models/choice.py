"""How the next token is drawn from logits: temperature, cuts of the tail, and a penalty on what was said already."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from ..core import UsageError


@dataclass(frozen=True, slots=True)
class Choice:
    """Temperature 0 is greedy. The cuts follow the temperature: ``top_k``, then ``top_p``, then ``min_p``.

    ``top_p``: nucleus sampling, Holtzman et al. 2020 (arXiv 1904.09751). ``min_p``: keep tokens at least this share as
    likely as the likeliest one, Nguyen et al. 2024 (arXiv 2407.01082). ``repetition_penalty``: Keskar et al. 2019
    (CTRL, arXiv 1909.05858), section 4.1: the logit of each token that stands in the text so far, prompt included, is
    divided by it; a logit below 0 is multiplied instead, so that a penalty above 1 never makes a token likelier.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0

    def __post_init__(self) -> None:
        if not self.temperature >= 0:
            raise UsageError(f"temperature {self.temperature}: must be 0 (greedy) or more")
        if self.top_k is not None and self.top_k < 1:
            raise UsageError(f"top_k {self.top_k}: must be 1 or more")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise UsageError(f"top_p {self.top_p}: must be above 0 and at most 1")
        if self.min_p is not None and not 0 <= self.min_p <= 1:
            raise UsageError(f"min_p {self.min_p}: must be from 0 to 1")
        if not 0 < self.repetition_penalty < float("inf"):
            raise UsageError(f"repetition_penalty {self.repetition_penalty}: must be above 0; 1 is none")

    @property
    def penalises(self) -> bool:
        """Whether :meth:`pick` needs to know the text so far."""
        return self.repetition_penalty != 1

    def pick(self, logits: Tensor, uniform: Tensor, seen: Tensor | None = None) -> Tensor:
        """logits (rows, vocabulary) and one uniform number a row to token ids (rows,), by inverse distribution.

        ``seen``: booleans of the shape of the logits, True for tokens that stand in the text so far.
        """
        if self.penalises and seen is not None:
            logits = penalised(logits, seen, self.repetition_penalty)
        if self.temperature == 0:
            return logits.argmax(-1)
        scaled = logits if self.temperature == 1 else logits.double() / self.temperature
        p = F.softmax(scaled, -1, dtype=torch.float64)
        if self.top_k is None and self.top_p is None and not self.min_p:
            return _invert(p, uniform)
        p, tokens = p.sort(dim=-1, descending=True, stable=True)
        if self.top_k is not None:
            p[:, self.top_k :] = 0
        if self.top_p is not None:
            p = p / p.sum(-1, keepdim=True)
            p[p.cumsum(-1) - p >= self.top_p] = 0
        if self.min_p:
            p[p < self.min_p * p[:, :1]] = 0
        return tokens.gather(1, _invert(p, uniform)[:, None])[:, 0]


def penalised(logits: Tensor, seen: Tensor, penalty: float) -> Tensor:
    """Logits with those of ``seen`` tokens made smaller by a penalty above 1."""
    less = torch.where(logits < 0, logits * penalty, logits / penalty)
    return torch.where(seen, less, logits)


def _invert(p: Tensor, uniform: Tensor) -> Tensor:
    total = p.cumsum(-1)
    return torch.searchsorted(total, uniform[:, None] * total[:, -1:], right=True)[:, 0].clamp(max=p.shape[1] - 1)
