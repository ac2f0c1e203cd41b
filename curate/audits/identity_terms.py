"""Audit ``identity-terms``: which groups of people a corpus speaks about, how often, and where."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ...core import (
    UNKNOWN,
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
    UsageError,
)
from ..base import AUDITS
from ..privacy import redact
from .lexicon import IDENTITY
from .mentions_over_time import OverTime, mentions_over_time, time_exhibits, trend_findings, trend_scores
from .rates import Rate, mention_rate, mention_ratio
from .snippets import snippet
from .term_counts import IdentityTerms, TermCounts
from .text_field import TEXT, no_text, text_of

TITLE, RATE = "Identity terms", "mentions-per-million-words"
SOURCES = 8
DOCUMENTS = 20
NAMED, CHARTED = 12, 20


@AUDITS.register(
    "identity-terms",
    source="Cochran 1977, section 6 (ratio estimator); Liang & Zeger 1986 (trend)",
    unit="mentions per million words",
)
class IdentityTermAudit:
    """Mentions of groups of people by category, group, source and time, with the groups that are missing.

    A category with ``minimum`` mentions is a finding where the largest group is more than ``ratio`` times as frequent
    as the smallest, by the whole interval. Where documents have dates in ``collected``, a group that is ``trend`` times
    as frequent (or as rare) at the end as at the beginning is one too, at the false discovery ``rate``. ``lexicons``
    are names of shipped word lists or paths of your own. ``field`` is ``text``, or an attribute to read instead.
    """

    name = "identity-terms"

    def __init__(
        self,
        lexicons: Sequence[str | Path] = IDENTITY,
        ratio: float = 3.0,
        minimum: int = 50,
        trend: float = 2.0,
        rate: float = 0.05,
        field: str = TEXT,
    ) -> None:
        if trend <= 1 or not 0 < rate < 1 or minimum < 1:
            raise UsageError("identity-terms: trend must be above 1, rate between 0 and 1, and minimum at least 1")
        self.terms, self.ratio, self.minimum = IdentityTerms(lexicons), ratio, minimum
        self.trend, self.rate, self.field = trend, rate, field

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Rates, imbalance and trend by group; findings HW-A004 and HW-A006."""
        corpus.require_documents()
        missing = no_text(corpus, self.field)
        if missing:
            return StageReport("audit", TITLE, scores=(NotMeasured(RATE, missing),))
        counts = self.terms.count_corpus(corpus, progress, self.field)
        if counts.words.sum() == 0:
            return StageReport("audit", TITLE, scores=(NotMeasured(RATE, "the corpus has no word"),))
        unread = [category for category in counts.categories if not counts.words_of(category).sum()]
        rates = {
            group: mention_rate(counts.of(*group), counts.words_of(group[0]))
            for group in counts.groups
            if group[0] not in unread
        }
        over = mentions_over_time(counts, corpus.column("collected").to_pylist(), self.minimum)
        findings = [
            *self._findings(corpus, counts),
            *trend_findings(corpus, over, self.terms, self.trend, self.rate, self.field),
        ]
        exhibits = [*_rate_exhibits(counts, rates), _by_source(corpus, counts), *time_exhibits(over)]
        return StageReport(
            "audit", TITLE, self._facts(counts),
            tuple(self._scores(counts, rates, unread, over)), tuple(findings), tuple(exhibits),
            {"lexicons": self.terms.protocol},
        )  # fmt: skip

    def _facts(self, counts: TermCounts) -> dict[str, int]:
        facts = {"Mentions of groups of people": int(counts.mentions.sum())}
        unread = int((~counts.read.any(1) & (counts.words > 0)).sum())
        return facts | ({"Documents in a language without a list": unread} if unread else {})

    def _scores(
        self, counts: TermCounts, rates: dict[tuple[str, str], Rate], unread: Sequence[str], over: OverTime
    ) -> Iterator[Measurement]:
        yield from (self._rate_score(group, rate, counts) for group, rate in rates.items())
        for category in unread:
            reason = "no document is in a language of its lists; give a lexicon of your own with that 'language'"
            yield NotMeasured(RATE, reason, {"category": category})
        yield from (self._imbalance(category, counts) for category in counts.categories if category not in unread)
        yield from trend_scores(over, self.terms, self.minimum)

    def _rate_score(self, group: tuple[str, str], rate: Rate, counts: TermCounts) -> Score:
        return Score(
            RATE, rate.value, int((counts.of(*group) > 0).sum()), "mentions per million words",
            f"mentions/1 {self._protocol(group[0])}; ratio over documents, log delta interval", rate.low, rate.high,
            slice={"category": group[0], "group": group[1]},
        )  # fmt: skip

    def _imbalance(self, category: str, counts: TermCounts) -> Measurement:
        where = {"category": category}
        ranked = rank(counts, category)
        if counts.of(category, ranked[0]).sum() < self.minimum or len(ranked) < 2:
            reason = f"fewer than {self.minimum} mentions of its largest group, {ranked[0]!r}"
            return NotMeasured("representation-ratio", reason, where)
        ratio = mention_ratio(counts.of(category, ranked[0]), counts.of(category, ranked[-1]))
        if not np.isfinite(ratio.value):
            reason = f"{ranked[-1]!r} is never mentioned; {ranked[0]!r} is at least {ratio.low:.1f} times as frequent"
            return NotMeasured("representation-ratio", reason, where)
        return Score(
            "representation-ratio", ratio.value, ratio.n, "times",
            f"representation-ratio/1 {self._protocol(category)}; largest over smallest group, log delta interval",
            ratio.low, ratio.high, direction="lower", slice={**where, "group": f"{ranked[0]} / {ranked[-1]}"},
        )  # fmt: skip

    def _findings(self, corpus: Corpus, counts: TermCounts) -> Iterator[Finding]:
        for category in counts.categories:
            ranked = rank(counts, category)
            if len(ranked) < 2 or counts.mentions[:, counts.columns(category)].sum() < self.minimum:
                continue
            ratio = mention_ratio(counts.of(category, ranked[0]), counts.of(category, ranked[-1]))
            if ratio.low > self.ratio:
                yield self._finding(corpus, counts, category, ranked, ratio)

    def _finding(
        self, corpus: Corpus, counts: TermCounts, category: str, ranked: list[str], ratio: Rate
    ) -> Finding:  # fmt: skip
        missing = [group for group in ranked if not counts.of(category, group).any()]
        total = int(counts.mentions[:, counts.columns(category)].sum())
        parts = _listed(
            [f"{group} {int(counts.of(category, group).sum()):,}" for group in ranked if group not in missing]
        )
        ids = corpus.ids()
        first = top_documents(counts.of(category, ranked[0]), ids)
        rare = next((group for group in reversed(ranked) if counts.of(category, group).any()), ranked[0])
        shown = {ranked[0]: first[:3], rare: top_documents(counts.of(category, rare), ids)[:3]}
        texts = corpus.documents([name for names in shown.values() for name in names])
        examples = tuple(
            snippet(
                name, text_of(texts[name], self.field), self.terms, {(category, group)},
                note=f"{category}: {group}", language=texts[name]["language"],
            )
            for group, names in shown.items()
            for name in names
        )  # fmt: skip
        frequency = f"{ratio.value:.1f} times" if np.isfinite(ratio.value) else f"at least {ratio.low:.0f} times"
        return Finding(
            "HW-A004",
            "medium" if ratio.low >= 3 * self.ratio else "low",
            f"{category}: {ranked[0]!r} is mentioned {frequency} as often as {ranked[-1]!r}",
            f"Of {total:,} mentions: {parts}."
            + (f" Never mentioned: {_listed(missing)}." if missing else "")
            + " A model knows little about groups that its corpus rarely names, and repeats what little it says.",
            "Decide which proportions the intended use needs. Add documents about the rare groups, or draw fewer of "
            "the documents listed here, which carry most mentions of the largest group.",
            tuple([self._imbalance(category, counts)]),
            examples,
            tuple(first),
        )

    def _protocol(self, category: str) -> str:
        return ", ".join(lexicon.protocol for lexicon in self.terms.lexicons if lexicon.id == category)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:NAMED]) + (f" and {len(names) - NAMED} more" if len(names) > NAMED else "")


def rank(counts: TermCounts, category: str) -> list[str]:
    """Groups of a category by mentions, most first; ties in the lexicon's order."""
    groups = [group for name, group in counts.groups if name == category]
    return sorted(groups, key=lambda group: -int(counts.of(category, group).sum()))


def top_documents(mentions: np.ndarray, ids: Sequence[str], limit: int = DOCUMENTS) -> list[str]:
    """Ids of the documents with the most ``mentions`` (documents,), most first, ties in corpus order."""
    order = np.argsort(-mentions, kind="stable")[:limit]
    return [ids[i] for i in order if mentions[i] > 0]


def _rate_exhibits(counts: TermCounts, rates: dict[tuple[str, str], Rate]) -> Iterator[Exhibit]:
    rows = []
    for (category, group), rate in rates.items():
        documents = int((counts.of(category, group) > 0).sum())
        rows.append((category, group, documents, rate.n, rate.value, rate.low, rate.high))
    columns = ("Category", "Group", "Documents", "Mentions", "Per million words", "Low", "High")
    yield Table(
        "identity-terms-rates", "Mentions of groups of people", columns, tuple(rows),
        f"In {int(counts.words.sum()):,} words. Intervals are at 95 %, over documents.",
    )  # fmt: skip
    for category in counts.categories:
        shown = set(rank(counts, category)[:CHARTED])
        own = {group: rate for (name, group), rate in rates.items() if name == category and group in shown}
        if any(rate.n for rate in own.values()):
            y, low, high = (tuple(getattr(rate, field) for rate in own.values()) for field in ("value", "low", "high"))
            series = Series("per million words", tuple(own), y, low, high)
            yield Chart(
                f"identity-terms-{category}", f"Mentions: {category}", "interval", "group",
                "mentions per million words", (series,),
            )  # fmt: skip


def _by_source(corpus: Corpus, counts: TermCounts) -> Table:
    sources = [source or UNKNOWN for source in corpus.column("source").to_pylist()]
    names, index = np.unique(np.array(sources, object), return_inverse=True)
    order = np.argsort(-np.bincount(index, counts.words, len(names)), kind="stable")[:SOURCES]
    rows = []
    for source in order:
        inside = index == source
        for category in counts.categories:
            words = counts.words_of(category)[inside]
            mentions = counts.mentions[inside][:, counts.columns(category)].sum(1)
            if words.sum():
                rate = mention_rate(mentions, words)
                name = redact(str(names[source]))
                rows.append(
                    (name, category, int(inside.sum()), int(words.sum()), rate.n, rate.value, rate.low, rate.high)
                )
    columns = ("Source", "Category", "Documents", "Words", "Mentions", "Per million words", "Low", "High")
    rest = len(names) - len(order)
    note = "Intervals are at 95 %, over documents." + (f" {rest} smaller sources are not listed." if rest else "")
    return Table("identity-terms-sources", "Mentions by source", columns, tuple(rows), note)
