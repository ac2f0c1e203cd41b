"""The words of one text with the characters they were made from: where a match on words is to be cut out."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from .words import canonical, split_words

_RUN = re.compile("[A-Za-z0-9_\x80-\U0010ffff]+")


@dataclass(frozen=True, slots=True)
class WordSpans:
    """The words of one text, as :func:`split_words` finds them; word k stands in characters [starts[k], ends[k])."""

    words: tuple[bytes, ...]
    starts: np.ndarray
    ends: np.ndarray


def word_spans(text: str) -> WordSpans:
    """Words with their characters. Where case folding or composition joins characters, a word covers all of them."""
    split = split_words(pa.array([text], pa.large_string()))
    words = tuple(split.text(0).split())
    if text.isascii():
        return WordSpans(words, split.starts, split.ends)
    found = [word for run in _RUN.finditer(text) for word in _run_words(run.group(), run.start())]
    if tuple(word for word, _, _ in found) != words:
        # A combining mark after a blank or a sign: no part of the text can be told from the rest.
        found = [(word, 0, len(text)) for word in words]
    starts, ends = (np.array([word[side] for word in found], np.int64) for side in (1, 2))
    return WordSpans(words, starts, ends)


def _run_words(run: str, offset: int) -> list[tuple[bytes, int, int]]:
    if run.isascii():
        return [(run.lower().encode(), offset, offset + len(run))]
    made: list[str] = []
    owners: list[tuple[int, int]] = []
    for start, end in _clusters(run):
        piece = canonical(run[start:end]) if not run[start:end].isascii() else run[start:end].lower()
        made.append(piece)
        owners += [(offset + start, offset + end)] * len(piece)
    joined = "".join(made)
    words = [(found.group().encode(), *_covered(owners, *found.span())) for found in re.finditer(r"[^ ]+", joined)]
    whole = [word.encode() for word in canonical(run).split(" ") if word]
    if [word for word, _, _ in words] == whole:
        return words
    return [(word, offset, offset + len(run)) for word in whole]


def _covered(owners: list[tuple[int, int]], start: int, end: int) -> tuple[int, int]:
    return owners[start][0], owners[end - 1][1]


def _clusters(run: str) -> Iterator[tuple[int, int]]:
    """A character with the marks that follow it."""
    start = 0
    for place in range(1, len(run)):
        if unicodedata.category(run[place])[0] != "M":
            yield start, place
            start = place
    yield start, len(run)
