"""Consistency of an output with its source by entailment, sentence against sentence: SummaC's zero-shot variant.

Laban et al. 2022, TACL 10 (arXiv 2111.09525), section 3.2: a matrix of entailment of each output sentence by each
source sentence; the best source sentence speaks for an output sentence, and the mean over output sentences for the
output.
"""

from collections.abc import Sequence

import numpy as np

from ..entailment import Entailment, checked_probabilities
from ..statistics import Floats
from .grounded_support import words_of

MOST_SOURCES = 20
"""Source sentences that one output sentence is held against: those that share most of its words."""


def consistency(matrix: Floats) -> float | None:
    """Mean over output sentences (columns) of the best source sentence (rows); None where a side is empty.

    >>> consistency(np.eye(3))
    1.0
    """
    return float(matrix.max(0).mean()) if matrix.size else None


def sentence_consistency(model: Entailment, sources: Sequence[str], sentences: Sequence[str]) -> tuple[Floats, Floats]:
    """For each output sentence the largest entailment, and entailment minus contradiction: both (sentences,).

    Without a source sentence nothing is entailed: entailment 0, difference -1. Equal source sentences count once.
    """
    best, contrast = np.zeros(len(sentences)), np.full(len(sentences), -1.0)
    distinct = list(dict.fromkeys(sources))
    if not distinct or not sentences:
        return best, contrast
    words = [frozenset(words_of(source)) for source in distinct] if len(distinct) > MOST_SOURCES else []
    chosen = [nearest_sources(distinct, sentence, words=words) for sentence in sentences]
    premises = [distinct[i] for own in chosen for i in own]
    hypotheses = [sentence for sentence, own in zip(sentences, chosen, strict=True) for _ in own]
    found = checked_probabilities(model, premises, hypotheses)
    borders = np.cumsum([0, *(len(own) for own in chosen)])
    for row, (low, high) in enumerate(zip(borders[:-1], borders[1:], strict=True)):
        best[row] = found[low:high, 0].max()
        contrast[row] = (found[low:high, 0] - found[low:high, 2]).max()
    return best, contrast


def nearest_sources(
    sources: Sequence[str], sentence: str, most: int = MOST_SOURCES, words: Sequence[frozenset[str]] = ()
) -> list[int]:
    """All source sentences, or the ``most`` that share most different words with the sentence; earlier ones first.

    ``words`` are those of the sources, where they are known.
    """
    if len(sources) <= most:
        return list(range(len(sources)))
    wanted = set(words_of(sentence))
    known = words or [frozenset(words_of(source)) for source in sources]
    shared = [len(wanted & own) for own in known]
    order = sorted(range(len(sources)), key=lambda i: (-shared[i], i))
    return sorted(order[:most])
