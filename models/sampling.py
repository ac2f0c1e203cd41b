"""Text generation by a transformer: prefill once, then one token at a time from a preallocated key-value cache.

Several samples of one prompt share its prefill: the cache is cloned for each of them.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ..core import UsageError
from .choice import Choice
from .decoding import Request, check_tokens, draw
from .language_model import LanguageModel

BATCH = 32
"""Throughput on a CPU saturates here (reference: 16 to 32 rows)."""


@torch.inference_mode()
def generate(
    network: LanguageModel, prompts: Sequence[Sequence[int]], begin: int, max_new_tokens: int, choice: Choice,
    seed: int, samples: int = 1, stopped: Callable[[Sequence[int]], bool] | None = None,
) -> list[list[int]]:  # fmt: skip
    """New tokens after each prompt; with several samples the rows of one prompt stand together.

    A prompt is put after a begin token; of one longer than the context the end is used. Past the context, attention
    slides: the oldest tokens fall out of the cache. A network that cannot slide gets the end of the prompt that leaves
    room for the new tokens.
    """
    request = Request(max_new_tokens, choice, seed, samples, stopped)
    check_tokens(prompts, network.config.vocabulary - 1)
    room = _room(network, max_new_tokens)
    starts = [[begin, *prompt][-room:] for prompt in prompts]
    order = sorted(range(len(starts)), key=lambda row: (len(starts[row]), row))
    results: list[list[int]] = [[] for _ in range(len(starts) * request.samples)]
    together = max(1, BATCH // request.samples)
    for low in range(0, len(order) if request.max_new_tokens else 0, together):
        chosen = order[low : low + together]
        prefilled = _Prefilled(network, [starts[row] for row in chosen], begin, request.max_new_tokens)
        for first in range(0, request.samples, BATCH):
            numbers = range(first, min(first + BATCH, request.samples))
            rows = [row * request.samples + number for row in chosen for number in numbers]
            for row, tokens in zip(rows, prefilled.draw(request, rows, len(numbers)), strict=True):
                results[row] = tokens
    return results


def _room(network: LanguageModel, max_new_tokens: int) -> int:
    context = network.config.context
    if network.slides:
        return context
    if max_new_tokens > context:
        raise UsageError(f"max_new_tokens {max_new_tokens}: this model has {context} positions and cannot go beyond")
    return context - max(max_new_tokens, 1) + 1


class _Prefilled:
    """Prompts of which the network has read everything, and the cache that remembers it."""

    def __init__(self, network: LanguageModel, starts: list[list[int]], begin: int, steps: int) -> None:
        self.network, self.starts = network, starts
        self.longest = len(starts[-1])
        self.padding = torch.tensor([self.longest - len(start) for start in starts])
        tokens = torch.tensor([[begin] * (self.longest - len(start)) + start for start in starts])
        self.cache = network.cache(len(starts), min(network.config.context, self.longest + steps - 1))
        self.cache.padding = self.padding
        mask = _prefill_mask(self.padding, self.longest) if self.padding.any() else None
        self.hidden = network.hidden(tokens, self.cache, 0, mask)[:, -1]

    def draw(self, request: Request, rows: list[int], copies: int) -> list[list[int]]:
        """``copies`` continuations of each prompt, whose numbers among all results are ``rows``."""
        place = torch.arange(len(self.starts)).repeat_interleave(copies)
        cache = self.cache if request.samples == 1 else self.cache.cloned(len(self.starts), place)
        padding = self.padding[place]
        masked = bool(padding.any())

        def step(picked: Tensor, number: int) -> Tensor:
            nonlocal masked
            position = self.longest + number
            mask = _decode_mask(padding, position, cache.length) if masked else None
            masked = mask is not None
            return self.network.logits(self.network.hidden(picked[:, None], cache, position, mask)[:, 0])

        starts = [self.starts[row] for row in place.tolist()]
        logits = self.network.logits(self.hidden[place])
        return draw(logits, step, starts, self.network.ends, request, request.uniform(rows))


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
