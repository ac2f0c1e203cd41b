"""Unigram and bigram models of a few texts, smoothed so that everything stays possible."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

BEGIN = "\x02"
_WORD = re.compile(r"\w+|[^\w\s]")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n\s*\n")
WEIGHT = 0.5


def words(text: str) -> list[str]:
    """Lower-cased words and single punctuation marks.

    >>> words("The cat, again.")
    ['the', 'cat', ',', 'again', '.']
    """
    return _WORD.findall(text.casefold())


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence of a text; sentences without a word are left out."""
    return [found for part in _SENTENCE_END.split(text) if (found := words(part))]


class NgramModel:
    """Bigram model interpolated with a unigram model with add-one smoothing over a fixed vocabulary.

    p(w | v) = b(w | v) / 2 + u(w) / 2 after a seen v and u(w) after an unseen one, where
    u(w) = (count(w) + 1) / (tokens + vocabulary) and b is the relative frequency. The probabilities of the vocabulary
    sum to 1, so models of different texts are comparable.
    """

    def __init__(self, texts: Iterable[Sequence[Sequence[str]]], vocabulary: int) -> None:
        """``texts``: sentences of words of each text; ``vocabulary``: number of words that can come at all."""
        self._unigrams: Counter[str] = Counter()
        self._bigrams: Counter[tuple[str, str]] = Counter()
        self._contexts: Counter[str] = Counter()
        for text in texts:
            for sentence in text:
                self._unigrams.update(sentence)
                self._contexts.update([BEGIN, *sentence[:-1]])
                self._bigrams.update(zip([BEGIN, *sentence[:-1]], sentence, strict=True))
        self._size = self._unigrams.total() + vocabulary

    def probability(self, word: str, before: str = BEGIN) -> float:
        """p(word | before), above 0."""
        unigram = (self._unigrams[word] + 1) / self._size
        context = self._contexts[before]
        if not context:
            return unigram
        return WEIGHT * self._bigrams[before, word] / context + (1 - WEIGHT) * unigram

    def surprise(self, sentence: Sequence[str]) -> NDArray[np.float64]:
        """-ln p of each word of a sentence, in nats, shape (words,)."""
        before = [BEGIN, *sentence[:-1]]
        return -np.log([self.probability(word, last) for word, last in zip(sentence, before, strict=True)])
