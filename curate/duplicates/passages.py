"""A text in paragraphs, lines or sentences, and the form in which two of them are compared."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Literal

Unit = Literal["paragraph", "line", "sentence"]
Span = tuple[int, int]
_SENTENCE_END = re.compile("[.!?\u0964\u06d4][\"'\u201d\u2019)\\]]{0,3}(?=\\s|$)|[\u3002\uff01\uff1f]")


def passages(text: str, unit: Unit) -> list[Span]:
    """Where the paragraphs (lines up to a blank one), lines or sentences of a text stand; blank ones are none."""
    split: Callable[[str], Iterator[Span]] = {"paragraph": _paragraphs, "line": _lines, "sentence": _sentences}[unit]
    return list(split(text))


def normalise(text: str) -> str:
    """Composed (NFC), case-folded, runs of white space as one blank."""
    if text.isascii():
        return " ".join(text.lower().split())
    return unicodedata.normalize("NFC", " ".join(unicodedata.normalize("NFC", text).casefold().split()))


def _lines(text: str) -> Iterator[Span]:
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        if line and not line.isspace():
            yield start, end
        start = end + 1


def _paragraphs(text: str) -> Iterator[Span]:
    first, last = -1, -1
    for start, end in _lines(text):
        if first >= 0 and "\n" not in text[last + 1 : start]:
            last = end
            continue
        if first >= 0:
            yield first, last
        first, last = start, end
    if first >= 0:
        yield first, last


def _sentences(text: str) -> Iterator[Span]:
    """Sentences end at a full stop, exclamation or question mark of any of the common scripts, and with their line."""
    for start, end in _lines(text):
        place = start
        for found in _SENTENCE_END.finditer(text, start, end):
            yield from _trimmed(text, place, found.end())
            place = found.end()
        yield from _trimmed(text, place, end)


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield start, end
