"""Causal attention in which groups of heads share keys and values, with or without a cache of the past."""

import torch
import torch.nn.functional as F
from torch import Tensor

from ..gpt import KeyValueCache

Past = tuple[KeyValueCache, int, int]
"""The cache, the number of the layer and the position of the first token."""


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, past: Past | None) -> Tensor:
    """q (rows, heads, t, d), k and v (rows, groups, t, d) to (rows, t, heads * d).

    ``mask`` (rows, 1, t, keys) is True where a position may look; without it attention is causal. With ``past`` keys
    and values are stored, and a single token looks back on all that are held.
    """
    rows, heads, t, d = q.shape
    groups = k.shape[1]
    if past is not None:
        cache, layer, start = past
        held = cache.write(layer, k.flatten(0, 1), v.flatten(0, 1), start)
        if t == 1:
            return _look_back(q.reshape(rows * groups, heads // groups, d), *held, mask).view(rows, 1, heads * d)
    if groups != heads:
        k, v = k.repeat_interleave(heads // groups, 1), v.repeat_interleave(heads // groups, 1)
    y = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=mask is None and t > 1)
    return y.transpose(1, 2).reshape(rows, t, heads * d)


def _look_back(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None) -> Tensor:
    """Each head of one token, (rows * groups, heads a group, d), on its group's keys: two plain products."""
    weight = torch.bmm(q * q.shape[-1] ** -0.5, k.transpose(1, 2))
    if mask is not None:  # (rows, 1, 1, held)
        weight = weight.view(len(mask), -1, k.shape[1]).masked_fill(~mask[:, 0], -torch.inf).view(weight.shape)
    return torch.bmm(weight.softmax(-1), v)
