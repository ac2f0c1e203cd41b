"""The baseline that attribution has to beat: how many words a document shares with what it is ranked for."""

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..statistics import Floats
from .target import Target

WORD = re.compile(r"\w+")
K1, B = 1.2, 0.75
"""Saturation of a word's count and weight of a document's length: Manning, Raghavan & Schütze 2008, section 11.4.3."""


def similarity(documents: Sequence[str], targets: Sequence[Target]) -> Floats:
    """BM25 of each document for the words of each target, (documents, targets); a gap is the difference of its sides.

    Source: Robertson & Zaragoza 2009, The Probabilistic Relevance Framework.
    """
    counts = [Counter(_words(text)) for text in documents]
    sizes = np.array([sum(count.values()) for count in counts], np.float64)
    norm = K1 * (1 - B + B * sizes / max(1.0, float(sizes.mean())))
    holders: dict[str, list[int]] = {}
    for row, count in enumerate(counts):
        for word in count:
            holders.setdefault(word, []).append(row)
    table = np.zeros((len(documents), len(targets)))
    for column, target in enumerate(targets):
        for word, share in _query(target).items():
            rows = holders.get(word, [])
            rarity = math.log1p((len(documents) - len(rows) + 0.5) / (len(rows) + 0.5))
            found = np.array([counts[row][word] for row in rows], np.float64)
            table[rows, column] += share * rarity * found * (K1 + 1) / (found + norm[rows])
    return table


def _query(target: Target) -> dict[str, float]:
    """Each different word of the target's texts with its share, those of the second side of a gap below 0."""
    shares: dict[str, float] = {}
    for text, share in target.texts:
        for word in dict.fromkeys(_words(text)):
            shares[word] = shares.get(word, 0.0) + share
    return shares


def _words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]
