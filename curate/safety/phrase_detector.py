"""The detectors that look for phrases: ``toxicity-words`` and ``machine-phrases``."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...core import UsageError
from .phrases import PhraseList, find_all, load_phrases
from .text_detector import TEXT_DETECTORS, Bools, Floats


@dataclass(frozen=True, slots=True)
class PhraseDetector:
    """Scores a text by the largest weight among the groups of which it holds a phrase; 0 without any."""

    name: str
    lists: tuple[PhraseList, ...]

    @property
    def protocol(self) -> str:
        """Versions and hashes of the lists."""
        return f"{self.name}/1 {', '.join(one.protocol for one in self.lists)}"

    def may_match(self, texts: Sequence[str]) -> Bools:
        """Whether a text holds any phrase, exceptions not considered: bool of shape (n,)."""
        return np.array([any(one.may_match(text) for one in self.lists) for text in texts], bool)

    def scores(self, texts: Sequence[str]) -> Floats:
        """The largest weight of a phrase in each text."""
        found = (find_all(self.lists, text) if candidate else [] for text, candidate in self._candidates(texts))
        return np.array([max((hit.weight for hit in hits), default=0.0) for hits in found], np.float64)

    @property
    def categories(self) -> tuple[str, ...]:
        """The groups of the lists."""
        return tuple(dict.fromkeys(group for one in self.lists for group in one.patterns))

    def category_scores(self, texts: Sequence[str]) -> Floats:
        """The weight of each group of which a text holds a phrase, else 0: (n, categories)."""
        found = np.zeros((len(texts), len(self.categories)))
        for row, (text, candidate) in enumerate(self._candidates(texts)):
            for hit in find_all(self.lists, text) if candidate else ():
                column = self.categories.index(hit.group)
                found[row, column] = max(found[row, column], hit.weight)
        return found

    def _candidates(self, texts: Sequence[str]) -> zip:  # type: ignore[type-arg]
        return zip(texts, self.may_match(texts).tolist(), strict=True)


@TEXT_DETECTORS.register(
    "toxicity-words", source="written by hand; weights measured on github.com/surge-ai/toxicity (MIT)", range="[0, 1]"
)
def toxicity_words(lists: Sequence[str | Path] = ("toxicity",)) -> PhraseDetector:
    """Profanity, insults, threats and dehumanising phrases by a versioned list; your own lists by path.

    The score is the largest weight among the groups found: the share of labelled comments with such a phrase that are
    toxic. English only, and blind to irony, quotation and everything that is said without a bad word.
    """
    return _detector("toxicity-words", lists)


@TEXT_DETECTORS.register(
    "machine-phrases", source="written by hand from the public behaviour of chat assistants", range="[0, 1]"
)
def machine_phrases(lists: Sequence[str | Path] = ("machine-text",)) -> PhraseDetector:
    """Phrases that chat assistants write about themselves, refusals, stock phrases and unfilled template slots.

    Precise and far from complete: most machine-written text holds none of them.
    """
    return _detector("machine-phrases", lists)


def _detector(name: str, lists: Sequence[str | Path]) -> PhraseDetector:
    if isinstance(lists, str) or not lists:
        raise UsageError(f"{name}: lists must be a list of names or paths, not {lists!r}")
    return PhraseDetector(name, tuple(load_phrases(one) for one in lists))
