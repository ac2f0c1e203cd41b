"""The records of a WARC file, cut out of a byte stream; damage between two records is handed on, not passed over."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

LONGEST_HEADER = 1 << 16
_VERSION = re.compile(rb"WARC/[0-9]\.[0-9]\r?\n")
_NEXT = re.compile(rb"(?<=\n)WARC/[0-9]\.[0-9]\r?\n")


@dataclass(frozen=True, slots=True)
class Record:
    """One record: its named fields in lower case, its block up to the cap, and the block's true length.

    ``fault`` says what is wrong with it: "" for a whole one.
    """

    number: int
    headers: dict[str, str]
    block: bytes
    size: int
    fault: str = ""


class _Bytes:
    """A stream that can be looked at before it is taken."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._held = bytearray()

    def peek(self, size: int) -> bytearray:
        """At least ``size`` bytes, fewer at the end of the stream."""
        while len(self._held) < size:
            chunk = next(self._chunks, None)
            if chunk is None:
                break
            self._held += chunk
        return self._held

    def take(self, size: int) -> bytes:
        """Exactly ``size`` bytes, fewer at the end of the stream."""
        taken = bytes(self.peek(size)[:size])
        del self._held[:size]
        return taken

    def skip(self, size: int) -> int:
        """Pass over ``size`` bytes; returns how many there were."""
        passed = 0
        while passed < size and self.peek(1):
            step = min(len(self._held), size - passed)
            del self._held[:step]
            passed += step
        return passed


def read_records(chunks: Iterable[bytes], limit: int) -> Iterator[Record]:
    """Every record in order, numbered from 1; of a block at most ``limit`` bytes are held.

    Where no record begins, the bytes up to the next one are a record with a ``fault`` and without headers.
    """
    stream = _Bytes(chunks)
    number = 0
    while True:
        while bytes(stream.peek(1)[:1]) in (b"\r", b"\n"):
            stream.take(1)
        if not stream.peek(1):
            return
        number += 1
        yield _record(stream, number, limit) if _VERSION.match(stream.peek(20)) else _lost(stream, number, limit)


def _record(stream: _Bytes, number: int, limit: int) -> Record:
    headers = _headers(stream)
    length = headers.get("content-length", "")
    if not (length.isascii() and length.isdigit() and len(length) < 16):
        return Record(number, headers, b"", 0, "a record without a length")
    size = int(length)
    block = stream.take(min(size, limit))
    rest = stream.skip(size - len(block)) if size > limit else 0
    fault = "" if len(block) + rest == size else "the file ends within the record"
    if not fault and not re.match(rb"\r?\n\r?\n|\Z", bytes(stream.peek(4)[:4])):
        fault = "the record is not as long as it says"
    return Record(number, headers, block, size, fault)


def _headers(stream: _Bytes) -> dict[str, str]:
    """Named fields up to the blank line; folded lines are joined."""
    held = bytes(stream.peek(LONGEST_HEADER)[:LONGEST_HEADER])
    end = re.search(rb"\r?\n\r?\n", held)
    taken = stream.take(end.end() if end else _VERSION.match(held).end())  # type: ignore[union-attr]
    return parse_fields(taken.split(b"\n", 1)[1] if end else b"")


def parse_fields(content: bytes) -> dict[str, str]:
    """``Name: value`` lines as a dict with names in lower case; values of a repeated name are joined with commas."""
    found: dict[str, str] = {}
    name = ""
    for raw in content.decode("utf-8", "replace").splitlines():
        if raw[:1] in (" ", "\t") and name:
            found[name] += " " + raw.strip()
            continue
        name, colon, value = raw.partition(":")
        name = name.strip().lower() if colon else ""
        if name:
            found[name] = f"{found[name]}, {value.strip()}" if name in found else value.strip()
    return found


def _lost(stream: _Bytes, number: int, limit: int) -> Record:
    """What stands where a record should begin, up to the next one."""
    held, size = b"", 0
    while stream.peek(1 << 16):
        window = bytes(stream.peek(1 << 16))
        found = _NEXT.search(window)
        # The next record's first line may straddle the end of what was looked at.
        passed = found.start() if found else max(1, len(window) - 20) if len(window) >= 1 << 16 else len(window)
        piece = stream.take(passed)
        held, size = held + piece[: max(0, limit - len(held))], size + len(piece)
        if found:
            break
    return Record(number, {}, held, size, "no record begins here")
