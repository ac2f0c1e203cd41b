"""Llama as plain torch: rotary positions, RMSNorm, SwiGLU, grouped queries. Parameter names are Hugging Face's."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..gpt import KeyValueCache
from ..language_model import CacheShape
from ..lora import Linear
from .attention import Past, attend
from .config import LlamaConfig
from .network import PretrainedNetwork, drop, half_turns, wide

Turns = tuple[Tensor, Tensor]


class RMSNorm(nn.Module):
    """x / root mean square of x, times a learnt gain (Zhang & Sennrich 2019, arXiv 1910.07467)."""

    def __init__(self, width: int, epsilon: float) -> None:
        super().__init__()
        self.weight, self.epsilon = nn.Parameter(torch.ones(width)), epsilon

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) to the same."""
        y = wide(x)
        return self.weight * (y * torch.rsqrt(y.square().mean(-1, keepdim=True) + self.epsilon)).to(x.dtype)


class Attention(nn.Module):
    """Queries of all heads on keys and values that groups of them share."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.head_width, bias = config.head_width, config.attention_bias
        self.q_proj = Linear(config.width, config.heads * config.head_width, bias)
        self.k_proj = Linear(config.width, config.groups * config.head_width, bias)
        self.v_proj = Linear(config.width, config.groups * config.head_width, bias)
        self.o_proj = Linear(config.heads * config.head_width, config.width, bias)

    def forward(self, x: Tensor, turns: Turns, mask: Tensor | None, past: Past | None) -> Tensor:
        """x (rows, t, width) to the same."""
        projections = (self.q_proj, self.k_proj, self.v_proj)
        q, k, v = (layer(x).view(*x.shape[:2], -1, self.head_width).transpose(1, 2) for layer in projections)
        y: Tensor = self.o_proj(attend(_turn(q, turns), _turn(k, turns), v, mask, past))
        return y


class Perceptron(nn.Module):
    """SwiGLU (Shazeer 2020, arXiv 2002.05202)."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.gate_proj = Linear(config.width, config.inner, config.inner_bias)
        self.up_proj = Linear(config.width, config.inner, config.inner_bias)
        self.down_proj = Linear(config.inner, config.width, config.inner_bias)

    def forward(self, x: Tensor) -> Tensor:
        """(..., width) to the same."""
        y: Tensor = self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))
        return y


class Layer(nn.Module):
    """Attention and perceptron, each on normalised input and added to the residual stream."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.dropout = config.dropout
        self.self_attn, self.mlp = Attention(config), Perceptron(config)
        self.input_layernorm = RMSNorm(config.width, config.epsilon)
        self.post_attention_layernorm = RMSNorm(config.width, config.epsilon)

    def forward(self, x: Tensor, turns: Turns, mask: Tensor | None, past: Past | None) -> Tensor:
        """x (rows, t, width) to the same."""
        x = x + drop(self.self_attn(self.input_layernorm(x), turns, mask, past), self.dropout, self.training)
        return x + drop(self.mlp(self.post_attention_layernorm(x)), self.dropout, self.training)


class Body(nn.Module):
    """Everything but the output matrix."""

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__()
        self.embed_tokens = nn.Embedding(config.vocabulary, config.width)
        self.layers = nn.ModuleList(Layer(config) for _ in range(config.layers))
        self.norm = RMSNorm(config.width, config.epsilon)


class Llama(PretrainedNetwork):
    """Tokens in, logits out."""

    usual_targets = ("q_proj", "v_proj")

    def __init__(self, config: LlamaConfig) -> None:
        super().__init__(config)
        self.shape = config
        self.model = Body(config)
        self.lm_head = None if config.tied else nn.Linear(config.width, config.vocabulary, bias=False)
        self._turns: Turns = (torch.zeros(0, config.head_width), torch.zeros(0, config.head_width))

    @property
    def cache_shape(self) -> CacheShape:
        """Keys and values of every group."""
        return CacheShape(self.shape.layers, self.shape.groups * self.shape.head_width, self.shape.groups)

    @property
    def head(self) -> Tensor:
        """The output matrix (vocabulary, width)."""
        return self.model.embed_tokens.weight if self.lm_head is None else self.lm_head.weight

    def hidden(
        self, tokens: Tensor, cache: KeyValueCache | None = None, start: int = 0, mask: Tensor | None = None
    ) -> Tensor:
        """tokens (rows, t) to (rows, t, width). Only distances count, so padding needs no care beyond the mask."""
        turns = self._turns_of(start, start + tokens.shape[1])
        x = self.model.embed_tokens(tokens)
        for number, layer in enumerate(self.model.layers):
            x = layer(x, turns, mask, None if cache is None else (cache, number, start))
        y: Tensor = self.model.norm(x)
        return y

    def _turns_of(self, low: int, high: int) -> Turns:
        dtype = torch.promote_types(self.head.dtype, torch.float32)
        if high > len(self._turns[0]) or self._turns[0].dtype != dtype:
            self._turns = half_turns(max(256, 2 * high), self.shape.head_width, self.shape.theta, dtype)
        return self._turns[0][low:high], self._turns[1][low:high]


def _turn(x: Tensor, turns: Turns) -> Tensor:
    """Turn the pairs (i, i + width / 2) of x (rows, heads, t, width) by the angles of their positions."""
    cos, sin = turns
    low, high = wide(x).chunk(2, -1)
    return (x * cos + torch.cat((-high, low), -1) * sin).to(x.dtype)
