"""GPT-2 as plain torch. Parameter names are Hugging Face's; its matrices, stored (inputs, outputs), are transposed."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..gpt import KeyValueCache
from ..language_model import CacheShape
from ..lora import Linear
from .attention import Past, attend
from .config import GPT2Config
from .network import PretrainedNetwork, drop

TRANSPOSED = ("c_attn.weight", "c_proj.weight", "c_fc.weight")


class Attention(nn.Module):
    """Queries, keys and values from one matrix."""

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.heads = config.heads
        self.c_attn = Linear(config.width, 3 * config.width, bias=True)
        self.c_proj = Linear(config.width, config.width, bias=True)

    def forward(self, x: Tensor, mask: Tensor | None, past: Past | None) -> Tensor:
        """x (rows, t, width) to the same."""
        qkv = self.c_attn(x).view(*x.shape[:2], 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        y: Tensor = self.c_proj(attend(qkv[0], qkv[1], qkv[2], mask, past))
        return y


class Perceptron(nn.Module):
    """GELU in its tanh form."""

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.c_fc = Linear(config.width, config.inner, bias=True)
        self.c_proj = Linear(config.inner, config.width, bias=True)

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) to the same."""
        y: Tensor = self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))
        return y


class Layer(nn.Module):
    """Attention and perceptron, each on normalised input and added to the residual stream."""

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.dropout = config.dropout
        self.ln_1, self.ln_2 = (nn.LayerNorm(config.width, config.epsilon) for _ in range(2))
        self.attn, self.mlp = Attention(config), Perceptron(config)

    def forward(self, x: Tensor, mask: Tensor | None, past: Past | None) -> Tensor:
        """x (rows, t, width) to the same."""
        x = x + drop(self.attn(self.ln_1(x), mask, past), self.dropout, self.training)
        return x + drop(self.mlp(self.ln_2(x)), self.dropout, self.training)


class Body(nn.Module):
    """Everything but the output matrix."""

    def __init__(self, config: GPT2Config) -> None:
        super().__init__()
        self.wte = nn.Embedding(config.vocabulary, config.width)
        self.wpe = nn.Embedding(config.context, config.width)
        self.h = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.ln_f = nn.LayerNorm(config.width, config.epsilon)


class GPT2(PretrainedNetwork):
    """Tokens in, logits out. Each text counts its positions from its own begin token."""

    slides = False
    usual_targets = ("c_attn",)

    def __init__(self, config: GPT2Config) -> None:
        super().__init__(config)
        self.shape = config
        self.transformer = Body(config)
        self.lm_head = None if config.tied else nn.Linear(config.width, config.vocabulary, bias=False)

    @property
    def cache_shape(self) -> CacheShape:
        """Keys and values of every head."""
        return CacheShape(self.shape.layers, self.shape.width, self.shape.heads)

    @property
    def head(self) -> Tensor:
        """The output matrix (vocabulary, width)."""
        return self.transformer.wte.weight if self.lm_head is None else self.lm_head.weight

    def hidden(
        self, tokens: Tensor, cache: KeyValueCache | None = None, start: int = 0, mask: Tensor | None = None
    ) -> Tensor:
        """tokens (rows, t) to (rows, t, width)."""
        x = self.transformer.wte(tokens) + self.transformer.wpe(self._positions(tokens, cache, start))
        for number, layer in enumerate(self.transformer.h):
            x = layer(x, mask, None if cache is None else (cache, number, start))
        y: Tensor = self.transformer.ln_f(x)
        return y

    def _positions(self, tokens: Tensor, cache: KeyValueCache | None, start: int) -> Tensor:
        """The place of each token in its text: after the padding of the cache, or after the last begin token."""
        place = torch.arange(start, start + tokens.shape[1]).expand(tokens.shape)
        if cache is not None:
            return place if cache.padding is None else (place - cache.padding[:, None]).clamp_min(0)
        begins = torch.where(tokens == self.shape.begin, place, 0)
        return place - begins.cummax(1).values
