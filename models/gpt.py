"""The decoder-only transformer network: plain torch, one file.

Unusual for a small GPT, and why:

- rotary positions (Su et al. 2021, arXiv 2104.09864): only distances matter, so left padding and a rolling
  key-value cache need no care;
- RMSNorm without gain (Zhang & Sennrich 2019, arXiv 1910.07467), also on queries and keys (Henry et al. 2020,
  arXiv 2010.04245), so that high learning rates stay stable;
- squared ReLU (So et al. 2021, arXiv 2109.08668): one matrix fewer than SwiGLU, faster on a CPU;
- in training a document attends to itself alone, not to its neighbours in the window: otherwise the model learns what
  it knows in a context that no prompt will ever repeat (tried: loss 0.4, yet no document continued verbatim);
- output matrix of its own (not tied to the embedding) that starts at zero: the first loss is ln(vocabulary) exactly.
"""

import copy
from dataclasses import asdict, dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core import ConfigError, did_you_mean
from .fused import next_token_nats, norm, norm_and_turn, squared_relu
from .language_model import CacheShape

SIZES = {"xs": (4, 128, 2), "s": (6, 256, 4), "m": (8, 512, 8)}
"""Size dial: layers, width, heads. Hidden parameters: xs 0.79 M, s 4.7 M, m 25 M."""
ATTENTION_SCALE = 0.15
"""Multiplies query-key products. Normalised queries and keys bound them by width per head x scale: 9.6 at 64."""

SHORT = 512
"""Up to this length attention in bfloat16 is plain products: torch's fused kernel takes 2.6 to 4.5 times as long."""


@dataclass(frozen=True, slots=True)
class GPTConfig:
    """Shape of the network. ``vocabulary`` counts the begin token, which is the last id."""

    vocabulary: int
    context: int
    layers: int
    width: int
    heads: int
    dropout: float = 0.0

    @classmethod
    def of_size(cls, size: str, vocabulary: int, context: int, dropout: float) -> "GPTConfig":
        """The shape for one notch of the size dial; an unknown size raises :class:`ConfigError`."""
        if size not in SIZES:
            raise ConfigError(f"model.size: no size {size!r}; {did_you_mean(size, SIZES)}known: {', '.join(SIZES)}")
        return cls(vocabulary, context, *SIZES[size], dropout)

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values: the keyword arguments of this class."""
        return asdict(self)


class KeyValueCache:
    """Keys and values of the last ``length`` positions of every layer, allocated once.

    It is a ring: position p lies in slot p mod length. Attention does not care about the order of slots.
    """

    padding: Tensor | None = None

    def __init__(self, config: GPTConfig | CacheShape, rows: int, length: int) -> None:
        shape = (config.layers, 2, rows * config.heads, length, config.width // config.heads)
        self.length, self.filled = length, 0
        self.layers = [layer.unbind() for layer in torch.empty(shape).unbind()]

    def cloned(self, rows: int, choice: Tensor) -> "KeyValueCache":
        """A cache whose row k continues row ``choice[k]`` of the ``rows`` here: one prefill, many continuations."""
        twin = object.__new__(KeyValueCache)
        twin.length, twin.filled = self.length, self.filled
        twin.padding = None if self.padding is None else self.padding[choice]
        pick = [
            tensor.view(rows, -1, *tensor.shape[1:])[choice].flatten(0, 1) for pair in self.layers for tensor in pair
        ]
        twin.layers = list(zip(pick[::2], pick[1::2], strict=True))
        return twin

    def write(self, layer: int, k: Tensor, v: Tensor, start: int) -> tuple[Tensor, Tensor]:
        """Store keys and values (rows * heads, t, width per head) from position ``start``; give all that are held."""
        keys, values = self.layers[layer]
        slot, t = start % self.length, k.shape[1]
        keys[:, slot : slot + t] = k
        values[:, slot : slot + t] = v
        self.filled = max(self.filled, min(start + t, self.length))
        return keys[:, : self.filled], values[:, : self.filled]


class Block(nn.Module):
    """Attention and a two-layer perceptron, both on normalised input and added to the residual stream."""

    def __init__(self, config: GPTConfig) -> None:
        super().__init__()
        width = config.width
        self.heads, self.dropout = config.heads, config.dropout
        self.qkv = nn.Parameter(torch.empty(3, width, width))
        self.out = nn.Parameter(torch.empty(width, width))
        self.up = nn.Parameter(torch.empty(4 * width, width))
        self.down = nn.Parameter(torch.empty(width, 4 * width))
        self.adapters = nn.ModuleDict()  # of fine-tuning (models/lora.py), by the name of the matrix

    def forward(
        self,
        x: Tensor,
        rows: int,
        rotation: Tensor,
        mask: Tensor | None = None,
        cache: tuple[KeyValueCache, int, int] | None = None,
    ) -> Tensor:
        """x: (rows * t, width). ``cache`` is (cache, layer, first position); without it attention is causal."""
        x = x + self._drop(self._attend(norm(x), rows, rotation, mask, cache))
        return x + self._drop(self._times("down", squared_relu(self._times("up", norm(x)))))

    def _attend(
        self,
        x: Tensor,
        rows: int,
        rotation: Tensor,
        mask: Tensor | None,
        cache: tuple[KeyValueCache, int, int] | None,
    ) -> Tensor:
        t = len(x) // rows
        qkv = self._times("qkv", x).view(rows, t, 3, self.heads, -1)
        q, k, v = norm_and_turn(qkv, rotation)
        if cache is not None:
            held, layer, start = cache
            kept = held.write(layer, k.flatten(0, 1), v.flatten(0, 1), start)
            if t == 1:
                return self._times("out", _look_back(q.flatten(0, 1), *kept, mask).view(x.shape))
        y = _attention(q, k, v, mask)
        return self._times("out", y.transpose(1, 2).reshape(x.shape))

    def _times(self, name: str, x: Tensor) -> Tensor:
        y = F.linear(x, getattr(self, name).flatten(0, -2))
        return y + self.adapters[name](x) if name in self.adapters else y

    def _drop(self, x: Tensor) -> Tensor:
        return F.dropout(x, self.dropout, self.training) if self.dropout else x


class GPT(nn.Module):
    """Tokens in, logits out; :meth:`loss` gives one value per window."""

    slides = True
    usual_targets = ("qkv",)

    def __init__(self, config: GPTConfig, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.config = config
        self.embedding = nn.Parameter(torch.empty(config.vocabulary, config.width))
        self.blocks = nn.ModuleList(Block(config) for _ in range(config.layers))
        self.head = nn.Parameter(torch.zeros(config.vocabulary, config.width))
        self.rotation = rotary_table(config.context + 1, config.width // config.heads)
        self._initialise(generator)

    def _initialise(self, generator: torch.Generator | None) -> None:
        width = self.config.width
        nn.init.normal_(self.embedding, std=1.0, generator=generator)
        for block in self.blocks:
            bound = (3 / width) ** 0.5
            for name in ("qkv", "up"):
                nn.init.uniform_(getattr(block, name), -bound, bound, generator=generator)
            # Zero output matrices: at the start every block is the identity.
            for name in ("out", "down"):
                nn.init.zeros_(getattr(block, name))

    def hidden_matrices(self) -> list[str]:
        """Names of the parameters that Muon trains."""
        return list(self.matrices())

    def matrices(self) -> dict[str, nn.Parameter]:
        """The matrices that can be adapted, by name."""
        named = self.named_parameters()
        return {name: each for name, each in named if name.startswith("blocks.") and ".adapters." not in name}

    def adapters(self) -> dict[str, Any]:
        """The adapters that are on, by the name of their matrix."""
        blocks: Any = self.blocks
        return {f"blocks.{n}.{name}": each for n, block in enumerate(blocks) for name, each in block.adapters.items()}

    def adapt(self, name: str, lora: nn.Module | None) -> None:
        """Put an adapter on a matrix, or take it off."""
        block, _, matrix = name.rpartition(".")
        adapters: Any = self.get_submodule(block).adapters
        if lora is None:
            del adapters[matrix]
        else:
            adapters[matrix] = lora

    @property
    def begin(self) -> int:
        """Id of the begin token."""
        return self.config.vocabulary - 1

    @property
    def ends(self) -> frozenset[int]:
        """A text ends where the next one begins."""
        return frozenset({self.begin})

    def cache(self, rows: int, length: int) -> KeyValueCache:
        """An empty cache."""
        return KeyValueCache(self.config, rows, length)

    def logits(self, hidden: Tensor) -> Tensor:
        """(..., width) to (..., vocabulary)."""
        return F.linear(hidden, self.head)

    def forward(self, tokens: Tensor, mask: Tensor | None = None) -> Tensor:
        """tokens (rows, t <= context) to logits (rows, t, vocabulary)."""
        return self.logits(self.hidden(tokens, mask=mask))

    def hidden(
        self, tokens: Tensor, cache: KeyValueCache | None = None, start: int = 0, mask: Tensor | None = None
    ) -> Tensor:
        """The last normalised residual stream, (rows, t, width), for tokens at positions from ``start``."""
        rows, t = tokens.shape
        self.reserve(start + t)
        rotation = self.rotation[start : start + t]
        # Rows and positions stay one axis: a linear layer on two axes is a single product, with no views around it.
        x = norm(F.embedding(tokens.flatten(), self.embedding))
        for layer, block in enumerate(self.blocks):
            x = block(x, rows, rotation, mask, None if cache is None else (cache, layer, start))
        return norm(x).view(rows, t, -1)

    def reserve(self, positions: int) -> None:
        """Make the rotary table at least this long (generation may run past the context)."""
        if positions > len(self.rotation):
            self._rotate_to(2 * positions)

    def _rotate_to(self, positions: int) -> None:
        self.rotation = rotary_table(positions, self.config.width // self.config.heads, self.head.dtype)

    def exact(self) -> "GPT":
        """A copy that computes in float64: its results agree to 1e-9 whatever batch a row stands in."""
        twin = copy.deepcopy(self).double()
        twin._rotate_to(len(self.rotation))
        return twin

    def loss(self, windows: Tensor) -> Tensor:
        """windows (rows, t + 1) of token ids to the mean cross-entropy of each row: nats per token, shape (rows,)."""
        hidden = self.hidden(windows[:, :-1], mask=document_mask(windows[:, :-1], self.begin))
        nats = next_token_nats(hidden.flatten(0, 1), self.head, windows[:, 1:].flatten())
        return nats.view(len(windows), -1).mean(1)


def document_mask(tokens: Tensor, begin: int, dtype: torch.dtype = torch.float32) -> Tensor | None:
    """tokens (rows, t) to (rows, 1, t, t): 0 where a position may look, back to the begin token of its document, else
    -inf. None where every window is one document: then a position may look at everything before it.
    """
    starts = tokens == begin
    if not starts[:, 1:].any():
        return None
    document = starts.cumsum(1)
    past = torch.ones(tokens.shape[1], tokens.shape[1], dtype=torch.bool).tril()
    allowed = (document[:, :, None] == document[:, None, :]) & past
    # Numbers, not booleans: attention turns booleans into them in every layer.
    return torch.zeros(allowed.shape, dtype=dtype).masked_fill_(~allowed, -torch.inf)[:, None]


def rotary_table(positions: int, width: int, dtype: torch.dtype = torch.float32, base: float = 10_000.0) -> Tensor:
    """Unit complex numbers of shape (positions, width / 2) whose angle grows with the position."""
    # Made outside inference mode, also when sampling asks for it: training must be able to use it afterwards.
    with torch.inference_mode(False):
        frequency = base ** -(torch.arange(0, width, 2, dtype=torch.float64) / width)
        angle = torch.outer(torch.arange(positions, dtype=torch.float64), frequency)
        return torch.polar(torch.ones_like(angle), angle).to(dtype.to_complex())


def _attention(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """(rows, heads, t, width per head); without a mask each position looks at all before it."""
    rows, heads, t, _ = q.shape
    if q.dtype != torch.bfloat16 or t > SHORT:
        causal = mask is None and t > 1
        return F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal, scale=ATTENTION_SCALE)
    if mask is None:
        mask = torch.full((t, t), -torch.inf).triu(1)
    q, k, v = (each.flatten(0, 1) for each in (q, k, v))
    with torch.autocast("cpu", enabled=False):
        mask = mask.to(q.dtype).expand(rows, heads, t, t).flatten(0, 1)
        weight = torch.baddbmm(mask, q, k.mT, alpha=ATTENTION_SCALE).softmax(-1)
        return torch.bmm(weight, v).view(rows, heads, t, -1)


def _look_back(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Attention of one position, (rows * heads, 1, width per head), to all that are held: two plain products."""
    weight = torch.bmm(q * ATTENTION_SCALE, k.transpose(1, 2))
    if mask is not None:  # (rows, 1, 1, held)
        weight = weight.view(len(mask), -1, k.shape[1]).masked_fill(~mask[:, 0], -torch.inf).view(weight.shape)
    return torch.bmm(weight.softmax(-1), v)
