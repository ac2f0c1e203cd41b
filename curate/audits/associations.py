"""Audit ``associations``: which groups of people a corpus mentions together with which attributes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import false_discovery_control

from ...core import (
    Chart,
    Corpus,
    Exhibit,
    Finding,
    Measurement,
    NotMeasured,
    Progress,
    Score,
    Series,
    StageReport,
    Table,
)
from ..base import AUDITS
from .association_tests import Bools, at_most, log_odds, npmi, odds_ratio, permutation_test
from .lexicon import ATTRIBUTES, IDENTITY
from .sentence_evidence import documents_of, examples_of
from .sentences import Sentences, sentences_with_groups
from .source_effects import first_of_source, source_effects
from .term_counts import AttributeTerms, IdentityTerms, TermCounter
from .text_field import TEXT, no_text

METRIC = "association-odds-ratio"
FINDINGS = 10
LISTED = 60


@dataclass(frozen=True, slots=True)
class Association:
    """One tested pair. ``column`` and ``attribute_column`` are its columns in :class:`Sentences`."""

    category: str
    group: str
    attribute: tuple[str, str]
    column: int
    attribute_column: int
    together: int
    documents: int
    expected: float
    odds: float
    low: float
    high: float
    npmi: float
    p: float
    log_odds: float
    z: float
    q: float = 1.0


@AUDITS.register(
    "associations", unit="odds ratio",
    source="Bouma 2009 (nPMI); Monroe et al. 2008 (log-odds); Benjamini & Hochberg 1995; Phipson & Smyth 2010",
    range="(0, inf), 1 is no association",
)  # fmt: skip
class Associations:
    """Groups and attributes in one sentence: nPMI and odds ratio, permutation p, false discovery rate, documents.

    A pair is tested where the group, the other groups and the attribute have ``minimum`` sentences each. It is a
    finding where the odds ratio is at least ``odds``, its interval lies above 1, the pair stands together
    ``minimum`` / 2 times in five documents or more, and the false discovery ``rate`` over all tests holds.
    ``permutations`` shuffles give the p-values; at most ``per_document`` sentences of a document enter a test.
    ``lexicons`` and ``attributes`` are names of shipped word lists or paths of your own. ``field`` is ``text``, or an
    attribute to read instead, such as the captions of images.
    """

    name = "associations"

    def __init__(
        self,
        lexicons: Sequence[str | Path] = IDENTITY,
        attributes: Sequence[str | Path] = (*ATTRIBUTES, "occupation"),
        minimum: int = 20,
        odds: float = 2.0,
        rate: float = 0.05,
        permutations: int = 9999,
        per_document: int = 16,
        field: str = TEXT,
    ) -> None:
        self.identity, self.attributes = IdentityTerms(lexicons), AttributeTerms(attributes)
        self.both = TermCounter([*lexicons, *attributes])
        self.minimum, self.odds, self.rate = minimum, odds, rate
        self.permutations, self.per_document, self.field = permutations, per_document, field

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Every tested pair in a table, the strongest in a chart, and the findings HW-A005."""
        corpus.require_documents()
        missing = no_text(corpus, self.field)
        if missing:
            return StageReport("audit", "Associations", scores=(NotMeasured(METRIC, missing),))
        sentences = sentences_with_groups(corpus, self.identity, self.attributes, progress, self.field)
        tested = self.test(sentences, seed, progress)
        strong = [found for found in tested if self.is_finding(found)]
        detail: dict[str, Any] = {"lexicons": self.both.protocol, "tested": len(tested), "found": len(strong)}
        facts = {"Associations tested": len(tested), "Associations found": len(strong)}
        if not tested:
            reason = self._too_few(len(corpus), sentences)
            return StageReport("audit", "Associations", facts, (NotMeasured(METRIC, reason),), detail=detail)
        scores: list[Measurement] = [self.score(found) for found in strong[:FINDINGS]]
        detail["scores"] = [self.score(found).to_json() for found in tested]
        findings = tuple(self._finding(corpus, sentences, found) for found in strong[:FINDINGS])
        return StageReport(
            "audit", "Associations", facts, tuple(scores), findings, tuple(_exhibits(tested, sentences)), detail
        )

    def _too_few(self, documents: int, sentences: Sentences) -> str:
        reason = (
            f"no group and attribute have the {self.minimum} sentences that a test needs: "
            f"{len(sentences.document):,} of {sentences.total:,} sentences mention a group"
        )
        if sentences.total > 100 * documents:
            reason += ". Cut long texts into documents (option 'split' of the source), for these are compared"
        return reason

    def test(self, sentences: Sentences, seed: int, progress: Progress) -> list[Association]:
        """Every testable pair, strongest evidence first (q, then odds ratio)."""
        tested: list[Association] = []
        categories = tuple(dict.fromkeys(category for category, _ in self.identity.groups))
        with progress.task("association tests", len(categories)) as task:
            for category in categories:
                tested += self._test_category(sentences, category, seed)
                task.advance()
        adjusted = false_discovery_control([found.p for found in tested]) if tested else []
        named = [replace(found, q=float(q)) for found, q in zip(tested, adjusted, strict=True)]
        return sorted(named, key=lambda found: (found.q, -found.odds, found.category, found.group, found.attribute))

    def score(self, found: Association) -> Score:
        """The odds ratio of one pair."""
        protocol = f"{METRIC}/1 within a sentence, against the other groups of the category, {self.both.protocol}"
        return Score(
            METRIC, found.odds, found.documents, "odds ratio", protocol, found.low, found.high,
            slice={"category": found.category, "group": found.group, "attribute": found.attribute[1]},
        )  # fmt: skip

    def _test_category(self, sentences: Sentences, category: str, seed: int) -> Iterator[Association]:
        columns = np.array([i for i, (name, _) in enumerate(self.identity.groups) if name == category])
        inside = np.flatnonzero(sentences.identity[:, columns].any(1))
        rows = inside[at_most(sentences.document[inside], self.per_document, seed)]
        labels, attributes = sentences.identity[rows][:, columns], sentences.attribute[rows]
        groups = np.flatnonzero((labels.sum(0) >= self.minimum) & ((~labels).sum(0) >= self.minimum))
        words = np.flatnonzero(attributes.sum(0) >= self.minimum)
        if not len(groups) or not len(words):
            return
        documents = sentences.document[rows]
        test = permutation_test(labels[:, groups], attributes[:, words], documents, self.permutations, seed)
        for i, group in enumerate(groups):
            for j, word in enumerate(words):
                label, attribute = labels[:, group], attributes[:, word]
                odds, low, high = odds_ratio(label, attribute, documents)
                column = int(columns[group])
                yield Association(
                    category, self.identity.groups[column][1], self.attributes.groups[word], column, int(word),
                    int(test.observed[i, j]), len(np.unique(documents[label & attribute])), float(test.expected[i, j]),
                    odds, low, high, _npmi(sentences, column, int(word)), float(test.p[i, j]),
                    *self._log_odds(sentences, label, attribute, int(word)),
                )  # fmt: skip

    def _log_odds(self, sentences: Sentences, label: Bools, attribute: Bools, word: int) -> tuple[float, float]:
        share = (int(sentences.with_attribute[word]) + 0.5) / (sentences.total + 1)  # inside of (0, 1)
        joint, others = int((label & attribute).sum()), int((~label & attribute).sum())
        return log_odds(joint, int(label.sum()), others, int((~label).sum()), share, self.minimum)

    def is_finding(self, found: Association) -> bool:
        """Whether a tested pair is strong, certain and frequent enough to be told."""
        often = found.together >= self.minimum / 2 and found.documents >= 5
        return often and found.odds >= self.odds and found.low > 1 and found.q <= self.rate

    def _finding(self, corpus: Corpus, sentences: Sentences, found: Association) -> Finding:
        rows = np.flatnonzero(sentences.identity[:, found.column] & sentences.attribute[:, found.attribute_column])
        ids, sources = corpus.ids(), corpus.column("source").to_pylist()
        columns = [i for i, (name, _) in enumerate(self.identity.groups) if name == found.category]
        effects = source_effects(sentences, (found.column, found.attribute_column), columns, sources)
        pair = np.bincount(sentences.document[rows], minlength=len(ids)).astype(np.float64)
        ranks = first_of_source(pair, sources, effects)
        rows = rows[np.argsort(-ranks[sentences.document[rows]], kind="stable")]
        category, attribute = found.attribute
        highlighted = {(found.category, found.group), found.attribute}
        note = f"{found.group} + {attribute}"
        return Finding(
            "HW-A005",
            "medium" if found.low >= self.odds else "low",
            f"{found.category}: {found.group!r} goes with {attribute!r}: {found.odds:.1f} times the odds of others",
            f"{found.together} sentences in {found.documents} documents hold both, chance would give "
            f"{found.expected:.1f}. Odds ratio {found.odds:.2f} ({found.low:.2f} to {found.high:.2f}), "
            f"nPMI {found.npmi:.2f}, p = {found.p:.4f}, false discovery rate {found.q:.3f}."
            f"{effects[0].told() if effects else ''} "
            "A model trained on this learns to complete the one with the other.",
            f"Read the examples: a list of words does not know irony, quotation or names. Where the link is real and "
            f"unwanted, add sentences that join other groups of {found.category!r} with {attribute!r} ({category}), or "
            "remove the documents listed here.",
            (self.score(found),),
            tuple(examples_of(corpus, sentences, rows, ids, self.both, highlighted, note, self.field)),
            tuple(documents_of(sentences, rows, ids, ranks[sentences.document[rows]])),
        )  # fmt: skip


def _npmi(sentences: Sentences, column: int, word: int) -> float:
    label, attribute = sentences.identity[:, column], sentences.attribute[:, word]
    together, with_attribute = int((label & attribute).sum()), int(sentences.with_attribute[word])
    return float(npmi(together, int(label.sum()), with_attribute, sentences.total))


def _exhibits(tested: list[Association], sentences: Sentences) -> Iterator[Exhibit]:
    columns = (
        "Category", "Group", "Attribute", "Sentences", "Documents", "By chance", "Odds ratio", "Low", "High",
        "nPMI", "p", "q", "Log-odds with prior", "z",
    )  # fmt: skip
    rows = tuple(
        (one.category, one.group, one.attribute[1], one.together, one.documents, one.expected, one.odds, one.low,
         one.high, one.npmi, one.p, one.q, one.log_odds, one.z)
        for one in tested[:LISTED]
    )  # fmt: skip
    note = (
        f"{sentences.total:,} sentences, {len(sentences.document):,} of them mention a group; {len(tested)} pairs "
        f"tested, the {len(rows)} with the strongest evidence are listed. q: Benjamini-Hochberg over all of them. "
        "z is that of the log-odds and takes sentences as independent: it ranks, and p decides."
    )
    yield Table("associations", "Groups and attributes in one sentence", columns, rows, note)
    shown = tested[:20]
    names = tuple(f"{one.group} + {one.attribute[1]}" for one in shown)
    y, low, high = (tuple(getattr(one, field) for one in shown) for field in ("odds", "low", "high"))
    series = Series("odds ratio", names, y, low, high)
    yield Chart(
        "associations-chart", "Strongest associations", "interval", "group and attribute", "odds ratio", (series,),
        "1 means that the group stands with the attribute as often as other groups do.",
    )  # fmt: skip
