"""A masked model whose probabilities are a plain function of the tokens around a gap."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from headwater.models import ExternalModel

BEGIN, END = 0, 1


class FakeMasked(ExternalModel):
    """Words are tokens by their place in ``vocabulary``; BEGIN and END are the marks."""

    kind = "fake-masked"

    def __init__(self, weight: float = 1.0) -> None:
        super().__init__("fake masked", ["masked_logprob"], {"weight": weight})
        self.weight = weight
        self.vocabulary: list[str] = ["[CLS]", "[SEP]"]
        self.asked = 0
        self.folder = Path("nowhere")

    def marked(self, texts: Sequence[str]) -> list[list[int]]:
        return [[BEGIN, *(self._number(word) for word in text.split()), END] for text in texts]

    def _number(self, word: str) -> int:
        if word not in self.vocabulary:
            self.vocabulary.append(word)
        return self.vocabulary.index(word)

    def masked_logprobs(self, sequences: Sequence[Sequence[int]], places: Sequence[Any]) -> list[np.ndarray]:
        self.asked += sum(len(each) for each in places)
        return [
            np.array([self.one(sequence, place) for place in each])
            for sequence, each in zip(sequences, places, strict=True)
        ]

    def one(self, sequence: Sequence[int], place: int) -> float:
        """Depends on every other word, on its place and on the word itself."""
        words = [self.vocabulary[token] for token in sequence]
        others = sum(sum(word.encode()) * (3 + abs(place - k)) for k, word in enumerate(words) if k != place)
        return -self.weight * (((others * 7 + len(words[place]) * 13 + place * 5) * 0.7310585) % 10.1)
