"""Gradients of the log-probability of single texts: what documents and outputs are compared by in attribution.

One text at a time, in windows of the context, so that memory holds one gradient whatever the corpus, and a gradient
does not depend on what stands beside its text.
"""

import copy
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core import IncompleteError, UsageError
from .base import Checkpoint
from .kept import read_kept
from .state import load_moving
from .text_checkpoint import TextCheckpoint


@dataclass(frozen=True)
class Passage:
    """Token ids of a text after a begin token, and how much the log-probability of each token counts, (tokens,)."""

    tokens: Sequence[int]
    weights: np.ndarray

    @classmethod
    def whole(cls, tokens: Sequence[int]) -> "Passage":
        """Every token counts 1: the log-probability of the whole text."""
        return cls(tokens, np.ones(len(tokens)))


@dataclass(frozen=True)
class KeptWeights:
    """A model as it was after ``step`` steps; ``rate`` is the share of the full learning rates there.

    ``last``: the finished model.
    """

    step: int
    rate: float
    gradients: "TextGradients"
    last: bool


class TextGradients:
    """Weighted sums of token log-probabilities under one network, and their gradients by what was trained."""

    def __init__(self, network: Any, begin: int, context: int) -> None:
        self.network, self.begin, self.context = network, begin, context
        self.parameters = [each for each in network.parameters() if each.requires_grad]

    @property
    def size(self) -> int:
        """How many numbers a gradient has."""
        return sum(each.numel() for each in self.parameters)

    def value(self, passages: Sequence[Passage]) -> float:
        """Sum of weight x log-probability over the tokens of all passages, in nats."""
        with torch.no_grad():
            return float(sum(float(part) for passage in passages for part in self._parts(passage)))

    def of(self, passages: Sequence[Passage]) -> Tensor:
        """The gradient of :meth:`value`, flat: float32 of shape (size,)."""
        total = torch.zeros(self.size)
        for passage in passages:
            for part in self._parts(passage):
                found = torch.autograd.grad(part, self.parameters, allow_unused=True)
                low = 0
                for each, parameter in zip(found, self.parameters, strict=True):
                    if each is not None:
                        total[low : low + parameter.numel()] += each.reshape(-1)
                    low += parameter.numel()
        return total

    def _parts(self, passage: Passage) -> Iterator[Tensor]:
        """The value of each window of a passage that has a token that counts."""
        tokens = torch.tensor([self.begin, *passage.tokens])
        weights = torch.from_numpy(np.asarray(passage.weights, np.float32))
        for low in range(0, len(passage.tokens), self.context):
            targets, share = tokens[low + 1 : low + 1 + self.context], weights[low : low + self.context]
            if not bool(share.any()):
                continue
            hidden = self.network.hidden(tokens[None, low : low + len(targets)])
            yield -(F.cross_entropy(self.network.logits(hidden)[0].float(), targets, reduction="none") * share).sum()


def text_gradients(checkpoint: Checkpoint) -> TextGradients:
    """Those of a finished model. Raises :class:`IncompleteError` for one that no gradient leads through."""
    model = _differentiable(checkpoint)
    return TextGradients(model.network, model.begin, model.window)


def kept_weights(checkpoint: Checkpoint) -> Iterator[KeptWeights]:
    """The model at each kept step of its training, then as it is; one at a time in memory, beside the last."""
    model = _differentiable(checkpoint)
    for fact in model.run.get("kept", ()):
        network: Any = copy.deepcopy(model.network)
        load_moving(network, read_kept(model.folder, fact))
        yield KeptWeights(fact["step"], fact["rate"], TextGradients(network, model.begin, model.window), last=False)
    yield KeptWeights(model.run["steps"], 1.0, text_gradients(model), last=True)


def _differentiable(checkpoint: Checkpoint) -> TextCheckpoint:
    if not isinstance(checkpoint, TextCheckpoint):
        raise IncompleteError(
            f"a {checkpoint.family} model has no gradient of a text's loss; influence is for the families transformer "
            "and fine-tuned"
        )
    network: Any = checkpoint.network
    if not isinstance(network, nn.Module) or not any(each.requires_grad for each in network.parameters()):
        raise IncompleteError("the model was taken as it is: no document of this run has changed it")
    if not checkpoint.run["steps"]:
        raise UsageError("the model was trained for 0 steps: no document has changed it")
    return checkpoint
