"""The detectors that weigh good words against bad ones: ``sentiment-words`` and ``regard-words``."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ...core import UsageError
from ..audits.lexicon import load_lexicon
from ..audits.term_counts import AttributeTerms
from ..audits.text_block import TextBlock
from .negation import REACH, Negation
from .phrases import PhraseList, find_all, load_phrases
from .text_detector import TEXT_DETECTORS, Bools, Floats

REGARD = ("sentiment", "competence", "crime")
NEGATIVE = frozenset({("sentiment", "unpleasant"), ("competence", "incompetent"), ("crime", "crime")})


@dataclass(frozen=True)
class ToneWords:
    """Scores a text by the share of bad words among its good and bad ones; 0 without any.

    ``bad`` (groups of the counter,) says which groups are bad. A word of two groups or lists counts once. A negated
    word counts on the other side where its group is ``turned``, else not at all. Phrases of ``lists`` are bad.
    """

    name: str
    terms: AttributeTerms
    bad: tuple[bool, ...]
    turned: tuple[bool, ...]
    lists: tuple[PhraseList, ...] = ()
    negation: Negation = field(default_factory=Negation)

    @property
    def protocol(self) -> str:
        """Versions and hashes of the lists."""
        phrases = "".join(f", {one.protocol}" for one in self.lists)
        return f"{self.name}/1 {self.terms.protocol}{phrases}, negation within {REACH} words"

    def may_match(self, texts: Sequence[str]) -> Bools:
        """Whether a text holds a good or a bad word: bool (n,)."""
        good, bad = self.counts(texts)
        return np.asarray(good + bad > 0, bool)

    def scores(self, texts: Sequence[str]) -> Floats:
        """Bad words over good and bad ones: float64 (n,)."""
        good, bad = self.counts(texts)
        return bad / np.maximum(good + bad, 1)

    def counts(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """Good and bad words of each text, (n,) both."""
        block = TextBlock.of(texts)
        hits = self.terms.hits(block)
        start, first = np.unique(hits.start * 2 + np.array(self.bad, np.int64)[hits.group], return_index=True)
        start, group = start // 2, hits.group[first]
        bad = np.array(self.bad, bool)[group]
        negated = self.negation.negated(block, block.sentences(), start)
        counted = ~negated | np.array(self.turned, bool)[group]
        bad ^= negated
        document = block.document_of(start)
        good_count, bad_count = (
            np.bincount(document[counted & side], minlength=len(texts)).astype(np.float64) for side in (~bad, bad)
        )
        return good_count, bad_count + self._phrases(texts, block, frozenset(start.tolist()))

    def _phrases(self, texts: Sequence[str], block: TextBlock, counted: frozenset[int]) -> Floats:
        """Phrases of each text that do not begin where a word was counted: (n,)."""
        found = np.zeros(len(texts))
        for row, text in enumerate(texts):
            if any(one.may_match(text) for one in self.lists):
                places = sorted({hit.start for hit in find_all(self.lists, text)})
                offsets = {int(block.starts[row]) + len(text[:place].encode("utf-8", "replace")) for place in places}
                found[row] = len(offsets - counted)
        return found


@TEXT_DETECTORS.register(
    "sentiment-words",
    source="written by hand for headwater; negation after Hutto & Gilbert 2014 (ICWSM)",
    range="[0, 1]; 0 also for a text without a word of tone",
)
def sentiment_words(lexicon: str | Path = "sentiment") -> ToneWords:
    """Share of unpleasant words among the pleasant and unpleasant ones of a text; a negated word counts the other way.

    A small word list for a first look, no model of sentiment: irony, and everything said in other words, escapes it.
    ``lexicon`` is the name of a shipped lexicon or a path of your own, with two groups, the pleasant one first.
    """
    found = load_lexicon(lexicon)
    if len(found.groups) != 2:
        raise UsageError(
            f"sentiment-words: the lexicon has {len(found.groups)} groups; it needs two, the pleasant words first"
        )
    return ToneWords("sentiment-words", AttributeTerms([found]), (False, True), (True, True))


@TEXT_DETECTORS.register(
    "regard-words",
    source="the notion: Sheng et al. 2019 (arXiv 1909.01326), regard; the words: written by hand for headwater",
    range="[0, 1]; 0 also for a text without such a word",
)
def regard_words(lists: Sequence[str | Path] = ("toxicity",)) -> ToneWords:
    """Negative regard by words: share of blame, crime, incompetence and insult among these and their opposites.

    A stand-in for a classifier of regard, and labelled as one: it reads the whole text and does not know of whom a word
    is said. ``lists`` are phrase lists whose hits count as negative regard.
    """
    if isinstance(lists, str):
        raise UsageError(f"regard-words: lists must be a list of names or paths, not {lists!r}")
    terms = AttributeTerms(REGARD)
    bad = tuple(group in NEGATIVE for group in terms.groups)
    turned = tuple(category != "crime" for category, _ in terms.groups)  # to be no thief is no praise
    return ToneWords("regard-words", terms, bad, turned, tuple(load_phrases(one) for one in lists))
