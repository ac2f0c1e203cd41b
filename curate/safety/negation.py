"""Whether a word stands shortly after a negator in its sentence: "not kind" is not kind."""

import numpy as np

from ..audits.lexicon import Lexicon
from ..audits.term_counts import TermCounter
from ..audits.text_block import Ints, TextBlock
from .text_detector import Bools

NEGATORS = (
    "not", "no", "never", "none", "nobody", "nothing", "neither", "nor", "cannot", "without", "hardly", "scarcely",
    "barely", "n't", "don't", "doesn't", "didn't", "isn't", "aren't", "wasn't", "weren't", "won't", "wouldn't", "can't",
    "couldn't", "shouldn't", "hasn't", "haven't", "hadn't", "mustn't", "needn't", "ain't",
)  # fmt: skip
REACH = 3  # words: as far as VADER looks back (Hutto & Gilbert 2014, ICWSM)
_NEGATION = Lexicon(
    "negation", "1", "attribute", ("negator",), dict.fromkeys(NEGATORS, "negator"), frozenset(), "", "", "", ""
)


class Negation:
    """Finds negators; one is enough for every text."""

    def __init__(self) -> None:
        self.counter = TermCounter([_NEGATION])

    def negated(self, block: TextBlock, begins: Ints, start: Ints) -> Bools:
        """Whether a negator stands at most :data:`REACH` words before each byte offset ``start`` (n,), in its sentence.

        ``begins`` are the sentences of the block.
        """
        negators = np.sort(self.counter.hits(block).start)
        if not len(negators) or not len(start):
            return np.zeros(len(start), bool)
        last = np.searchsorted(negators, start, side="left") - 1
        before = negators[np.maximum(last, 0)]
        distance = block.word_index(start) - block.word_index(before)
        together = sentence_of(begins, before) == sentence_of(begins, start)
        found: Bools = (last >= 0) & together & (distance <= REACH)
        return found


def sentence_of(begins: Ints, offsets: Ints) -> Ints:
    """Number of the sentence that holds each byte offset."""
    return np.searchsorted(begins, offsets, side="right") - 1
