"""Checkpoints of the models of counts: they score and continue text like any other."""

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from .base import Reading
from .checkpoint import Parts
from .choice import Choice
from .count_family import CountModel, model_of
from .count_models import KneserNeyModel, LongestMatch, counted_readings
from .count_network import SeenTexts
from .decoding import Request, check_tokens, draw
from .text_base import BaseTextCheckpoint

BATCH = 32


class CountCheckpoint(BaseTextCheckpoint):
    """See :class:`models.base.Checkpoint`, whose methods these are. Results are exact in any batch."""

    kind: type[CountModel]

    def __init__(self, folder: Path, parts: Parts) -> None:
        super().__init__(folder, parts)
        self.network = SeenTexts(len(parts.weights["stream"]), len(parts.weights["ends"]))
        self.network.load_state_dict(dict(parts.weights))

    @cached_property
    def model(self) -> CountModel:
        """Its probabilities; the counts are made at first use."""
        return model_of(self.network, self.kind, self.run["network"])

    def _logprobs(self, sequences: Sequence[Sequence[int]], exact: bool) -> list[np.ndarray]:
        return list(self.model.logprobs(sequences))

    def over_vocabulary(self, sequences: Sequence[Sequence[int]], read: Reading) -> list[np.ndarray]:
        """See :class:`models.base.ShowsVocabulary`."""
        return counted_readings(self.model, sequences, read)

    def next_logprobs(self, prompts: Sequence[str]) -> np.ndarray:
        """See :meth:`BaseTextCheckpoint.next_logprobs`."""
        rows = [np.log(self.model.following(self.encode(prompt))) for prompt in prompts]
        return np.stack(rows) if rows else np.zeros((0, self.tokenizer.vocabulary))


class NgramCheckpoint(CountCheckpoint):
    """A Kneser-Ney model that draws token by token."""

    kind = KneserNeyModel

    def _generate(
        self, prompts: Sequence[Sequence[int]], max_new_tokens: int, choice: Choice, seed: int, samples: int,
        stopped: Callable[[Sequence[int]], bool] | None,
    ) -> list[list[int]]:  # fmt: skip
        request = Request(max_new_tokens, choice, seed, samples, stopped)
        check_tokens(prompts, self.begin)
        texts = [[self.begin, *prompt] for prompt in prompts for _ in range(samples)]
        results: list[list[int]] = []
        for low in range(0, len(texts) if max_new_tokens else 0, BATCH):
            chunk = texts[low : low + BATCH]
            uniform = request.uniform(range(low, low + len(chunk)))
            results += draw(self._logits(chunk), self._step(chunk), chunk, frozenset({self.begin}), request, uniform)
        return results or [[] for _ in texts]

    def _step(self, texts: list[list[int]]) -> Callable[[Tensor, int], Tensor]:
        so_far = [list(text) for text in texts]

        def step(picked: Tensor, _: int) -> Tensor:
            for text, token in zip(so_far, picked.tolist(), strict=True):
                text.append(token)
            return self._logits(so_far)

        return step

    def _logits(self, texts: Sequence[Sequence[int]]) -> Tensor:
        return torch.from_numpy(np.log([self.model.following(text[1:]) for text in texts]))


class CopyingCheckpoint(CountCheckpoint):
    """Continues a prompt as a training document goes on; ``Choice`` has nothing to choose but the document."""

    kind = LongestMatch

    def _generate(
        self, prompts: Sequence[Sequence[int]], max_new_tokens: int, choice: Choice, seed: int, samples: int,
        stopped: Callable[[Sequence[int]], bool] | None,
    ) -> list[list[int]]:  # fmt: skip
        request = Request(max_new_tokens, choice, seed, samples, stopped)
        check_tokens(prompts, self.begin)
        texts = [list(prompt) for prompt in prompts for _ in range(samples)]
        if not texts or not max_new_tokens:
            return [[] for _ in texts]
        drawn = [0.0 if choice.temperature == 0 else float(request.uniform([row])[0, 0]) for row in range(len(texts))]
        rows = [self._copy(text, max_new_tokens, share) for text, share in zip(texts, drawn, strict=True)]
        return [_until(row, stopped) for row in rows]

    def _copy(self, prompt: Sequence[int], most: int, share: float) -> list[int]:
        stream, ends = self.network.stream.numpy(), self.network.ends.numpy()
        places = longest_match(stream, ends, prompt)
        if not len(places):  # nothing to go on from: a document from its beginning, drawn by how often each was seen
            total = np.cumsum(self.network.times.numpy())
            document = min(int(np.searchsorted(total, share * total[-1], "right")), len(ends) - 1)
            place = int(ends[document - 1]) if document else 0
        else:
            place = int(places[min(int(share * len(places)), len(places) - 1)])
        end = int(ends[np.searchsorted(ends, place, "right")])
        return [int(token) for token in stream[place : min(end, place + most)]]


def longest_match(stream: np.ndarray, ends: np.ndarray, prompt: Sequence[int]) -> np.ndarray:
    """Where the longest stretch goes on that ends the prompt and stands within one text, at a place that is no end."""
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    places = np.setdiff1d(np.arange(1, len(stream)), starts) if prompt else np.zeros(0, np.int64)
    first = starts[np.searchsorted(ends, places, "right")]
    length = 0
    while length < len(prompt):
        fits = places - length > first
        fits[fits] = stream[places[fits] - length - 1] == prompt[-length - 1]
        if not fits.any():
            break
        places, first, length = places[fits], first[fits], length + 1
    return places if length else np.zeros(0, np.int64)


def _until(tokens: list[int], stopped: Callable[[Sequence[int]], bool] | None) -> list[int]:
    if stopped is None:
        return tokens
    return next((tokens[:n] for n in range(1, len(tokens)) if stopped(tokens[:n])), tokens)
