"""The block formats of GGUF tensors as numpy layouts, and how a block becomes float32.

Formats: github.com/ggml-org/ggml, src/ggml-common.h. ``d`` is a block's scale and ``m`` its minimum; ``q`` holds the
quanta, two to a byte, the first half of the block in the low bits.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from ...core import UsageError

Array = Any
"""A numpy array: the types of structured ones say less than their layouts below."""


class Blocks(NamedTuple):
    """A format: how many values a block has, its bytes, and what they mean: blocks (n,) to values (n, values)."""

    values: int
    layout: np.dtype
    decode: Callable[[Array], Array]


def dequantise(content: Array, kind: int) -> Array:
    """The values, float32 of shape (n,), that bytes (uint8) of this kind stand for."""
    if kind not in BLOCKS:
        raise UsageError(f"no block format {kind}; known: {sorted(BLOCKS)}")
    blocks = BLOCKS[kind]
    return np.ascontiguousarray(blocks.decode(content.view(blocks.layout)), np.float32).reshape(-1)


def _scale(blocks: Array, name: str = "d") -> Array:
    return blocks[name].astype(np.float32)[:, None]


def _nibbles(q: Array) -> Array:
    return np.concatenate([q & 15, q >> 4], -1)


def _fives(blocks: Array) -> Array:
    fifth = (blocks["h"][:, None] >> np.arange(32, dtype=np.uint32)) & 1
    return _nibbles(blocks["q"]) | (fifth << 4).astype(np.uint8)


def _plain(blocks: Array) -> Array:
    return blocks.astype(np.float32)


def _bfloat16(blocks: Array) -> Array:
    return (blocks.astype(np.uint32) << 16).view(np.float32)


def _q4_0(blocks: Array) -> Array:
    return _scale(blocks) * (_nibbles(blocks["q"]).astype(np.float32) - 8)


def _q4_1(blocks: Array) -> Array:
    return _scale(blocks) * _nibbles(blocks["q"]) + _scale(blocks, "m")


def _q5_0(blocks: Array) -> Array:
    return _scale(blocks) * (_fives(blocks).astype(np.float32) - 16)


def _q5_1(blocks: Array) -> Array:
    return _scale(blocks) * _fives(blocks) + _scale(blocks, "m")


def _q8_0(blocks: Array) -> Array:
    return _scale(blocks) * blocks["q"]


def _q4_k(blocks: Array) -> Array:
    """256 values in eight runs of 32; scales and minima of the runs are six bits each, packed in twelve bytes."""
    packed = blocks["s"]
    low, high, rest = packed[:, :4], packed[:, 4:8], packed[:, 8:]
    scales = np.concatenate([low & 63, (rest & 15) | (low >> 6 << 4)], 1).astype(np.float32) * _scale(blocks)
    minima = np.concatenate([high & 63, (rest >> 4) | (high >> 6 << 4)], 1).astype(np.float32) * _scale(blocks, "m")
    quanta = _nibbles(blocks["q"].reshape(-1, 4, 32)).reshape(-1, 8, 32)
    return scales[:, :, None] * quanta - minima[:, :, None]


def _q6_k(blocks: Array) -> Array:
    """256 values in sixteen runs of 16; four bits of each in ``q`` and two in ``h``, a half of the block at a time."""
    low = _nibbles(blocks["q"].reshape(-1, 2, 64))  # of each half: 32 + 32 low nibbles, then 32 + 32 high ones
    shifts = np.array([0, 2, 4, 6], np.uint8)[:, None]
    high = (blocks["h"].reshape(-1, 2, 1, 32) >> shifts & 3).reshape(-1, 2, 128)
    quanta = (low | high << 4).astype(np.float32).reshape(-1, 16, 16) - 32
    return (_scale(blocks) * blocks["s"])[:, :, None] * quanta


def _layout(*fields: tuple[str, str] | tuple[str, str, int]) -> np.dtype:
    return np.dtype(list(fields))


D, M = ("d", "<f2"), ("m", "<f2")
BLOCKS: dict[int, Blocks] = {
    0: Blocks(1, np.dtype("<f4"), _plain),
    1: Blocks(1, np.dtype("<f2"), _plain),
    2: Blocks(32, _layout(D, ("q", "u1", 16)), _q4_0),
    3: Blocks(32, _layout(D, M, ("q", "u1", 16)), _q4_1),
    6: Blocks(32, _layout(D, ("h", "<u4"), ("q", "u1", 16)), _q5_0),
    7: Blocks(32, _layout(D, M, ("h", "<u4"), ("q", "u1", 16)), _q5_1),
    8: Blocks(32, _layout(D, ("q", "i1", 32)), _q8_0),
    12: Blocks(256, _layout(D, M, ("s", "u1", 12), ("q", "u1", 128)), _q4_k),
    14: Blocks(256, _layout(("q", "u1", 128), ("h", "u1", 64), ("s", "i1", 16), D), _q6_k),
    30: Blocks(1, np.dtype("<u2"), _bfloat16),
}
"""By the number that GGUF gives a format."""
