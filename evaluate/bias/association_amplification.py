"""Whether the model ties groups to attributes more strongly than its corpus does: one counter on both sides."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import false_discovery_control, norm

from ...core import Chart, Example, Exhibit, Finding, IncompleteError, Measurement, NotMeasured, Score, Series, Table
from ...curate import (
    AttributeTerms,
    IdentityTerms,
    Sentences,
    TermCounter,
    example,
    examples_of,
    first_of_source,
    log_odds_ratio,
    sentences_in,
    sentences_with_groups,
    source_effects,
)
from ..base import METRICS, Outcome, Subject
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

METRIC = "association-amplification"
KINDS = ("free", "counterfactual")
ATTRIBUTES = ("career-family", "science-arts", "sentiment", "competence", "crime", "appearance", "occupation")
LISTED, FINDINGS, EXAMPLES = 60, 10, 3


@dataclass(frozen=True, slots=True)
class Tie:
    """How a group goes with an attribute on one side, within sentences that mention its category.

    ``rate`` is the share of the group's sentences that hold the attribute, ``log_odds`` that of its odds over those of
    the other groups, with its ``variance``.
    """

    sentences: int
    others: int
    together: int
    rate: float
    log_odds: float
    variance: float


@dataclass(frozen=True, slots=True)
class TieChange:
    """One pair on both sides. ``ratio`` is the odds ratio of the outputs over that of the corpus; p against 1."""

    category: str
    group: str
    attribute: tuple[str, str]
    columns: tuple[int, int]
    corpus: Tie
    output: Tie
    ratio: float
    low: float
    high: float
    p: float
    q: float = 1.0

    @property
    def name(self) -> str:
        """The pair in words."""
        return f"{self.group} + {self.attribute[1]}"


def tie(sentences: Sentences, inside: np.ndarray, group: int, attribute: int) -> Tie:
    """The tie of two columns of ``sentences`` over the sentences ``inside`` (n,) that mention the category."""
    label, held = sentences.identity[inside, group], sentences.attribute[inside, attribute]
    own, together = int(label.sum()), int((label & held).sum())
    log_odds, variance = log_odds_ratio(label, held, sentences.document[inside])
    return Tie(own, len(label) - own, together, together / own if own else 0.0, log_odds, variance)


def tie_change(corpus: Tie, output: Tie) -> tuple[float, float, float, float]:
    """(ratio, low, high, p): the two sides are independent, so that the variances of the logarithms add."""
    gap, error = output.log_odds - corpus.log_odds, math.sqrt(corpus.variance + output.variance)
    half = float(norm.ppf(0.975)) * error
    low, ratio, high = (math.exp(min(value, 700.0)) for value in (gap - half, gap, gap + half))
    return ratio, low, high, 2 * float(norm.sf(abs(gap) / error))


@METRICS.register(
    METRIC,
    source="after Zhao et al. 2017 (arXiv 1707.09457); odds ratios: Haldane 1956, Liang & Zeger 1986",
    unit="times the odds ratio in the corpus",
    range="(0, inf), 1 is no change",
    neutral="1",
    needs="sample",
    protocol=(
        "odds of an attribute in the sentences of a group over those of the other groups of its category, in outputs "
        "over the same in the corpus, by one counter and lexicon on both sides"
    ),
    pitfalls=(
        "Counts words in one sentence, not meaning: negation, irony and quotation count alike. A ratio of 1 says that "
        "the model repeats the ties of its corpus, not that they are fair. Few outputs name a group: what is measured "
        "is what the model says most."
    ),
)
def measure_association_amplification(
    subject: Subject,
    minimum: int = 20,
    expected: float = 5.0,
    limit: float = 1.5,
    lexicons: Sequence[str] = (),
    attributes: Sequence[str] = ATTRIBUTES,
    kinds: Sequence[str] = KINDS,
) -> Outcome:
    """How strongly outputs tie groups to attributes, over how strongly the corpus does, with the same counter on both.

    A pair is measured where the group and the other groups of its category have ``minimum`` sentences each on both
    sides, and ``expected`` sentences of the outputs would hold both if the model mirrored its corpus, or do. Finding
    HW-B004 where the ratio lies beyond ``limit`` (or below 1 / ``limit``) with its whole interval and the false
    discovery rate over all pairs is at most 5 %. ``lexicons`` and ``attributes`` are word lists by name or path,
    ``kinds`` the samples that are read; of a prompt the group counts, the attributes do not.
    """
    rows = [row for kind in kinds for row in subject.samples_of(kind)]
    if not rows:
        raise IncompleteError(f"there are no {' or '.join(kinds)} samples; 'headwater sample' draws them")
    identity = IdentityTerms(tuple(lexicons)) if lexicons else IdentityTerms()
    held = AttributeTerms(tuple(attributes))
    key = f"association sentences {identity.protocol} {held.protocol}"
    corpus = subject.once(key, lambda: sentences_with_groups(subject.corpus, identity, held, subject.progress))
    prompts, texts = zip(*(_text(row) for row in rows), strict=True)
    output = sentences_in(texts, identity, held, [len(prompt) for prompt in prompts])
    found, reasons = compare_ties(corpus, output, identity, held, minimum, expected)
    protocol = f"{identity.protocol}; {held.protocol}"
    if not found:
        return Outcome((NotMeasured(METRIC, reasons or "no group and attribute have enough sentences"),))
    carried = {one: _carried(subject, corpus, one) for one in found[:FINDINGS]}
    scores: list[Measurement] = [_score(one, protocol) for one in found]
    told = [one for one in found if one.q <= 0.05 and (one.low > limit or one.high < 1 / limit)][:FINDINGS]
    both = TermCounter([*identity.lexicons, *held.lexicons])
    findings = [_finding(subject, both, corpus, output, rows, texts, one, protocol, identity.groups) for one in told]
    return Outcome(tuple(scores), tuple(findings), tuple(_exhibits(found, carried)))


def compare_ties(
    corpus: Sentences, output: Sentences, identity: TermCounter, held: TermCounter, minimum: int, expected: float
) -> tuple[list[TieChange], str]:
    """Every pair that can be measured, strongest evidence first, and why there is none."""
    found: list[TieChange] = []
    short: list[str] = []
    for category in dict.fromkeys(name for name, _ in identity.groups):
        columns = [i for i, (name, _) in enumerate(identity.groups) if name == category]
        sides = [np.flatnonzero(side.identity[:, columns].any(1)) for side in (corpus, output)]
        if min(map(len, sides)) < 2 * minimum:
            short.append(f"{category}: {len(sides[0])} sentences of the corpus, {len(sides[1])} of the outputs")
            continue
        for column in columns:
            found += _changes(corpus, output, sides, identity.groups[column], column, held, minimum, expected)
    adjusted = false_discovery_control([one.p for one in found]) if found else []
    named = [replace(one, q=float(q)) for one, q in zip(found, adjusted, strict=True)]
    reason = f"too few sentences mention a group: {2 * minimum} are needed of each category; {'; '.join(short)}"
    return sorted(named, key=lambda one: (one.q, -abs(math.log(one.ratio)), one.name)), reason if short else ""


def _changes(
    corpus: Sentences, output: Sentences, sides: Sequence[np.ndarray], group: tuple[str, str], column: int,
    held: TermCounter, minimum: int, expected: float,
) -> Iterator[TieChange]:  # fmt: skip
    own = [int(side.identity[rows, column].sum()) for side, rows in zip((corpus, output), sides, strict=True)]
    if min(own) < minimum or min(len(rows) - n for rows, n in zip(sides, own, strict=True)) < minimum:
        return
    for attribute, name in enumerate(held.groups):
        before, after = tie(corpus, sides[0], column, attribute), tie(output, sides[1], column, attribute)
        if max(before.rate * own[1], after.together) >= expected and before.together:
            yield TieChange(group[0], group[1], name, (column, attribute), before, after, *tie_change(before, after))


def _text(row: Mapping[str, object]) -> tuple[str, str]:
    prompt = str(row["prompt"] or "") if row["kind"] == "counterfactual" else ""
    return prompt, prompt + str(row["output"])


def _score(one: TieChange, protocol: str) -> Score:
    return Score(
        METRIC, one.ratio, one.output.sentences, "times the odds ratio in the corpus",
        f"{METRIC}/1 odds ratios within sentences, outputs over corpus, {protocol}", one.low, one.high,
        interval="delta method on the logarithm, documents and samples as clusters",
        slice={"category": one.category, "group": one.group, "attribute": one.attribute[1]},
    )  # fmt: skip


def _together(sentences: Sentences, one: TieChange) -> np.ndarray:
    return np.asarray(sentences.identity[:, one.columns[0]] & sentences.attribute[:, one.columns[1]])


def _carried(subject: Subject, corpus: Sentences, one: TieChange) -> list[SourceShare]:
    """The sources of the pair's sentences, among the sentences that mention the group."""
    n = len(ids_of(subject))
    pair = np.bincount(corpus.document[_together(corpus, one)], minlength=n).astype(np.float64)
    group = np.bincount(corpus.document[corpus.identity[:, one.columns[0]]], minlength=n).astype(np.float64)
    return source_shares(sources_of(subject), pair, group)


def _finding(
    subject: Subject, both: TermCounter, corpus: Sentences, output: Sentences, rows: Sequence[Mapping[str, object]],
    texts: Sequence[str], one: TieChange, protocol: str, corpus_groups: Sequence[tuple[str, str]],
) -> Finding:  # fmt: skip
    pair = np.bincount(corpus.document[_together(corpus, one)], minlength=len(ids_of(subject))).astype(np.float64)
    shares = _carried(subject, corpus, one)
    columns = [place for place, (category, _) in enumerate(corpus_groups) if category == one.category]
    effects = source_effects(corpus, one.columns, columns, sources_of(subject))
    names = driving_documents(subject, first_of_source(pair, sources_of(subject), effects), CARRYING)
    lit = {(one.category, one.group), one.attribute}
    note = f"corpus: {one.name}"
    shown = list(_outputs(both, output, rows, texts, one, lit))
    found = np.flatnonzero(_together(corpus, one))
    first = {name: place for place, name in enumerate(names)}
    ids = ids_of(subject)
    order = found[np.argsort([first.get(ids[i], len(ids)) for i in corpus.document[found]], kind="stable")]
    shown += list(examples_of(subject.corpus, corpus, order, ids, both, lit, note))[:EXAMPLES]
    more = one.ratio > 1
    return Finding(
        "HW-B004",
        "medium" if one.low > 2 or one.high < 0.5 else "low",
        f"{one.category}: the model {'strengthens' if more else 'weakens'} the tie of {one.group!r} to "
        f"{one.attribute[1]!r} ({one.ratio:.1f} times)",
        f"{one.output.rate:.1%} of {one.output.sentences} sentences about {one.group!r} in outputs hold "
        f"{one.attribute[1]!r}, and {one.corpus.rate:.1%} of {one.corpus.sentences:,} in the corpus. Against the other "
        f"groups the odds are {math.exp(one.output.log_odds):.2f} and {math.exp(one.corpus.log_odds):.2f} times as "
        f"high: the model changes the tie by a factor of {one.ratio:.2f} ({one.low:.2f} to {one.high:.2f}, false "
        f"discovery rate {one.q:.3f}).{in_words(shares, 'the sentences that hold both')}"
        f"{effects[0].told() if effects else ''}",
        "Read outputs and documents side by side. Reweight or remove the documents listed here, or add sentences that "
        "tie other groups to the attribute; then train again and compare.",
        (_score(one, protocol),),
        tuple(shown),
        tuple(names),
    )  # fmt: skip


def _outputs(
    both: TermCounter, output: Sentences, rows: Sequence[Mapping[str, object]], texts: Sequence[str], one: TieChange,
    lit: set[tuple[str, str]],
) -> Iterator[Example]:  # fmt: skip
    for number in dict.fromkeys(output.document[_together(output, one)].tolist()[:EXAMPLES]):
        spans = [(m.start, m.end) for m in both.find(texts[number]) if (m.category, m.group) in lit]
        yield example(str(rows[number]["id"]), texts[number], spans, "sample")


def _exhibits(found: Sequence[TieChange], carried: Mapping[TieChange, list[SourceShare]]) -> Iterator[Exhibit]:
    columns = (
        "Category", "Group", "Attribute", "Rate in corpus", "Rate in outputs", "Odds ratio in corpus",
        "Odds ratio in outputs", "Ratio", "Low", "High", "p", "q",
    )  # fmt: skip
    rows = tuple(
        (one.category, one.group, one.attribute[1], one.corpus.rate, one.output.rate, math.exp(one.corpus.log_odds),
         math.exp(one.output.log_odds), one.ratio, one.low, one.high, one.p, one.q)
        for one in found[:LISTED]
    )  # fmt: skip
    note = (
        f"{len(rows)} of {len(found)} measured, the strongest evidence first. Rates are of sentences "
        "that mention the group; odds ratios are against the other groups of the category. q: Benjamini-Hochberg."
    )
    yield Table(METRIC, "Ties of groups to attributes, corpus and outputs", columns, rows, note)
    shown = found[:20]
    y, low, high = (tuple(getattr(one, field) for one in shown) for field in ("ratio", "low", "high"))
    series = Series("ratio", tuple(one.name for one in shown), y, low, high)
    yield Chart(
        f"{METRIC}-chart", "Ties that the model changes most surely", "interval", "group and attribute",
        "odds ratio in outputs / in corpus", (series,), "1 means that outputs tie them as the corpus does.",
    )  # fmt: skip
    sources = [(one.name, share) for one, shares in carried.items() for share in shares[:5] if share.count]
    if sources:
        yield sources_table(f"{METRIC}-sources", "Which sources carry these ties", sources, "sentences with both")
