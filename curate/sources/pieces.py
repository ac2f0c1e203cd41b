"""Lines of text packed into pieces of limited length that end where a reader would pause."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from .lines import Line


@dataclass(slots=True)
class Piece:
    """Consecutive lines. ``size`` counts all of their bytes; ``content`` stops growing at the cap."""

    number: int
    content: list[bytes] = field(default_factory=list)
    size: int = 0

    def add(self, line: Line, limit: int) -> None:
        """Put a line at the end."""
        self.size += line.size + (1 if self.content else 0)
        if self.size <= limit or not self.content:
            self.content.append(line.content)

    def decoded(self, encoding: str) -> str | None:
        """The text of a single line, or None where it was cut at the cap or is not in this encoding."""
        try:
            return self.content[0].decode(encoding) if self.size == len(self.content[0]) else None
        except UnicodeDecodeError:
            return None


def pack(lines: Iterable[Piece], characters: int, encoding: str) -> Iterator[Piece]:
    """Pieces of at most ``characters`` characters, cut at the last blank line, else at a line end, else at a space.

    Every line is in exactly one piece, unless it is longer than a piece. One that cannot be decoded stands alone.
    """
    held: list[tuple[int, str]] = []
    length = 0  # of the held lines with an end each
    for line in lines:
        text = line.decoded(encoding)
        while held and (text is None or len(text) > characters or length + len(text) > characters):
            end = _good_end(held, text)
            yield _joined(held[:end], encoding)
            held = held[end:]
            length = sum(len(text) + 1 for _, text in held)
        if text is None:
            yield line
            continue
        *whole, rest = _segments(text, characters)
        for segment in whole:
            yield _joined([(line.number, segment)], encoding)
        held.append((line.number, rest))
        length += len(rest) + 1
    if held:
        yield _joined(held, encoding)


def _good_end(held: list[tuple[int, str]], following: str | None) -> int:
    """How many held lines make the next piece: up to the last blank one; all where none is, or one follows."""
    if following is None or not following.strip():
        return len(held)
    return next((index for index in range(len(held) - 1, 0, -1) if not held[index][1].strip()), len(held))


def _segments(line: str, characters: int) -> list[str]:
    segments, start = [], 0
    while len(line) - start > characters:
        space = line.rfind(" ", start + 1, start + characters + 1)
        end = space if space > 0 else start + characters
        segments.append(line[start:end])
        start = end + (1 if space > 0 else 0)
    return [*segments, line[start:]]


def _joined(lines: list[tuple[int, str]], encoding: str) -> Piece:
    content = "\n".join(text for _, text in lines).encode(encoding)
    number = next((number for number, text in lines if text.strip()), lines[0][0])
    return Piece(number, [content], len(content))
