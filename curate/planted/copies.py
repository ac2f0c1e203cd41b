"""Copies of documents with an exactly known Jaccard similarity, for the planted-control audit.

Replacing k words, each five or more apart and four or more from either end, by words that stand nowhere else turns S
distinct 5-grams into two sets that share S - 5k of S + 5k: J = (S - 5k) / (S + 5k).
"""

import re
from dataclasses import dataclass

import numpy as np

from ..duplicates import jaccard

LEVELS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.95)
_WORD = re.compile(r"\w+", re.ASCII)
_MINIMUM_WORDS = 60


@dataclass(frozen=True, slots=True)
class Copy:
    """A text made from document ``host`` (its number in the sample). ``similarity`` is measured, not intended."""

    host: int
    text: str
    similarity: float
    level: str


def edited_copy(host: int, text: str, level: float, rng: np.random.Generator) -> Copy | None:
    """A copy whose measured similarity lies within [level, level + 0.04), or None where the text does not allow it.

    Only texts of at least 60 ASCII words with few repeats can be edited to a level.
    """
    words = [found.span() for found in _WORD.finditer(text)] if text.isascii() else []
    count = edits_for(len(words) - 4, level)
    if len(words) < _MINIMUM_WORDS or len(words) < 5 * count + 8:
        return None
    edited = _replace(text, words, _places(len(words), count, rng), rng)
    similarity = jaccard(text, edited)
    return Copy(host, edited, similarity, f"{level:g}") if level <= similarity < level + 0.04 else None


def edits_for(grams: int, level: float) -> int:
    """The largest number of replaced words that leaves a similarity of at least ``level``."""
    return int(max(grams, 0) * (1 - level) / (5 * (1 + level)) + 1e-9)


def _places(words: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """``count`` places from 4 to words - 5 with at least 5 between neighbours, uniform over all such choices."""
    free = words - 8 - 4 * (count - 1)
    return np.sort(rng.choice(free, count, replace=False)) + 4 + 4 * np.arange(count)


def _replace(text: str, words: list[tuple[int, int]], places: np.ndarray, rng: np.random.Generator) -> str:
    pieces: list[str] = []
    position = 0
    for place in places.tolist():
        start, end = words[place]
        # 60 random bits: a word that stands nowhere else.
        pieces += [text[position:start], f"q{rng.integers(2**60):015x}"]
        position = end
    return "".join([*pieces, text[position:]])
