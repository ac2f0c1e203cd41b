"""The loop that turns logits into tokens, for every kind of language model.

Each row draws from a stream of its own, derived from (seed, row number), so its result does not depend on its
neighbours beyond the rounding of float32 sums (logits agree to 1e-5).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
import torch
from torch import Tensor

from ..core import UsageError, generator
from .choice import Choice

Step = Callable[[Tensor, int], Tensor]
"""Tokens picked (rows,) and how many were picked before them to the logits of the next ones (rows, vocabulary)."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted: ``samples`` continuations of each prompt, result rows prompt by prompt.

    ``stopped`` says of a row's new tokens whether the row is finished with them.
    """

    max_new_tokens: int
    choice: Choice
    seed: int
    samples: int = 1
    stopped: Callable[[Sequence[int]], bool] | None = None

    def __post_init__(self) -> None:
        if self.max_new_tokens < 0:
            raise UsageError(f"max_new_tokens {self.max_new_tokens}: must be 0 or more")
        if self.samples < 1:
            raise UsageError(f"samples {self.samples}: must be 1 or more")

    def uniform(self, rows: Sequence[int]) -> Tensor:
        """Random numbers of result rows: float64 of shape (rows, max_new_tokens)."""
        return torch.from_numpy(
            np.stack([generator(self.seed, "sample", row).random(self.max_new_tokens) for row in rows])
        )


def draw(
    logits: Tensor, step: Step, starts: Sequence[Sequence[int]], ends: frozenset[int], request: Request,
    uniform: Tensor,
) -> list[list[int]]:  # fmt: skip
    """New tokens of each row, whose text so far is in ``starts``; a row ends before a token of ``ends``."""
    rows, steps = uniform.shape
    last = torch.tensor(sorted(ends))
    new = last[-1].repeat(rows, steps)
    ended = torch.zeros(rows, dtype=torch.bool)
    lengths = [steps] * rows
    seen = _seen(starts, logits.shape[1], last) if request.choice.penalises else None
    for number in range(steps):
        picked = request.choice.pick(logits, uniform[:, number], seen)
        new[:, number] = picked
        ended |= torch.isin(picked, last)
        if request.stopped is not None:
            for row in (~ended).nonzero()[:, 0].tolist():
                if request.stopped(new[row, : number + 1].tolist()):
                    ended[row], lengths[row] = True, number + 1
        if number == steps - 1 or bool(ended.all()):
            break
        if seen is not None:
            seen.scatter_(1, picked[:, None], True)
            seen[:, last] = False
        logits = step(picked, number)
    kept = [tokens[:length] for tokens, length in zip(new.tolist(), lengths, strict=True)]
    return [list(takewhile(lambda token: token not in ends, tokens)) for tokens in kept]


def _seen(starts: Sequence[Sequence[int]], vocabulary: int, ends: Tensor) -> Tensor:
    seen = torch.zeros(len(starts), vocabulary, dtype=torch.bool)
    for row, tokens in enumerate(starts):
        seen[row, list(tokens)] = True
    seen[:, ends] = False
    return seen


def check_tokens(prompts: Sequence[Sequence[int]], last: int) -> None:
    """Raise :class:`UsageError` for a prompt with ids that no token has."""
    for row, prompt in enumerate(prompts):
        if any(not 0 <= token <= last for token in prompt):
            raise UsageError(f"prompt {row}: token ids must be from 0 to {last}")


class StopStrings:
    """Texts that end a completion. A token may hold more than a stop string, and a stop string more than a token."""

    def __init__(self, stops: Sequence[str], decode: Callable[[Sequence[int]], str]) -> None:
        if isinstance(stops, str) or not all(isinstance(stop, str) and stop for stop in stops):
            raise UsageError(f"stop {stops!r}: must be a list of texts, none of them empty")
        self.stops, self.decode = tuple(stops), decode
        self.longest = max((len(stop.encode()) for stop in self.stops), default=0)

    def stopped(self, tokens: Sequence[int]) -> bool:
        """Whether a stop string ends within the last token: each token is a byte at least, so a tail is enough."""
        tail = self.decode(tokens[-self.longest :])
        return any(stop in tail for stop in self.stops)

    def cut(self, text: str) -> str:
        """The text before the first stop string."""
        ends = [text.index(stop) for stop in self.stops if stop in text]
        return text[: min(ends)] if ends else text


def stopping(stops: Sequence[str], decode: Callable[[Sequence[int]], str]) -> StopStrings | None:
    """The stop strings, None where there are none."""
    return StopStrings(stops, decode) if stops else None
