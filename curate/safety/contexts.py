"""Audit ``contexts``: in which tone a corpus speaks about groups of people, and how toxic a detector finds it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy.stats import false_discovery_control

from ...core import (
    Chart,
    ConfigError,
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
    UsageError,
)
from ..audits.association_tests import at_most, permutation_test
from ..audits.lexicon import IDENTITY
from ..audits.sentence_evidence import documents_of, examples_of
from ..audits.term_counts import AttributeTerms, IdentityTerms, TermCounter
from ..audits.text_field import TEXT, no_text
from ..base import AUDITS
from .context_scores import ContextScorer, ContextSentences
from .context_tests import MeanDifference, mean_difference
from .text_detector import Spec, build_detector

TITLE = "Contexts of groups"
TONE, TOXICITY = "context-tone", "context-toxicity"
UNITS = {TONE: "difference of tone, from -2 to 2", TOXICITY: "difference of scores"}
FINDINGS = 10


@dataclass(frozen=True, slots=True)
class ContextTest:
    """One group against the other groups of its category, by one measure; ``rows`` index the sentences."""

    metric: str
    category: str
    group: str
    column: int
    rows: np.ndarray
    label: np.ndarray
    documents: int
    difference: MeanDifference
    p: float
    q: float = 1.0


@AUDITS.register(
    "contexts", unit="difference of tone; difference of scores",
    source="Liang & Zeger 1986; Phipson & Smyth 2010; Benjamini & Hochberg 1995; Hutto & Gilbert 2014 (negation)",
)  # fmt: skip
class Contexts:
    """Tone and toxicity of sentences by the group that they mention: difference, interval, permutation p, documents.

    Tone is pleasant minus unpleasant words over both, by the lexicon ``sentiment``, a negated word counting on the
    other side; toxicity is the score of ``detector`` (a text detector). A group is tested where it and the other groups
    of its category have ``minimum`` sentences; it is a finding where its sentences are less pleasant by ``tone`` or
    more toxic by ``toxicity``, the interval excludes 0 and the false discovery ``rate`` over all tests holds.
    ``permutations`` shuffles give the p-values; at most ``per_document`` sentences of a document enter a test.
    ``lexicons`` are word lists of groups. ``field`` is ``text`` or an attribute.
    """

    name = "contexts"

    def __init__(
        self,
        lexicons: Sequence[str | Path] = IDENTITY,
        sentiment: str | Path = "sentiment",
        detector: Spec = "toxicity-words",
        minimum: int = 20,
        tone: float = 0.1,
        toxicity: float = 0.05,
        rate: float = 0.05,
        permutations: int = 4999,
        per_document: int = 16,
        field: str = TEXT,
    ) -> None:
        if minimum < 2 or permutations < 1 or per_document < 1 or not 0 < rate < 1 or min(tone, toxicity) < 0:
            raise UsageError(
                "contexts: minimum is at least 2, permutations and per_document at least 1, rate between 0 and 1, tone "
                "and toxicity not negative"
            )
        self.terms, words = IdentityTerms(lexicons), AttributeTerms([sentiment])
        if len(words.groups) != 2:
            raise ConfigError(
                f"contexts: the lexicon {sentiment!r} has {len(words.groups)} groups; a lexicon of tone has two, the "
                "pleasant words first"
            )
        self.both = TermCounter([*self.terms.lexicons, *words.lexicons])
        self.scorer = ContextScorer(self.terms, words, build_detector(detector, "contexts.detector"))
        self.minimum, self.rate, self.permutations = minimum, rate, permutations
        self.per_document, self.field = per_document, field
        self.effects = {TONE: tone, TOXICITY: toxicity}

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Every tested group in a table, and the findings HW-A008 (tone) and HW-A009 (toxicity)."""
        corpus.require_documents()
        missing = no_text(corpus, self.field)
        if missing:
            return _nothing(missing)
        sentences = self.scorer.read(corpus, progress, self.field)
        tested = self.test(sentences, seed, progress)
        if not tested:
            return _nothing(f"no group has {self.minimum} sentences beside {self.minimum} about other groups")
        scores: list[Measurement] = [self.score(one) for one in tested]
        if not sentences.toxicity.any():
            scores.append(NotMeasured(TOXICITY, "the detector scores every sentence that mentions a group 0"))
        found = [one for one in tested if self._is_finding(one)][:FINDINGS]
        facts = {"Contexts tested": len(tested), "Contexts that differ": len(found)}
        findings = tuple(self._finding(corpus, sentences, one) for one in found)
        exhibits = tuple(_exhibits(tested, sentences))
        detail = {"protocol": f"{self.scorer.protocol}; {self.scorer.detector.protocol}"}
        return StageReport("audit", TITLE, facts, tuple(scores), findings, exhibits, detail)

    def test(self, sentences: ContextSentences, seed: int, progress: Progress) -> list[ContextTest]:
        """Every testable group and measure, strongest evidence first (q, then the size of the difference)."""
        tested: list[ContextTest] = []
        with progress.task("context tests", len(self.terms.categories)) as task:
            for category in self.terms.categories:
                tested += self._test_category(sentences, category, seed)
                task.advance()
        adjusted = false_discovery_control([one.p for one in tested]) if tested else []
        named = [replace(one, q=float(q)) for one, q in zip(tested, adjusted, strict=True)]
        return sorted(named, key=lambda one: (one.q, -abs(one.difference.value), one.metric, one.category, one.group))

    def _test_category(self, sentences: ContextSentences, category: str, seed: int) -> Iterator[ContextTest]:
        columns = np.array([i for i, (name, _) in enumerate(self.terms.groups) if name == category])
        inside = np.flatnonzero(sentences.identity[:, columns].any(1))
        rows = inside[at_most(sentences.document[inside], self.per_document, seed)]
        labels, documents = sentences.identity[rows][:, columns], sentences.document[rows]
        groups = np.flatnonzero((labels.sum(0) >= self.minimum) & ((~labels).sum(0) >= self.minimum))
        values = np.stack([sentences.tone[rows], sentences.toxicity[rows]], 1)
        measures = [(name, place) for place, name in enumerate((TONE, TOXICITY)) if values[:, place].any()]
        if not len(groups) or not measures:
            return
        test = permutation_test(labels[:, groups], values, documents, self.permutations, seed)
        for i, group in enumerate(groups):
            label, column = labels[:, group], int(columns[group])
            for name, place in measures:
                yield ContextTest(
                    name, category, self.terms.groups[column][1], column, rows, label,
                    len(np.unique(documents[label])), mean_difference(values[:, place], label, documents),
                    float(test.p[i, place]),
                )  # fmt: skip

    def score(self, one: ContextTest) -> Score:
        """The difference of one group."""
        protocol = self.scorer.protocol if one.metric == TONE else (
            f"{self.scorer.detector.protocol}; {self.terms.protocol}"
        )  # fmt: skip
        return Score(
            one.metric, one.difference.value, one.documents, UNITS[one.metric],
            f"{one.metric}/1 of a sentence, against the other groups of the category; {protocol}",
            one.difference.low, one.difference.high, slice={"category": one.category, "group": one.group},
        )  # fmt: skip

    def _is_finding(self, one: ContextTest) -> bool:
        worse = -one.difference.value if one.metric == TONE else one.difference.value
        surely = one.difference.high < 0 if one.metric == TONE else one.difference.low > 0
        return worse >= self.effects[one.metric] and surely and one.q <= self.rate and one.documents >= 5

    def _finding(self, corpus: Corpus, sentences: ContextSentences, one: ContextTest) -> Finding:
        ids, difference = corpus.ids(), one.difference
        part = -difference.influence if one.metric == TONE else difference.influence
        carrying = np.flatnonzero(part > 0)
        order = carrying[np.argsort(-part[carrying], kind="stable")]
        rows = one.rows[order]
        highlighted = {(one.category, one.group)}
        if one.metric == TONE:
            highlighted |= {group for group in self.both.groups if group not in self.terms.groups}
        tone = one.metric == TONE
        means = (
            f"{'Tone' if tone else 'Score'} of its {int(one.label.sum()):,} sentences in {one.documents:,} documents: "
            f"{difference.own:.3f}; of those about other groups: {difference.others:.3f}. Difference "
            f"{difference.value:.3f} ({difference.low:.3f} to {difference.high:.3f}), p = {one.p:.4f}, false discovery "
            f"rate {one.q:.3f}."
        )
        return Finding(
            "HW-A008" if tone else "HW-A009",
            "medium" if abs(difference.value) >= 2 * self.effects[one.metric] else "low",
            f"{one.category}: sentences about {one.group!r} are {'less pleasant' if tone else 'more toxic'} than those "
            f"about other groups ({difference.value:+.2f})",
            f"{means} A model learns to speak about the group in this tone."
            + (" Most sentences have no word of tone and count as 0." if tone else ""),
            "Read the examples: a list of words knows no irony, quotation or subject (a text on a crime against a "
            "group is unpleasant and no slur)"
            + (". " if tone else ", and detectors err more on some groups: see the bias sheet of the audit toxicity. ")
            + "Where the tone is the authors', draw fewer of the documents listed here or add others about the group.",
            (self.score(one),),
            tuple(
                examples_of(
                    corpus, sentences, rows, ids, self.both, highlighted, f"{one.category}: {one.group}", self.field
                )
            ),
            tuple(documents_of(sentences, rows, ids, part[order])),
        )


def _nothing(reason: str) -> StageReport:
    return StageReport("audit", TITLE, scores=(NotMeasured(TONE, reason), NotMeasured(TOXICITY, reason)))


def _exhibits(tested: Sequence[ContextTest], sentences: ContextSentences) -> Iterator[Exhibit]:
    columns = (
        "Category", "Group", "Sentences", "Documents", "Mean", "Mean of others", "Difference", "Low", "High", "p", "q",
    )  # fmt: skip
    marked = int(sentences.marked.sum())
    notes = {
        TONE: f"From -1 (unpleasant words only) to 1 (pleasant ones only); {marked:,} of {len(sentences.tone):,} "
        "sentences that mention a group have a word of tone, the others count as 0. A list of words knows no irony.",
        TOXICITY: "Scores of the detector in [0, 1]. Its own bias is in them: see the bias sheet of audit toxicity.",
    }
    for metric, title in ((TONE, "Tone of sentences by group"), (TOXICITY, "Toxicity of sentences by group")):
        own = [one for one in tested if one.metric == metric]
        if not own:
            continue
        rows = tuple(
            (one.category, one.group, int(one.label.sum()), one.documents, one.difference.own, one.difference.others,
             one.difference.value, one.difference.low, one.difference.high, one.p, one.q)
            for one in own
        )  # fmt: skip
        note = f"{notes[metric]} q: Benjamini-Hochberg over all {len(tested)} tests of both measures."
        yield Table(metric, title, columns, rows, note)
        names = tuple(f"{one.category}: {one.group}" for one in own)
        y, low, high = (tuple(getattr(one.difference, name) for one in own) for name in ("value", "low", "high"))
        yield Chart(
            f"{metric}-chart", f"{title}, against the other groups", "interval", "group", "difference",
            (Series("difference", names, y, low, high),), "0: like sentences about the other groups of the category.",
        )  # fmt: skip
