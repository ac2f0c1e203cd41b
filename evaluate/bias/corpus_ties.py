"""What the corpus holds of the groups of a finding: how often they stand with some words, in which documents, whose."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...core import Example, Finding, Table
from ...curate import (
    Lexicon,
    Sentences,
    SourceEffect,
    TermCounter,
    examples_of,
    first_of_source,
    log_odds_ratio,
    made_lexicon,
    redact,
    sentences_with_groups,
    source_effects,
)
from ...models import training_is_known
from ..base import Subject
from .carriers import (
    CARRYING,
    SourceShare,
    driving_documents,
    ids_of,
    in_words,
    source_shares,
    sources_of,
    sources_table,
)

Key = tuple[str, str]
"""A category and a group of a lexicon."""
NO_ODDS = (None, None, None)
TOLD, LISTED, EXAMPLES, SOURCES = 3, 20, 3, 5
WEAK = " By counting, none of them surely stands with these words more than other groups do."
Z = 1.959963984540054


@dataclass(frozen=True, slots=True)
class Wanted:
    """A group of people, and the groups of words that are looked for in its sentences."""

    group: Key
    words: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class GroupTie:
    """``together`` of the ``sentences`` that name the group hold a word; of those that name another group of its
    category alone ``others_together`` of ``others`` do. ``odds`` is the odds ratio between the two with its bounds."""

    group: Key
    sentences: int
    together: int
    others: int
    others_together: int
    odds: tuple[float, float, float] | None

    @property
    def name(self) -> str:
        """As people read it."""
        return redact(f"{self.group[1]} ({self.group[0]})")


@dataclass(frozen=True)
class CorpusTies:
    """``told`` is what a finding adds to its meaning; documents and examples come ranked, what carries most first.

    ``rows`` are the groups, ``what`` names the words; ``shares`` are sources, each with what it holds of what.
    """

    told: str
    rows: tuple[GroupTie, ...] = ()
    what: str = ""
    documents: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    shares: tuple[tuple[str, SourceShare], ...] = ()

    def join(self, finding: Finding) -> Finding:
        """The finding with what the corpus holds of it."""
        return replace(
            finding,
            meaning=finding.meaning + self.told,
            examples=(*finding.examples, *self.examples),
            document_ids=(*finding.document_ids, *self.documents),
        )


def word_lexicon(words: Iterable[str]) -> Lexicon:
    """Words that are each a group of their own, named as they are: ``("words", WORD)``."""
    return made_lexicon("words", {word: [word] for word in words})


def corpus_sentences(subject: Subject, identity: TermCounter, words: TermCounter) -> Sentences:
    """The sentences of the corpus that name a group, read once for each pair of counters."""
    key = f"sentences {identity.protocol} {words.protocol}"
    return subject.once(key, lambda: sentences_with_groups(subject.corpus, identity, words, subject.progress))


def corpus_ties(
    subject: Subject, wanted: Sequence[Wanted], identity: TermCounter, words: TermCounter, what: str
) -> CorpusTies:
    """How often the wanted groups stand in one sentence with their words, in which documents and sources.

    ``what`` names the words.
    """
    if reason := no_corpus(subject):
        return CorpusTies(reason)
    found = corpus_sentences(subject, identity, words)
    masks = [_holds(found, one, identity, words) for one in wanted]
    rows = [_tie(found, one, mask, identity) for one, mask in zip(wanted, masks, strict=True)]
    order = sorted(range(len(rows)), key=lambda place: (-_strength(rows[place]), -rows[place].together, place))
    told = _told(subject, [rows[place] for place in order], what, found.total)
    if not any(row.together for row in rows):
        return CorpusTies(told, tuple(rows), what)
    lead = order[0]
    together = _any(found, wanted, identity, masks)
    tied = rows[lead := order[0]].odds
    effects = _effects(subject, found, wanted[lead], masks[lead], identity) if tied and tied[1] > 1 else []
    counts = by_document(subject, found, together)
    shares = source_shares(sources_of(subject), counts, by_document(subject, found, _any(found, wanted, identity)))
    names = driving_documents(subject, first_of_source(counts, sources_of(subject), effects), CARRYING)
    lit = {one.group for one in wanted} | {key for one in wanted for key in one.words}
    both = TermCounter([*identity.lexicons, *words.lexicons])
    shown = shown_sentences(subject, found, together, names, both, lit)
    told += in_words(shares, "the sentences that hold both") + (effects[0].told() if effects else "")
    thing = ", ".join(one.group[1] for one in wanted[:TOLD]) + (", ..." if len(wanted) > TOLD else "")
    listed = tuple((redact(f"{thing} with {what}"), one) for one in shares[:SOURCES])
    return CorpusTies(told, tuple(rows), what, tuple(names), shown, listed)


def no_corpus(subject: Subject) -> str:
    """What a finding says where there are no texts to count in, else empty."""
    if subject.corpus.modality != "text" or not len(subject.corpus):
        return " There is no corpus of texts to look into."
    return ""


def origin(subject: Subject) -> str:
    """Where a model has from what its corpus does not hold."""
    model = subject.checkpoint
    known = model is not None and training_is_known(model)
    recipe = model.run.get("recipe") if model is not None and known else None
    started = isinstance(recipe, Mapping) and bool(recipe.get("start"))
    if known and not started:
        return "so no sentence about them taught it"
    return "so it came from elsewhere, such as an earlier training"


def caution(subject: Subject) -> str:
    """A sentence for a model of which nobody knows whether the corpus taught it; else empty."""
    if subject.checkpoint is not None and training_is_known(subject.checkpoint):
        return ""
    return " The model was not trained here: whether these documents taught it, counting cannot say."


def identity_of(found: Sentences, one: Wanted, identity: TermCounter) -> NDArray[np.bool_]:
    """Whether each sentence names the group: (sentences,)."""
    return np.asarray(found.identity[:, identity.groups.index(one.group)])


def by_document(subject: Subject, found: Sentences, rows: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The number of the sentences ``rows`` (sentences,) of each document: (documents,)."""
    return np.bincount(found.document[rows], minlength=len(ids_of(subject))).astype(np.float64)


def shown_sentences(
    subject: Subject, found: Sentences, rows: NDArray[np.bool_], names: Sequence[str], both: TermCounter, lit: set[Key]
) -> tuple[Example, ...]:
    """Sentences among ``rows`` (sentences,) of the first documents of ``names``, redacted."""
    ids, places = ids_of(subject), np.flatnonzero(rows)
    first = {name: place for place, name in enumerate(names)}
    order = places[np.argsort([first.get(ids[i], len(ids)) for i in found.document[places]], kind="stable")]
    return tuple(examples_of(subject.corpus, found, order, ids, both, lit, "corpus"))[:EXAMPLES]


def _holds(found: Sentences, one: Wanted, identity: TermCounter, words: TermCounter) -> NDArray[np.bool_]:
    columns = [words.groups.index(key) for key in one.words if key in words.groups]
    return np.asarray(found.attribute[:, columns].any(1))


def _any(
    found: Sentences, wanted: Sequence[Wanted], identity: TermCounter, masks: Sequence[NDArray[np.bool_]] = ()
) -> NDArray[np.bool_]:
    """Whether each sentence names any of the groups, and where ``masks`` are given one of its words."""
    named = [identity_of(found, one, identity) for one in wanted]
    return np.asarray(np.any([a & b for a, b in zip(named, masks, strict=True)] if masks else named, 0))


def _category(one: Wanted, identity: TermCounter) -> list[int]:
    return [place for place, (category, _) in enumerate(identity.groups) if category == one.group[0]]


def _tie(found: Sentences, one: Wanted, held: NDArray[np.bool_], identity: TermCounter) -> GroupTie:
    own = identity_of(found, one, identity)
    inside = np.asarray(found.identity[:, _category(one, identity)].any(1))
    others = inside & ~own
    odds = None
    if own.any() and others.any() and held[inside].any():
        value, variance = log_odds_ratio(own[inside], held[inside], found.document[inside])
        half = Z * math.sqrt(variance)
        odds = (math.exp(value), math.exp(value - half), math.exp(value + half))
    return GroupTie(
        one.group, int(own.sum()), int((own & held).sum()), int(others.sum()), int((others & held).sum()), odds
    )


def _strength(row: GroupTie) -> float:
    """The lower bound of the odds ratio; 0 where there is none."""
    return row.odds[1] if row.odds and row.together else 0.0


def _effects(
    subject: Subject, found: Sentences, one: Wanted, held: NDArray[np.bool_], identity: TermCounter
) -> list[SourceEffect]:
    columns = _category(one, identity)
    if len(columns) < 2:
        return []
    derived = replace(found, attribute=held[:, None])
    return source_effects(derived, (identity.groups.index(one.group), 0), columns, sources_of(subject))


def _told(subject: Subject, rows: Sequence[GroupTie], what: str, total: int) -> str:
    known = [row for row in rows if row.sentences]
    named = _listed([row.name for row in known or rows])
    if not known:
        return f" None of the {total:,} sentences of the corpus names {named}, {origin(subject)}."
    if not any(row.together for row in rows):
        n = sum(row.sentences for row in known)
        return f" The corpus names {named} in {n:,} sentences, none with {what}: no sentence ties the two."
    parts = [_row_told(row) for row in known[:TOLD]]
    more = f"; {len(known) - TOLD} more groups stand in the table" if len(known) > TOLD else ""
    weak = "" if any(_strength(row) > 1 for row in rows) or not any(row.odds for row in rows) else WEAK
    return f" In the corpus, of {what}: {'; '.join(parts)}{more}.{weak}{caution(subject)}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:TOLD]) + (f" and {len(names) - TOLD} more" if len(names) > TOLD else "")


def _row_told(row: GroupTie) -> str:
    told = f"{row.together:,} of the {row.sentences:,} sentences that name {row.name} hold one"
    if row.odds is None or not row.others:
        return told
    ratio = "odds ratio {:.2f}, {:.2f} to {:.2f}".format(*row.odds)
    return f"{told}, and {row.others_together:,} of {row.others:,} that name another group ({ratio})"


def corpus_tables(name: str, found: Sequence[CorpusTies]) -> tuple[Table, ...]:
    """What the corpus holds of the groups of a metric's findings, and which sources hold it: one table each."""
    rows = [(row, one.what) for one in found for row in sorted(one.rows, key=_rank)[:LISTED]]
    note = (
        "Sentences of the corpus. Words are counted as they are written, not what is said with them. Odds ratio: of "
        "the words with the group against the other groups of its category."
    )
    columns = ("Group", "Of", "Sentences", "That hold one", "Of other groups", "That hold one", "Odds ratio", "Low",
               "High")  # fmt: skip
    cells = tuple(
        (
            row.name,
            what,
            row.sentences,
            row.together,
            row.others,
            row.others_together,
            *(row.odds or (None, None, None)),
        )
        for row, what in rows
    )
    tables = [Table(f"{name}-corpus", "What the corpus holds of these groups", columns, cells, note)] if rows else []
    shares = [one for ties in found for one in ties.shares if one[1].count]
    if shares:
        tables.append(sources_table(f"{name}-sources", "Which sources of the corpus hold it", shares, "sentences"))
    return tuple(tables)


def _rank(row: GroupTie) -> tuple[float, int, Key]:
    return -_strength(row), -row.together, row.group
