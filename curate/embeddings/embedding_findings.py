"""Findings of ``embedding-associations``, with the sentences in which the words stand together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...core import Corpus, Finding, Measurement, Progress, Score
from ..audits.lexicon import Lexicon, normalise
from ..audits.sentence_evidence import documents_of, examples_of
from ..audits.sentences import Sentences, sentences_with_groups
from ..audits.term_counts import TermCounter
from .embedding_exhibits import WORDS
from .embedding_tests import TestResult, WordResult, WordResults
from .word_sets import WordSets

NAMED = 8


@dataclass(frozen=True, slots=True)
class Claim:
    """Two sets of targets with the attributes that each is nearer to, whatever test said so."""

    name: str
    targets: tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]
    attributes: tuple[tuple[str, tuple[str, ...]], tuple[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class WordFinding:
    """The single words of a test that lie clearly nearer to A, and to B."""

    results: WordResults
    to_a: tuple[WordResult, ...]
    to_b: tuple[WordResult, ...]


def claim_of(result: TestResult) -> Claim:
    """X with A and Y with B, or the other way round where the effect is negative."""
    x, y, a, b = result.sets
    sides = ((x.name, x.known), (y.name, y.known)), ((a.name, a.known), (b.name, b.known))
    return Claim(result.test.name, sides[0], sides[1] if (result.effect or 0) > 0 else (sides[1][1], sides[1][0]))


def claim_of_words(found: WordFinding) -> Claim:
    """The words near A with A, and those near B with B."""
    _, a, b = found.results.sets
    words = tuple(tuple(one.word for one in side) for side in (found.to_a, found.to_b))
    targets = ((f"near {a.name}", words[0]), (f"near {b.name}", words[1]))
    return Claim(found.results.test.name, targets, ((a.name, a.known), (b.name, b.known)))


class Evidence:
    """Where the words of claims stand in one sentence: one pass over the corpus for all of them."""

    def __init__(self, corpus: Corpus, claims: Sequence[Claim], sets: WordSets, progress: Progress, field: str) -> None:
        self.corpus, self.field, self.ids = corpus, field, corpus.ids() if claims else []
        self.targets = TermCounter([_lexicon(claim.name, claim.targets, sets) for claim in claims])
        self.attributes = TermCounter([_lexicon(f"{claim.name} ", claim.attributes, sets) for claim in claims])
        self.both = TermCounter([*self.targets.lexicons, *self.attributes.lexicons])
        self.sentences: Sentences | None = None
        if claims:
            self.sentences = sentences_with_groups(corpus, self.targets, self.attributes, progress, field)

    def of(self, claim: Claim) -> dict[str, tuple[object, ...]]:
        """``document_ids`` and ``examples`` for a finding, and how many sentences there are."""
        if self.sentences is None:
            return {"document_ids": (), "examples": (), "sentences": (0,)}
        together = np.zeros(len(self.sentences.document), bool)
        shown = set()
        for (target, _), (attribute, _) in zip(claim.targets, claim.attributes, strict=True):
            pair = (claim.name, target), (f"{claim.name} ", attribute)
            if pair[0] in self.targets.groups and pair[1] in self.attributes.groups:
                one = self.sentences.identity[:, self.targets.groups.index(pair[0])]
                together |= one & self.sentences.attribute[:, self.attributes.groups.index(pair[1])]
                shown |= set(pair)
        rows = np.flatnonzero(together)
        ranked = documents_of(self.sentences, rows, self.ids)
        first = {name: place for place, name in enumerate(ranked)}
        place = [first.get(self.ids[number], len(ranked)) for number in self.sentences.document[rows]]
        best = rows[np.isin(place, np.arange(5))] if len(rows) else rows
        examples = examples_of(self.corpus, self.sentences, best, self.ids, self.both, shown, "together", self.field)
        return {"document_ids": tuple(ranked), "examples": tuple(examples), "sentences": (len(rows),)}


def _lexicon(name: str, groups: Sequence[tuple[str, Sequence[str]]], sets: WordSets) -> Lexicon:
    terms = {normalise(word): group for group, words in groups for word in words}
    return Lexicon(
        name, sets.version, "attribute", tuple(group for group, words in groups if words), terms, frozenset(),
        sets.protocol, "", "", sets.hash, sets.language,
    )  # fmt: skip


def set_findings(
    strong: Sequence[TestResult], scores: Mapping[str, Measurement], evidence: Evidence, trained: bool
) -> Iterator[Finding]:
    """HW-A007 for each strong association."""
    for result in strong:
        found, claim = result.found, claim_of(result)
        if found is None or found.d is None or found.low is None or found.high is None:
            continue
        shown = evidence.of(claim)
        (x, _), (y, _) = claim.targets
        (a, _), (b, _) = claim.attributes
        low, high = sorted((abs(found.low), abs(found.high)))
        missing = sum(len(part.missing) for part in result.sets)
        yield Finding(
            "HW-A007",
            "medium" if low >= 1 else "low",
            f"Word vectors: {x!r} lies nearer to {a!r}, {y!r} nearer to {b!r} (d = {abs(found.d):.2f})",
            f"Effect size {abs(found.d):.2f} ({low:.2f} to {high:.2f} over words), p = {found.p:.4f} over partitions "
            f"of {result.words} words, false discovery rate {result.q:.3f}; {missing} of its words have no vector. "
            + ("Vectors trained on this corpus alone hold it, so a model can learn it here. " if trained else
               "The given vectors hold it; whether this corpus does is not what was measured. ")
            + f"{shown['sentences'][0]:,} sentences of the corpus hold words of both.",
            f"Read the sentences. Where the link is unwanted, add or make (swapped) texts that join {x!r} with {b!r} "
            f"and {y!r} with {a!r}, or draw fewer of the documents listed here, which hold most of these sentences.",
            (scores[result.test.name],),
            shown["examples"],  # type: ignore[arg-type]
            shown["document_ids"],  # type: ignore[arg-type]
        )  # fmt: skip


def word_findings(
    strong: Sequence[WordFinding], evidence: Evidence, protocol: str, rate: float
) -> Iterator[Finding]:  # fmt: skip
    """HW-A012 for each list of words of which some lie clearly nearer to one side."""
    for found in strong:
        test = found.results.test
        shown = evidence.of(claim_of_words(found))
        sides = "; ".join(
            f"nearer to {name!r}: " + ", ".join(f"{one.word} ({one.score:.2f})" for one in side[:NAMED])
            for name, side in ((test.a.name, found.to_a), (test.b.name, found.to_b))
            if side
        )
        scores = tuple(
            Score(
                WORDS, one.score, len(found.results.sets[1].known) + len(found.results.sets[2].known),
                "standard deviations (ddof 1)", f"{WORDS}/1; {protocol}",
                interval="none: one word; p is over partitions of the attribute words",
                slice={"test": test.name, "word": one.word},
            )
            for one in (*found.to_a[:NAMED], *found.to_b[:NAMED])
        )  # fmt: skip
        many = len(found.to_a) + len(found.to_b)
        yield Finding(
            "HW-A012",
            "low",
            f"Word vectors: {many} of {len(found.results.words)} words of {test.words.name!r} lean to "
            f"{test.a.name!r} or {test.b.name!r}",
            f"By at least one standard deviation and with a false discovery rate of {rate:g}: {sides}. A model that "
            "learns these neighbourhoods picks the pronoun by the word.",
            "Read the sentences: some words lean by grammar (waitress), others by who is written about. Counter the "
            "latter with texts about the other group in the same role.",
            scores,
            shown["examples"],  # type: ignore[arg-type]
            shown["document_ids"],  # type: ignore[arg-type]
        )
