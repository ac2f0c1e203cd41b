"""Occupations beside women and men in the sentences of the corpus: a reference beside stereotype and statistics."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core import Cell
from ...curate import (
    IdentityTerms,
    Sentences,
    TermCounter,
    first_of_source,
    log_odds_ratio,
    made_lexicon,
    plural,
    source_effects,
)
from ..base import Subject
from ..statistics import Estimate, clustered_rate
from .carriers import CARRYING, driving_documents, in_words, source_shares, sources_of
from .corpus_ties import (
    SOURCES,
    CorpusTies,
    Z,
    by_document,
    caution,
    corpus_sentences,
    no_corpus,
    origin,
    shown_sentences,
)

WOMEN, MEN = ("gender", "female"), ("gender", "male")
CATEGORY = "occupation of the set"
COLUMNS = ("Beside women", "Beside men", "% women in the corpus", "Low", "High")
NOTE = (
    " Corpus: sentences with the occupation and words for women or for men alone; whose pronoun it is, counting does "
    "not know."
)
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Occupations:
    """Sentences that name women or men, and the occupations in them: ``names`` are the columns of ``attribute``."""

    found: Sentences
    people: TermCounter
    words: TermCounter
    names: tuple[str, ...]

    @property
    def women(self) -> Bools:
        """Whether a sentence names women and no men: (sentences,)."""
        return self._only(WOMEN, MEN)

    @property
    def men(self) -> Bools:
        """Whether a sentence names men and no women: (sentences,)."""
        return self._only(MEN, WOMEN)

    def _only(self, one: tuple[str, str], other: tuple[str, str]) -> Bools:
        own, rest = (self.found.identity[:, self.people.groups.index(key)] for key in (one, other))
        return np.asarray(own & ~rest)

    def holds(self, names: Iterable[str]) -> Bools:
        """Whether a sentence names one of these occupations: (sentences,)."""
        columns = [self.names.index(name) for name in names if name in self.names]
        return np.asarray(self.found.attribute[:, columns].any(1))

    def share(self, name: str) -> tuple[int, int, Estimate | None]:
        """Sentences of the occupation with women alone, with men alone, and the share of the former with bounds."""
        held = self.holds([name])
        women, both = held & self.women, held & (self.women | self.men)
        if not both.any():
            return 0, 0, None
        _, cluster = np.unique(self.found.document[both], return_inverse=True)
        estimate = clustered_rate(np.bincount(cluster, women[both]), np.bincount(cluster))
        return int(women.sum()), int(both.sum() - women.sum()), estimate

    def cells(self, name: str) -> tuple[Cell, ...]:
        """The occupation's values for :data:`COLUMNS`."""
        women, men, share = self.share(name)
        if share is None or share.low is None or share.high is None:
            return women, men, None, None, None
        return women, men, 100 * share.value, 100 * share.low, 100 * share.high


def occupations_in(subject: Subject, names: Sequence[str]) -> Occupations | None:
    """The occupations in the corpus, read in one pass; None where there are no texts or no names of 1 to 80 letters."""
    forms = {name: [name.lower(), plural(name.lower())] for name in dict.fromkeys(names) if 0 < len(name.strip()) <= 78}
    if no_corpus(subject) or not forms:
        return None
    people, words = IdentityTerms(("gender",)), TermCounter([made_lexicon(CATEGORY, forms)])
    found = corpus_sentences(subject, people, words)
    return Occupations(found, people, words, tuple(name for _, name in words.groups))


def occupation_ties(subject: Subject, every: Occupations | None, expected: Mapping[str, tuple[str, str]]) -> CorpusTies:
    """How often the occupations of a finding stand beside the gender (:data:`WOMEN`, :data:`MEN`) preferred for each.

    Sentences with an occupation of women and one of men are left out: which of the two the word belongs to is open.
    """
    if every is None or not expected:
        return CorpusTies(no_corpus(subject))
    sides = [every.holds([one for one, gender in expected.items() if gender == key]) for key in (WOMEN, MEN)]
    both = sides[0] & sides[1]
    women, men = sides[0] & ~both, sides[1] & ~both
    single = (women | men) & (every.women | every.men)
    fitting = (women & every.women) | (men & every.men)
    if not single.any():
        told = f" Of the {every.found.total:,} sentences of the corpus none names one of these {len(expected)} "
        return CorpusTies(f"{told}occupations beside women alone or men alone, {origin(subject)}.")
    told = _told(every, single, fitting, len(expected))
    if not fitting.any():
        return CorpusTies(told + caution(subject))
    pair, said, sure = _pair(every, women, men)
    effects = source_effects(pair, (0, 0), (0, 1), sources_of(subject)) if sure else []
    counts = by_document(subject, every.found, fitting)
    shares = source_shares(sources_of(subject), counts, by_document(subject, every.found, single))
    names = driving_documents(subject, first_of_source(counts, sources_of(subject), effects), CARRYING)
    lit = {WOMEN, MEN} | {(CATEGORY, one) for one in expected}
    counter = TermCounter([*every.people.lexicons, *every.words.lexicons])
    shown = shown_sentences(subject, every.found, fitting, names, counter, lit)
    told += said + in_words(shares, "the sentences with that gender")
    told += (effects[0].told() if effects else "") + caution(subject)
    listed = tuple(("occupation and the gender that the model prefers", one) for one in shares[:SOURCES])
    return CorpusTies(told, (), "", tuple(names), shown, listed)


def _told(every: Occupations, single: Bools, fitting: Bools, n: int) -> str:
    _, cluster = np.unique(every.found.document[single], return_inverse=True)
    rate = clustered_rate(np.bincount(cluster, fitting[single]), np.bincount(cluster))
    return (
        f" In the corpus {int(single.sum()):,} sentences name one of these {n} occupations beside women alone or men "
        f"alone; in {rate.value:.0%} ({rate.low:.0%} to {rate.high:.0%}) it is the gender that the model prefers there."
    )


def _pair(every: Occupations, women: Bools, men: Bools) -> tuple[Sentences, str, bool]:
    """A two by two table of gender and occupations as sentences, its odds ratio in words, whether it is above 1.

    With occupations of both sides: women over men, beside the occupations of women over those of men. With those of one
    side: the gender that is preferred over the other, beside them over all other sentences of one gender.
    """
    named = bool(women.any() and men.any())
    rows = (every.women | every.men) & ((women | men) if named else True)
    label = every.women if women.any() else every.men
    held = women if women.any() else men
    columns = np.stack([label, ~label], 1)[rows]
    found = replace(
        every.found, document=every.found.document[rows], offset=every.found.offset[rows], identity=columns,
        attribute=held[rows][:, None],
    )  # fmt: skip
    value, variance = log_odds_ratio(label[rows], held[rows], found.document)
    if value <= 0:
        return found, "", False
    half = Z * math.sqrt(variance)
    low, odds, high = (math.exp(one) for one in (value - half, value, value + half))
    gender, other = ("women", "men") if women.any() else ("men", "women")
    where = "beside the occupations for which it prefers women as beside the others"
    where = where if named else "beside these occupations as in all other sentences"
    told = f" The odds of {gender} over {other} are {odds:.2f} times ({low:.2f} to {high:.2f}) as high {where}."
    return found, told + ("" if low > 1 else " By counting, that is no sure tie."), low > 1
