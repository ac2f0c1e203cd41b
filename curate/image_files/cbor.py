"""A bounded reader of CBOR (RFC 8949), as far as Content Credentials use it: no tag is acted on."""

import struct
from typing import Any

MOST_ITEMS, DEEPEST = 20_000, 24
_SIMPLE = {20: False, 21: True, 22: None, 23: None}
_FLOATS = {25: ">e", 26: ">f", 27: ">d"}


class NotCbor(ValueError):
    """The bytes end early, nest too deep, hold too many items or a form that the reader does not know."""


def read_cbor(content: bytes) -> Any:
    """The first item: numbers, bytes, texts, lists, dicts with plain keys; a tagged value is given without its tag."""
    return _Reader(content).item(0)


class _Reader:
    def __init__(self, content: bytes) -> None:
        self.content, self.place, self.items = content, 0, 0

    def item(self, depth: int) -> Any:
        self.items += 1
        if self.items > MOST_ITEMS or depth > DEEPEST:
            raise NotCbor(f"more than {MOST_ITEMS:,} items or {DEEPEST} levels")
        kind, info = divmod(self.take(1)[0], 32)
        if kind == 7:
            return self.simple(info)
        size = None if info == 31 else self.number(info)
        if kind == 0 or kind == 1:
            return size if kind == 0 or size is None else -1 - size
        if kind == 6:
            return self.item(depth + 1)
        if kind in (2, 3):
            parts = [self.take(size)] if size is not None else list(self.until_break(depth))
            joined = b"".join(part if isinstance(part, bytes) else str(part).encode() for part in parts)
            return joined if kind == 2 else joined.decode("utf-8", "replace")
        if kind == 4:
            return list(self.until_break(depth)) if size is None else [self.item(depth + 1) for _ in self.counted(size)]
        return self.pairs(size, depth)

    def pairs(self, size: int | None, depth: int) -> dict[Any, Any]:
        if size is None:
            flat = list(self.until_break(depth))
            found = zip(flat[::2], flat[1::2], strict=False)
        else:
            found = zip(*[iter([self.item(depth + 1) for _ in self.counted(2 * size)])] * 2, strict=True)
        return {key: value for key, value in found if isinstance(key, (str, int, bytes))}

    def until_break(self, depth: int) -> Any:
        while self.content[self.place : self.place + 1] != b"\xff":
            yield self.item(depth + 1)
        self.place += 1

    def counted(self, size: int) -> range:
        if size > len(self.content) - self.place:
            raise NotCbor("claims more items than there are bytes")
        return range(size)

    def number(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise NotCbor(f"additional information {info}")
        return int.from_bytes(self.take(1 << info - 24), "big")

    def simple(self, info: int) -> Any:
        if info in _FLOATS:
            return struct.unpack(_FLOATS[info], self.take(struct.calcsize(_FLOATS[info])))[0]
        if info in _SIMPLE:
            return _SIMPLE[info]
        raise NotCbor(f"simple value {info}")

    def take(self, size: int) -> bytes:
        found = self.content[self.place : self.place + size]
        if len(found) < size:
            raise NotCbor("ends early")
        self.place += size
        return found
