"""Tone and toxicity of the sentences that mention groups of people."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Corpus, Progress
from ..audits.term_counts import TermCounter
from ..audits.term_matcher import Hits
from ..audits.text_block import Ints, TextBlock
from ..audits.text_field import TEXT, text_blocks
from .negation import REACH, Negation, sentence_of
from .passages import score_passages
from .text_detector import Bools, Floats, TextDetector


@dataclass(frozen=True)
class ContextSentences:
    """The sentences that mention a group, in corpus order.

    ``document`` (n,): index of the document; ``offset`` (n,): byte of the first mention in it; ``identity`` (n,
    groups); ``tone`` (n,) from -1 (unpleasant words only) to 1, 0 without any; ``toxicity`` (n,) in [0, 1]; ``marked``
    (n,): whether a sentence has a word of tone.
    """

    document: Ints
    offset: Ints
    identity: Bools
    tone: Floats
    toxicity: Floats
    marked: Bools


class ContextScorer:
    """Scores sentences by a lexicon of tone (its first group is pleasant, its second unpleasant) and a detector."""

    def __init__(self, terms: TermCounter, tone: TermCounter, detector: TextDetector) -> None:
        self.terms, self.tone, self.detector = terms, tone, detector
        self.negation = Negation()

    @property
    def protocol(self) -> str:
        """Everything that two scores must agree in."""
        return f"{self.tone.protocol}, negation within {REACH} words; {self.terms.protocol}"

    def read(self, corpus: Corpus, progress: Progress, field: str = TEXT) -> ContextSentences:
        """One pass over the corpus."""
        parts = [_empty(len(self.terms.groups))]
        first = 0
        with progress.task("contexts", len(corpus)) as task:
            for block in text_blocks(corpus, field):
                parts.append(self._score(block, first))
                first += len(block)
                task.advance(len(block))
        return ContextSentences(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in _FIELDS})

    def _score(self, block: TextBlock, first: int) -> ContextSentences:
        begins = block.sentences()
        people = self.terms.hits(block)
        if not len(people):
            return _empty(len(self.terms.groups))
        chosen, row = np.unique(sentence_of(begins, people.start), return_inverse=True)
        offset = np.full(len(chosen), len(block.data), np.int64)
        np.minimum.at(offset, row, people.start)
        identity = np.zeros((len(chosen), len(self.terms.groups)), bool)
        identity[row, people.group] = True
        pleasant, unpleasant = self._tones(block, begins, people, chosen)
        both = pleasant + unpleasant
        texts = [block.sentence(begins, int(sentence)) for sentence in chosen]
        toxicity = score_passages(self.detector, texts, "document").highest(len(texts))
        document = block.document_of(offset)
        return ContextSentences(
            document + first, offset - block.starts[document], identity,
            (pleasant - unpleasant) / np.maximum(both, 1), toxicity, both > 0,
        )  # fmt: skip

    def _tones(self, block: TextBlock, begins: Ints, people: Hits, chosen: Ints) -> tuple[Floats, Floats]:
        """Pleasant and unpleasant words of each chosen sentence; a negated word counts on the other side.

        A word inside a name of a group ("black friends") says nothing of its tone.
        """
        words = self.tone.hits(block)
        free = ~_covered(people, len(block.data))[words.start]
        start, unpleasant = words.start[free], words.group[free] == 1
        sentence = sentence_of(begins, start)
        unpleasant ^= self.negation.negated(block, begins, start)
        place = np.searchsorted(chosen, sentence)
        inside = np.isin(sentence, chosen)
        counts = [np.bincount(place[inside & side], minlength=len(chosen)) for side in (~unpleasant, unpleasant)]
        return counts[0].astype(np.float64), counts[1].astype(np.float64)


_FIELDS = ("document", "offset", "identity", "tone", "toxicity", "marked")


def _covered(hits: Hits, size: int) -> NDArray[np.bool_]:
    """Whether each byte stands inside of a hit: bool (size,)."""
    steps = np.zeros(size + 1, np.int32)
    np.add.at(steps, hits.start, 1)
    np.add.at(steps, hits.end, -1)
    return np.cumsum(steps[:-1]) > 0


def _empty(groups: int) -> ContextSentences:
    none, numbers = np.zeros(0, np.int64), np.zeros(0)
    return ContextSentences(none, none, np.zeros((0, groups), bool), numbers, numbers, np.zeros(0, bool))
