"""What each sentence of an output owes to its source, and how likely an output is to say more than its source.

A detector is a number of (source, output), higher where the output is less supported. ``combined`` weighs the others by
:data:`WEIGHTS`, which benchmarks/grounding_detector.py fitted (its docstring has the recipe): never on a set that a
figure in the documentation is measured on.
"""

import math
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..entailment import Entailment
from ..entailment.minilm_encoder import MiniLm
from ..facts import Fact, SourceFacts, facts_of, sentences
from ..facts.negation import denies, opposed
from .grounded_consistency import sentence_consistency
from .grounded_support import EXTRACTIVE, SourceWords, Support
from .grounded_support import words_of as words_in_order

FEATURES = ("names", "numbers", "denial", "new words", "longest run", "entailment")
WEIGHTS: Mapping[bool, tuple[float, ...]] = {
    False: (-2.72, 5.09, 3.03, 4.11, 1.84, 2.46),
    True: (-3.73, 4.59, 3.28, 2.75, 0.0, 1.32, 6.44),
}
"""The intercept and a weight for each of :data:`FEATURES`, without and with a model of entailment."""
MOST_SOURCES_KEPT = 64


@dataclass(frozen=True, slots=True)
class GroundedSentence:
    """One sentence of an output at [start, end). What was not asked for or does not exist is None."""

    text: str
    start: int
    end: int
    facts: tuple[Fact, ...]
    support: Support | None
    denial: bool
    similarity: float | None = None
    entailment: float | None = None
    contrast: float | None = None

    @property
    def features(self) -> tuple[float, ...]:
        """Values of :data:`FEATURES`, each from 0 (supported) to 1 or 2; without the last where nothing was asked."""
        missing = [fact.kind for fact in self.facts if not fact.supported]
        names = min(2, missing.count("name"))
        words = self.support.shares[0] if self.support else 0.0
        longest = self.support.longest if self.support else 0.0
        found = (
            names,
            min(2, len(missing) - missing.count("name")),
            float(self.denial),
            1 - words,
            1 - longest,
        )
        return found if self.contrast is None else (*found, (1 - self.contrast) / 2)

    @property
    def risk(self) -> float:
        """Probability-like score in [0, 1] that the source does not support the sentence."""
        x = self.features
        intercept, *weights = WEIGHTS[self.contrast is not None]
        return 1 / (1 + math.exp(-(intercept + sum(w * value for w, value in zip(weights, x, strict=True)))))


@dataclass(frozen=True, slots=True)
class Grounding:
    """An output held against its source, sentence by sentence."""

    sentences: tuple[GroundedSentence, ...]

    def facts(self, *kinds: str) -> list[Fact]:
        """Names, numbers and dates of the output, of these kinds."""
        return [fact for sentence in self.sentences for fact in sentence.facts if fact.kind in kinds]

    def mean(self, value: Callable[[GroundedSentence], float | None]) -> float | None:
        """Mean over the sentences that have the value; None where none has."""
        found = [one for sentence in self.sentences if (one := value(sentence)) is not None]
        return float(np.mean(found)) if found else None

    @property
    def risk(self) -> float | None:
        """Half the mean and half the largest risk of its sentences: one invented sentence among many is to be seen."""
        found = [sentence.risk for sentence in self.sentences]
        return (float(np.mean(found)) + max(found)) / 2 if found else None

    @property
    def extractive(self) -> bool:
        """Whether the source holds at least four fifths of the pairs of words, as a mean over sentences."""
        share = self.mean(lambda one: one.support.shares[1] if one.support else None)
        return share is not None and share >= EXTRACTIVE


@dataclass
class Grounder:
    """Holds outputs against sources; ``entailment`` and ``encoder`` are asked where they are given."""

    entailment: Entailment | None = None
    encoder: MiniLm | None = None
    _sources: "OrderedDict[str, _Source]" = field(default_factory=OrderedDict, init=False, repr=False)

    @property
    def protocol(self) -> str:
        """What stands in every score that rests on this."""
        parts = [f"entailment {self.entailment.protocol}" if self.entailment else "no entailment"]
        return ", ".join([*parts, f"encoder {self.encoder.protocol}"] if self.encoder else parts)

    def judge(self, source: str, output: str) -> Grounding:
        """Every sentence of ``output`` held against the whole of ``source``."""
        known = self._source(source)
        own = sentences(output)
        texts = [one.text for one in own]
        pairs = sentence_consistency(self.entailment, known.sentences, texts) if self.entailment else None
        near = known.nearest(self.encoder, texts) if self.encoder else None
        facts = facts_of(output, known.facts)
        starts = [fact.start for fact in facts]
        found = []
        for i, one in enumerate(own):
            inside = tuple(facts[bisect_left(starts, one.start) : bisect_left(starts, one.end)])
            found.append(
                GroundedSentence(
                    one.text,
                    one.start,
                    one.end,
                    inside,
                    known.words.support(one.text),
                    known.denied(one.text),
                    None if near is None else near[i],
                    None if pairs is None else float(pairs[0][i]),
                    None if pairs is None else float(pairs[1][i]),
                )  # fmt: skip
            )
        return Grounding(tuple(found))

    def _source(self, text: str) -> "_Source":
        if text not in self._sources:
            self._sources[text] = _Source(text)
            if len(self._sources) > MOST_SOURCES_KEPT:
                self._sources.popitem(last=False)
        return self._sources[text]


class _Source:
    def __init__(self, text: str) -> None:
        self.sentences = [one.text for one in sentences(text)]
        self.facts = SourceFacts(text)
        self.words = SourceWords(text)
        self._sets = [set(words_in_order(one)) for one in self.sentences]
        self._vectors: np.ndarray | None = None

    def denied(self, sentence: str) -> bool:
        """Whether the sentence and the one of the source with most of its words differ in denial or by an opposite."""
        own = set(words_in_order(sentence))
        if not own or not self._sets:
            return False
        nearest = max(self._sets, key=lambda known: len(known & own))
        if 2 * len(nearest & own) < len(own):
            return False
        return denies(own) != denies(nearest) or bool(opposed(own, nearest))

    def nearest(self, encoder: MiniLm, texts: Sequence[str]) -> list[float]:
        """The largest cosine of each text with a sentence of the source; 0 where there is none."""
        if self._vectors is None:
            self._vectors = encoder.vectors(self.sentences)
        if not len(self._vectors) or not texts:
            return [0.0] * len(texts)
        return [float(one) for one in (encoder.vectors(texts) @ self._vectors.T).max(1)]


def _unsupported(grounding: Grounding, *kinds: str) -> float:
    found = grounding.facts(*kinds)
    return sum(not fact.supported for fact in found) / len(found) if found else 0.0


def _one_minus(value: float | None) -> float | None:
    return None if value is None else 1 - value


DETECTORS: Mapping[str, Callable[[Grounding], float | None]] = {
    "names": lambda one: _unsupported(one, "name") if one.sentences else None,
    "numbers": lambda one: _unsupported(one, "number", "date") if one.sentences else None,
    "ngrams": lambda one: _one_minus(one.mean(lambda part: part.support.shares[1] if part.support else None)),
    "longest-run": lambda one: _one_minus(one.mean(lambda part: part.support.longest if part.support else None)),
    "embedding": lambda one: _one_minus(one.mean(lambda part: part.similarity)),
    "entailment": lambda one: _one_minus(one.mean(lambda part: part.entailment)),
    "contrast": lambda one: _one_minus(one.mean(lambda part: part.contrast)),
    "combined": lambda one: one.risk,
}
"""Each of a grounded output, higher where it is less supported; None where it has no sentence or nothing was asked."""
