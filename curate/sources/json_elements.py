"""The elements of one large JSON array, cut out of a byte stream: a file of any size costs one element of memory.

Only brackets, commas and quotes are looked at here; what stands in an element is for the parser to judge.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...core import InputError, did_you_mean
from ..privacy import redact
from .lines import BOM, Line

LONGEST_KEY = 1_000
_TOKEN = re.compile(rb'["\[\]{},]')
_STRING_END = re.compile(rb'(?:[^"\\]++|\\.)*+"', re.DOTALL)
_QUOTE, _COMMA = b'"', b","

Token = tuple[bytes, int, int]  # a bracket or comma, or a quote for a (piece of a) string; its start and its end


def elements(chunks: Iterable[bytes], path: Sequence[str] | None, limit: int, place: str) -> Iterator[Line]:
    """Each element of the array as a :class:`Line` whose number counts from 1; ``limit`` caps what is held of one.

    ``path`` are the keys that lead to the array. With None the file is the array, or an object with one array in it.
    Raises :class:`InputError` where there is no such array, where it is cut off, and where something follows it.
    """
    walk = _Walk(place, path, limit)
    for chunk, tokens in _scan(chunks):
        yield from walk.chunk(chunk, tokens)
    walk.finish()


def _scan(chunks: Iterable[bytes]) -> Iterator[tuple[bytes, list[Token]]]:
    """Chunks with their tokens; a string that goes over the end of a chunk comes in pieces, the last with its quote."""
    first, in_string, rest = True, False, b""
    for raw in chunks:
        chunk = rest + (raw.removeprefix(BOM) if first else raw)
        backslashes = len(chunk) - len(chunk.rstrip(b"\\"))
        first, rest = False, b"\\" if backslashes % 2 else b""  # what it escapes stands in the next chunk
        chunk = chunk[: len(chunk) - len(rest)]
        tokens: list[Token] = []
        place = 0
        while place < len(chunk):
            if in_string:
                end = _STRING_END.match(chunk, place)
                stop, in_string = (end.end(), False) if end else (len(chunk), True)
                tokens.append((_QUOTE, place, stop))
                place = stop
            elif found := _TOKEN.search(chunk, place):
                place, in_string = found.end(), found[0] == _QUOTE
                if not in_string:
                    tokens.append((found[0], found.start(), place))
            else:
                break
        yield chunk, tokens
    if rest:
        yield rest, []


@dataclass(slots=True)
class _Walk:
    """Where in the file we are: on the way to the array, in it, or behind it."""

    place: str
    path: Sequence[str] | None
    limit: int
    depth: int = 0
    level: int | None = None  # depth of the elements while the array is open
    matched: int = 0  # keys of the path found on the way down
    array: str | None = None  # the key of the array that was read
    key: str | None = None
    keys: list[str] = field(default_factory=list)
    spelled: bytearray | None = None  # the key that is being read, while one is expected
    number: int = 0
    held: bytearray = field(default_factory=bytearray)
    size: int = 0
    ended: bool = False

    def chunk(self, chunk: bytes, tokens: list[Token]) -> Iterator[Line]:
        """The elements that end in this chunk."""
        mark = 0
        for token, start, end in tokens:
            if self.level is None:
                self._refuse_rest(chunk[mark : end if self.ended else start])
                self._outside(token, chunk[start:end])
                mark = end
                continue
            closes = token in b"]}"
            if self.depth == self.level and (closes or token == _COMMA):
                self._hold(chunk[mark:start])
                yield from self._element(last=closes)
                mark = end
            if closes and self.depth == self.level:
                self.level = None
            self._sink(token)
        if self.level is None:
            self._refuse_rest(chunk[mark:])
        else:
            self._hold(chunk[mark:])

    def finish(self) -> None:
        """The file has ended: was that its end?"""
        if self.depth or (self.held and not self.ended):
            where = (
                f"after {self.number:,} elements of the array" if self.array is not None else "before the array ends"
            )
            raise InputError(f"{self.place}: the file ends {where}, it is cut off; restore it from a copy")
        if self.ended and self.array is None:
            listed = redact(", ".join(self.keys[:20])) or "none"
            wanted = ".".join(self.path or ())
            if not wanted:
                raise InputError(f"{self.place}: an object without an array among its values; its keys: {listed}")
            hint = did_you_mean(wanted.rsplit(".", 1)[-1], self.keys)
            raise InputError(f"{self.place}: no array {wanted!r} (option array); {hint}keys there: {listed}")

    def _sink(self, token: bytes) -> None:
        if token in b"[{":
            self.depth += 1
        elif token in b"]}":
            self.depth -= 1
            self.ended = self.depth <= 0

    def _outside(self, token: bytes, content: bytes) -> None:
        """On the way to the array, or past it."""
        inner = self.matched + 1  # depth of the keys that matter
        if token == _QUOTE:
            self._spell(content)
        elif token in b"[{":
            self._open(token)
        elif token == _COMMA and self.depth == inner:
            self.key, self.spelled = None, bytearray()
        self._sink(token)

    def _spell(self, content: bytes) -> None:
        if self.spelled is None or self.depth != self.matched + 1 or len(self.spelled) > LONGEST_KEY:
            return
        self.spelled += content
        if content.endswith(b'"'):
            try:
                self.key = str(json.loads(b'"' + self.spelled))
            except ValueError:
                self.key = None
            self.spelled = None
            self.keys += [self.key] if self.key is not None and self.array is None else []

    def _open(self, token: bytes) -> None:
        """A list or object begins: is it on the path, or the array itself?"""
        wanted = self.path or ()
        if self.depth == 0:
            if token == b"[" and not wanted:
                self._enter("")
            elif token == b"{":
                self.spelled = bytearray()
        elif self.depth == self.matched + 1 and self.key is not None:
            is_next = self.path is None or (self.matched < len(wanted) and self.key == wanted[self.matched])
            is_last = self.path is None or self.matched + 1 == len(wanted)
            if is_next and is_last and token == b"[":
                self._enter(self.key)
            elif is_next and not is_last and token == b"{":
                self.matched, self.spelled, self.keys = self.matched + 1, bytearray(), []

    def _enter(self, key: str) -> None:
        if self.array is not None:
            names = redact(f"{self.array}, {key}")
            raise InputError(f"{self.place}: more than one array ({names}); name the one to read with the option array")
        self.array, self.level, self.key = key, self.depth + 1, None

    def _hold(self, piece: bytes) -> None:
        self.held += piece[: max(0, self.limit + 1 - len(self.held))]
        self.size += len(piece)

    def _element(self, last: bool) -> Iterator[Line]:
        content = bytes(self.held).strip() if self.size <= self.limit else bytes(self.held[: self.limit])
        size = len(content) if self.size <= self.limit else self.size
        self.held, self.size = bytearray(), 0
        if content or size or self.number or not last:
            self.number += 1
            yield Line(self.number, content, size)

    def _refuse_rest(self, piece: bytes) -> None:
        """Nothing but blanks may stand before the first bracket or after the last one."""
        if self.depth or not piece.strip():
            return
        if self.ended:
            raise InputError(
                f"{self.place}: something follows the end of the JSON value; where each line is an object, "
                "read it with the source jsonl"
            )
        raise InputError(
            f"{self.place}: begins with neither [ nor {{; it is no JSON file with an array; choose another source"
        )
