"""Text generation: prefill once, then one token at a time from a preallocated key-value cache.

Each row draws from a stream of its own, derived from (seed, row number), so its result does not depend on its
neighbours beyond the rounding of float32 sums (logits agree to 1e-5). Nucleus sampling: Holtzman et al. 2020
(arXiv 1904.09751).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ..core import UsageError, generator
from .language_model import LanguageModel

BATCH = 32
"""Throughput on a CPU saturates here (reference: 16 to 32 rows)."""


@dataclass(frozen=True, slots=True)
class Choice:
    """How the next token is drawn: temperature 0 is greedy; ``top_k`` and ``top_p`` cut the tail first."""

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None

    def __post_init__(self) -> None:
        if not self.temperature >= 0:
            raise UsageError(f"temperature {self.temperature}: must be 0 (greedy) or more")
        if self.top_k is not None and self.top_k < 1:
            raise UsageError(f"top_k {self.top_k}: must be 1 or more")
        if self.top_p is not None and not 0 < self.top_p <= 1:
            raise UsageError(f"top_p {self.top_p}: must be above 0 and at most 1")

    def pick(self, logits: Tensor, uniform: Tensor) -> Tensor:
        """logits (rows, vocabulary) and one uniform number a row to token ids (rows,), by inverse distribution."""
        if self.temperature == 0:
            return logits.argmax(-1)
        scaled = logits if self.temperature == 1 else logits.double() / self.temperature
        p = F.softmax(scaled, -1, dtype=torch.float64)
        if self.top_k is None and self.top_p is None:
            return _invert(p, uniform)
        p, tokens = p.sort(dim=-1, descending=True, stable=True)
        if self.top_k is not None:
            p[:, self.top_k :] = 0
        if self.top_p is not None:
            p = p / p.sum(-1, keepdim=True)
            p[p.cumsum(-1) - p >= self.top_p] = 0
        return tokens.gather(1, _invert(p, uniform)[:, None])[:, 0]


@torch.inference_mode()
def generate(
    network: LanguageModel, prompts: Sequence[Sequence[int]], begin: int, max_new_tokens: int, choice: Choice, seed: int
) -> list[list[int]]:
    """New tokens after each prompt, at most ``max_new_tokens``; a row ends before a token that ends a text.

    A prompt is put after a begin token; of one longer than the context the end is used. Past the context, attention
    slides: the oldest tokens fall out of the cache. A network that cannot slide gets the end of the prompt that leaves
    room for the new tokens.
    """
    if max_new_tokens < 0:
        raise UsageError(f"max_new_tokens {max_new_tokens}: must be 0 or more")
    _check_tokens(prompts, network.config.vocabulary - 1)
    room = _room(network, max_new_tokens)
    starts = [[begin, *prompt][-room:] for prompt in prompts]
    rows = sorted(range(len(starts)), key=lambda row: (len(starts[row]), row))
    results: list[list[int]] = [[] for _ in starts]
    for low in range(0, len(rows) if max_new_tokens else 0, BATCH):
        chosen = rows[low : low + BATCH]
        uniform = np.stack([generator(seed, "sample", row).random(max_new_tokens) for row in chosen])
        new = _generate_batch(network, [starts[row] for row in chosen], begin, choice, torch.from_numpy(uniform))
        for row, tokens in zip(chosen, new.tolist(), strict=True):
            results[row] = list(takewhile(lambda token: token not in network.ends, tokens))
    return results


def _room(network: LanguageModel, max_new_tokens: int) -> int:
    context = network.config.context
    if network.slides:
        return context
    if max_new_tokens > context:
        raise UsageError(f"max_new_tokens {max_new_tokens}: this model has {context} positions and cannot go beyond")
    return context - max(max_new_tokens, 1) + 1


def _generate_batch(
    network: LanguageModel, starts: list[list[int]], begin: int, choice: Choice, uniform: Tensor
) -> Tensor:
    longest, steps = len(starts[-1]), uniform.shape[1]
    padding = torch.tensor([longest - len(start) for start in starts])
    tokens = torch.tensor([[begin] * (longest - len(start)) + start for start in starts])
    cache = network.cache(len(starts), min(network.config.context, longest + steps - 1))
    cache.padding = padding
    mask = _prefill_mask(padding, longest) if padding.any() else None
    hidden = network.hidden(tokens, cache, 0, mask)[:, -1]
    new = torch.full((len(starts), steps), begin)
    ended, ends = torch.zeros(len(starts), dtype=torch.bool), torch.tensor(sorted(network.ends))
    for step in range(steps):
        picked = choice.pick(network.logits(hidden), uniform[:, step])
        new[:, step] = picked
        ended |= torch.isin(picked, ends)
        if step == steps - 1 or bool(ended.all()):
            break
        position = longest + step
        mask = _decode_mask(padding, position, cache.length) if mask is not None else None
        hidden = network.hidden(picked[:, None], cache, position, mask)[:, 0]
    return new


def _prefill_mask(padding: Tensor, length: int) -> Tensor:
    """(rows, 1, length, length): causal, without the padding; padding sees itself, for a softmax over something."""
    key = torch.arange(length)
    allowed = (key[None, :] <= key[:, None]) & (key >= padding[:, None, None])
    return (allowed | torch.eye(length, dtype=torch.bool))[:, None]


def _decode_mask(padding: Tensor, position: int, length: int) -> Tensor | None:
    """(rows, 1, 1, slots): slots that hold a real token; None once every padded slot is overwritten."""
    slot = torch.arange(min(position + 1, length))
    allowed = (slot >= padding[:, None]) | (slot <= position - length)
    return None if bool(allowed.all()) else allowed[:, None, None]


def _invert(p: Tensor, uniform: Tensor) -> Tensor:
    total = p.cumsum(-1)
    return torch.searchsorted(total, uniform[:, None] * total[:, -1:], right=True)[:, 0].clamp(max=p.shape[1] - 1)


def _check_tokens(prompts: Sequence[Sequence[int]], last: int) -> None:
    for row, prompt in enumerate(prompts):
        if any(not 0 <= token <= last for token in prompt):
            raise UsageError(f"prompt {row}: token ids must be from 0 to {last}")
