"""Lines of a byte stream with a cap: a line of any length costs no more memory than the cap."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

BOM = b"\xef\xbb\xbf"
LONGEST_LINE = 16 << 20
EVIDENCE_BYTES = 1 << 16


class Line(NamedTuple):
    """One line without its end. ``size`` is its true length in bytes; ``content`` stops at the cap."""

    number: int
    content: bytes
    size: int

    @property
    def whole(self) -> bool:
        """Whether ``content`` is all of the line."""
        return self.size == len(self.content)


def read_lines(chunks: Iterable[bytes], limit: int = LONGEST_LINE) -> Iterator[Line]:
    """Lines ended by LF or CRLF, numbered from 1; a UTF-8 byte order mark at the start is dropped."""
    number, held, size = 1, b"", 0
    for chunk in chunks:
        *ended, rest = chunk.split(b"\n")
        for piece in ended:
            yield _line(number, held + piece[: max(0, limit + 1 - len(held))], size + len(piece), limit)
            number, held, size = number + 1, b"", 0
        held += rest[: max(0, limit + 1 - len(held))]
        size += len(rest)
    if size:
        yield _line(number, held, size, limit)


def _line(number: int, content: bytes, size: int, limit: int) -> Line:
    if size == len(content) and content.endswith(b"\r"):
        content, size = content[:-1], size - 1
    if number == 1 and content.startswith(BOM):
        content, size = content[len(BOM) :], size - len(BOM)
    return Line(number, content[:limit], size)
