"""Sentences of a text with their places: what is searched in, and what is looked up."""

import re
from collections.abc import Iterator

LONGEST = 1_000
_END = re.compile(r"(?<![.!?])[.!?]++[\"'\u201d\u2019)\]]*+(?=\s)|\n[^\S\n]*+\n")
_TITLES = r"[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|vs|Gen|Col|Lt|Capt|Rev|Sen|Gov|e\.g|i\.e|cf"
_SHORT = re.compile(rf"(?:^|[\s(])(?:(?:{_TITLES})\.(?=\s)|[Nn]o\.(?=\s\d))")


def sentence_spans(text: str) -> Iterator[tuple[int, int]]:
    """Character ranges of the sentences of a text, white space at their ends left out.

    A sentence ends with a mark before white space, or with an empty line; not after an initial or a common title. Where
    it is longer than 1,000 characters it is cut there: a text without an end has a bounded cost.

    >>> text = "Dr. Moss came. She left at 3.15 p.m.!  Nobody saw her"
    >>> [text[start:end] for start, end in sentence_spans(text)]
    ['Dr. Moss came.', 'She left at 3.15 p.m.!', 'Nobody saw her']
    """
    start = 0
    for match in _END.finditer(text):
        if match[0] == "." and _short(text, max(start, match.end() - 8), match.end()):
            continue
        yield from _pieces(text, start, match.end())
        start = match.end()
    yield from _pieces(text, start, len(text))


def _short(text: str, low: int, end: int) -> bool:
    """Whether the mark that ends at ``end`` belongs to an initial, a title or a number (No. 5)."""
    return any(match.end() == end - low for match in _SHORT.finditer(text[low : end + 2]))


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for low in range(start, end, LONGEST):
        piece = text[low : min(end, low + LONGEST)]
        if found := piece.strip():
            first = low + len(piece) - len(piece.lstrip())
            yield first, first + len(found)
