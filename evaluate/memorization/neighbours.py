"""Neighbours of a text: the same with some words exchanged for others, drawn as often as the corpus has them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from ...core import UsageError

WORD = re.compile(r"\w+")
MOST_WORDS = 100_000
"""Different words that the law keeps: the commonest."""


class WordLaw:
    """The unigram law of some texts: words as they stand, with their counts, in the order of their first count."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts: Counter[str] = Counter()
        for text in texts:
            counts.update(WORD.findall(text))
        if len(counts) < 2:
            raise UsageError("neighbours need a corpus of at least two different words")
        kept = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_WORDS]
        self.words = [word for word, _ in kept]
        self.cumulated = np.cumsum([count for _, count in kept], dtype=np.float64)

    def draw(self, rng: np.random.Generator, n: int) -> list[str]:
        """Words, each with the probability of its count."""
        places = np.searchsorted(self.cumulated, rng.random(n) * self.cumulated[-1], "right")
        return [self.words[min(int(place), len(self.words) - 1)] for place in places]


def neighbours(text: str, law: WordLaw, rng: np.random.Generator, n: int, share: float) -> list[str]:
    """``n`` texts in which ``share`` of the words, one at least, are exchanged; none for a text without a word."""
    spans = [match.span() for match in WORD.finditer(text)]
    if not spans:
        return []
    changed = max(1, round(share * len(spans)))
    found = []
    for _ in range(n):
        places = np.sort(rng.permutation(len(spans))[:changed])
        found.append(_exchanged(text, [spans[place] for place in places], law.draw(rng, changed)))
    return found


def _exchanged(text: str, spans: Sequence[tuple[int, int]], words: Sequence[str]) -> str:
    parts, end = [], 0
    for (low, high), word in zip(spans, words, strict=True):
        parts += [text[end:low], word]
        end = high
    return "".join([*parts, text[end:]])
