"""Boxes of JUMBF (ISO/IEC 19566-5): the container in which Content Credentials lie in an image file."""

from collections.abc import Iterator
from dataclasses import dataclass

MOST_BOXES, DEEPEST, LONGEST_LABEL = 4_000, 10, 400


@dataclass(frozen=True, slots=True)
class Superbox:
    """A labelled box: ``kind`` is the four letters of its type (``c2ma``), ``contents`` its plain boxes by type."""

    kind: str
    label: str
    boxes: tuple["Superbox", ...]
    contents: tuple[tuple[str, bytes], ...]

    def walk(self) -> Iterator["Superbox"]:
        """This box and all below it."""
        yield self
        for box in self.boxes:
            yield from box.walk()


def read_jumbf(content: bytes) -> tuple[Superbox, ...]:
    """The superboxes of a byte string, as far as they are whole; never more than :data:`MOST_BOXES` of them."""
    room = [MOST_BOXES]
    return tuple(
        box
        for kind, start, end in _plain(content, 0, len(content), room)
        if kind == "jumb" and (box := _superbox(content, start, end, 0, room)) is not None
    )


def _superbox(content: bytes, start: int, end: int, depth: int, room: list[int]) -> Superbox | None:
    inner = _plain(content, start, end, room)
    if depth > DEEPEST or not inner or inner[0][0] != "jumd":
        return None
    kind, label = _description(content[inner[0][1] : inner[0][2]])
    boxes = tuple(
        box
        for name, first, last in inner[1:]
        if name == "jumb" and (box := _superbox(content, first, last, depth + 1, room)) is not None
    )
    contents = tuple((name, content[first:last]) for name, first, last in inner[1:] if name != "jumb")
    return Superbox(kind, label, boxes, contents)


def _description(data: bytes) -> tuple[str, str]:
    """The first four bytes of the type's UUID as letters, and the label that ends in a NUL."""
    kind = data[:4].decode("ascii", "replace")
    has_label = len(data) > 17 and data[16] & 2
    label = data[17 : 17 + LONGEST_LABEL].partition(b"\0")[0].decode("utf-8", "replace") if has_label else ""
    return kind, label


def _plain(content: bytes, start: int, end: int, room: list[int]) -> list[tuple[str, int, int]]:
    """Type, start and end of the data of each box between two places."""
    found: list[tuple[str, int, int]] = []
    place = start
    while place + 8 <= end and room[0] > 0:
        room[0] -= 1
        size, head = int.from_bytes(content[place : place + 4], "big"), 8
        kind = content[place + 4 : place + 8].decode("ascii", "replace")
        if size == 1:
            size, head = int.from_bytes(content[place + 8 : place + 16], "big"), 16
        elif size == 0:
            size = end - place
        if size < head or place + size > end:
            break
        found.append((kind, place + head, place + size))
        place += size
    return found
