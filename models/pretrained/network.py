"""What the networks made elsewhere share: the loss on windows, adapters, and what fine-tuning may move."""

import copy
from abc import ABC, abstractmethod

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..gpt import KeyValueCache, document_mask
from ..language_model import CacheShape
from ..lora import LoRA, linears
from .config import Config


class PretrainedNetwork(nn.Module, ABC):
    """A :class:`models.language_model.LanguageModel` with the parameter names of its Hugging Face original."""

    slides = True
    usual_targets: tuple[str, ...] = ()

    def __init__(self, config: Config) -> None:
        super().__init__()
        self._config = config

    @property
    def config(self) -> Config:
        """Its shape."""
        return self._config

    @property
    def ends(self) -> frozenset[int]:
        """Ids after which a text is over."""
        return frozenset({self._config.begin, *self._config.ends})

    @property
    @abstractmethod
    def cache_shape(self) -> CacheShape:
        """What its cache holds."""

    @property
    @abstractmethod
    def head(self) -> Tensor:
        """The output matrix (vocabulary, width); where it is tied, that of the embedding."""

    @abstractmethod
    def hidden(
        self, tokens: Tensor, cache: KeyValueCache | None = None, start: int = 0, mask: Tensor | None = None
    ) -> Tensor:
        """tokens (rows, t) at positions from ``start`` to the last normalised residual stream, (rows, t, width)."""

    def cache(self, rows: int, length: int) -> KeyValueCache:
        """An empty cache."""
        return KeyValueCache(self.cache_shape, rows, length)

    def exact(self) -> "PretrainedNetwork":
        """A copy that computes in float64."""
        return copy.deepcopy(self).double()

    def logits(self, hidden: Tensor) -> Tensor:
        """(..., width) to (..., vocabulary)."""
        return F.linear(hidden, self.head)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """tokens (rows, t) to logits (rows, t, vocabulary)."""
        return self.logits(self.hidden(tokens, mask=mask))

    def loss(self, windows: Tensor) -> Tensor:
        """windows (rows, t + 1) of token ids to the mean cross-entropy of each row: nats per token, shape (rows,)."""
        inputs = windows[:, :-1]
        logits = self(inputs, document_mask(inputs, self._config.begin))
        nats = F.cross_entropy(logits.flatten(0, 1).float(), windows[:, 1:].flatten(), reduction="none")
        return nats.view(len(windows), -1).mean(1)

    def hidden_matrices(self) -> list[str]:
        """None for Muon: these weights were made by Adam, and small steps around them are Adam's."""
        return []

    def matrices(self) -> dict[str, nn.Parameter]:
        """The matrices that can be adapted, by name."""
        layers = {id(layer.weight) for _, layer in linears(self)}
        named = self.named_parameters()
        return {name.removesuffix(".weight"): each for name, each in named if id(each) in layers}

    def adapters(self) -> dict[str, LoRA]:
        """The adapters that are on, by the name of their matrix."""
        return {name: layer.lora for name, layer in linears(self) if isinstance(layer.lora, LoRA)}

    def adapt(self, name: str, lora: LoRA | None) -> None:
        """Put an adapter on a matrix, or take it off."""
        dict(linears(self))[name].lora = lora


def drop(x: Tensor, share: float, training: bool) -> Tensor:
    """Dropout that costs nothing where the share is 0."""
    return F.dropout(x, share, training) if share and training else x


def wide(x: Tensor) -> Tensor:
    """x in float32, or in float64 where it is that already."""
    return x.to(torch.promote_types(x.dtype, torch.float32))


def half_turns(positions: int, width: int, theta: float, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Cosines and sines (positions, width) of rotary positions whose pairs are (i, i + width / 2)."""
    with torch.inference_mode(False):
        frequency = theta ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
        angle = torch.outer(torch.arange(positions, dtype=torch.float64), frequency).repeat(1, 2)
        return angle.cos().to(dtype), angle.sin().to(dtype)
