"""How much of a text is lines and paragraphs that stood in it before."""

from collections.abc import Iterable, Sequence
from itertools import groupby

import numpy as np


def line_shares(texts: Iterable[str]) -> np.ndarray:
    """Shares in [0, 1], float64 of shape (n, 4): duplicate lines, duplicate paragraphs, and the characters in each.

    Lines are stripped and empty ones left out; a paragraph is a run of lines between empty ones. The first occurrence
    does not count as a duplicate.
    """
    return np.array([_shares(text) for text in texts], float).reshape(-1, 4)


def _shares(text: str) -> tuple[float, float, float, float]:
    stripped = list(map(str.strip, text.split("\n")))
    lines = list(filter(None, stripped))
    if len(set(lines)) == len(lines):  # then no paragraph repeats either
        return 0.0, 0.0, 0.0, 0.0
    paragraphs = ["\n".join(group) for filled, group in groupby(stripped, bool) if filled]
    line_share, line_characters = _duplicated(lines)
    paragraph_share, paragraph_characters = _duplicated(paragraphs)
    return line_share, paragraph_share, line_characters, paragraph_characters


def _duplicated(pieces: Sequence[str]) -> tuple[float, float]:
    """The share of pieces that stood there before, and the share of characters in them."""
    unique = set(pieces)
    total = sum(map(len, pieces))
    return 1 - len(unique) / len(pieces), 1 - sum(map(len, unique)) / total
