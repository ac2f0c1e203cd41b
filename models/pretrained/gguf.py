"""A bounded reader of GGUF files, versions 2 and 3: metadata and tensors, nothing interpreted beyond them.

Layout: github.com/ggml-org/ggml, docs/gguf.md. Little-endian. Every length is checked against the file before it is
believed. Tensors are dequantised one at a time (:mod:`.blocks`).
"""

import math
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ...core import InputError
from .blocks import BLOCKS, dequantise

MAGIC = b"GGUF"
MOST_TENSORS, MOST_KEYS, MOST_ITEMS, MOST_DIMENSIONS = 100_000, 10_000, 2_000_000, 4
LONGEST_STRING = 1 << 20
SCALARS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9


@dataclass(frozen=True, slots=True)
class TensorPlace:
    """Where a tensor lies: ``shape`` as numpy counts it (slowest axis first), ``kind`` of its blocks, byte offset."""

    shape: tuple[int, ...]
    kind: int
    offset: int


class GGUF:
    """An open file: ``metadata`` by key, tensors by name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._bytes = np.memmap(path, np.uint8, "r") if path.stat().st_size else np.zeros(0, np.uint8)
        cursor = _Cursor(self._bytes, path)
        if cursor.take(4) != MAGIC:
            raise InputError(f"{path}: not a GGUF file; give a .gguf file or a Hugging Face folder")
        version = cursor.number("I")
        if version not in (2, 3):
            raise InputError(f"{path}: GGUF version {version} is not supported (2 and 3 are); convert the file anew")
        tensors, keys = cursor.count("Q", MOST_TENSORS, "tensors"), cursor.count("Q", MOST_KEYS, "keys")
        self.metadata: dict[str, Any] = {}
        for _ in range(keys):
            key = cursor.string()
            self.metadata[key] = cursor.value(cursor.number("I"))
        self.places = dict(cursor.tensor() for _ in range(tensors))
        alignment = self.metadata.get("general.alignment", 32)
        if not isinstance(alignment, int) or not 1 <= alignment <= 1 << 16:
            raise InputError(f"{path}: alignment {alignment!r} is out of bounds; download the file again")
        self._start = -(-cursor.at // alignment) * alignment
        self._check()

    def tensor(self, name: str) -> np.ndarray:
        """One tensor as float32."""
        place = self.places[name]
        size = _size(place)
        low = self._start + place.offset
        values: np.ndarray = dequantise(np.asarray(self._bytes[low : low + size]), place.kind)
        return values.reshape(place.shape)

    def _check(self) -> None:
        for name, place in self.places.items():
            if place.kind not in BLOCKS:
                known = "F32, F16, BF16, Q4_0, Q4_1, Q5_0, Q5_1, Q8_0, Q4_K, Q6_K"
                raise InputError(f"{self.path}: tensor {name!r} is of kind {place.kind}, not one of {known}")
            if place.shape[-1] % BLOCKS[place.kind].values:
                raise InputError(f"{self.path}: tensor {name!r} does not fill its blocks; download the file again")
            if self._start + place.offset + _size(place) > len(self._bytes):
                raise InputError(f"{self.path}: ends before tensor {name!r} does; download the file again")


def _size(place: TensorPlace) -> int:
    blocks = BLOCKS[place.kind]
    return math.prod(place.shape) // blocks.values * blocks.layout.itemsize


class _Cursor:
    """Reads on from a place, never past the end."""

    def __init__(self, content: np.ndarray, path: Path) -> None:
        self.content, self.path, self.at = content, path, 0

    def take(self, size: int) -> bytes:
        if size > len(self.content) - self.at:
            raise InputError(f"{self.path}: ends in the middle of its header; download the file again")
        self.at += size
        return self.content[self.at - size : self.at].tobytes()

    def number(self, code: str) -> Any:
        return struct.unpack(f"<{code}", self.take(struct.calcsize(f"<{code}")))[0]

    def count(self, code: str, most: int, what: str) -> int:
        found = int(self.number(code))
        if found > most:
            raise InputError(f"{self.path}: says it holds {found} {what}, more than {most}; download the file again")
        return found

    def string(self) -> str:
        return self.take(self.count("Q", LONGEST_STRING, "bytes in one string")).decode("utf-8", "replace")

    def value(self, kind: int) -> Any:
        if kind == STRING:
            return self.string()
        if kind == ARRAY:
            inner = self.number("I")
            return list(self._items(inner, self.count("Q", MOST_ITEMS, "items in one list")))
        return self.number(self._code(kind))

    def tensor(self) -> tuple[str, TensorPlace]:
        name = self.string()
        dimensions = [self.number("Q") for _ in range(self.count("I", MOST_DIMENSIONS, "dimensions of a tensor"))]
        kind, offset = self.number("I"), self.number("Q")
        if not dimensions or math.prod(dimensions) > 1 << 40:
            raise InputError(f"{self.path}: tensor {name!r} has no size that is possible; download the file again")
        return name, TensorPlace(tuple(dimensions[::-1]), kind, offset)

    def _items(self, kind: int, size: int) -> Iterator[Any]:
        if kind == STRING:
            return iter([self.string() for _ in range(size)])
        code = self._code(kind)  # lists in lists do not occur in models, and could nest without end
        return iter(struct.unpack(f"<{size}{code}", self.take(size * struct.calcsize(f"<{code}"))))

    def _code(self, kind: int) -> str:
        if kind not in SCALARS:
            raise InputError(f"{self.path}: holds a value of unknown type {kind}; download the file again")
        return SCALARS[kind]
