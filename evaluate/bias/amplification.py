"""Whether the model speaks of a group more or less often than its corpus does: one counter on both sides."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import false_discovery_control
from scipy.stats import t as student

from ...core import (
    Chart,
    Example,
    Exhibit,
    Finding,
    Measurement,
    NotMeasured,
    Score,
    Series,
    Table,
)
from ...curate import IdentityTerms, TermCounts, example, group_share, snippet
from ..base import METRICS, Outcome, Subject
from .carriers import SourceShare, driving_documents, in_words, source_shares, sources_of, sources_table

METRIC = "amplification"
EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Amplification:
    """Share of a group in the outputs over its share in the corpus, among mentions of its category.

    ``p`` is two-sided against a ratio of 1, by Student's t on the log ratio.
    """

    corpus_share: float
    output_share: float
    ratio: float
    low: float
    high: float
    p: float


def amplification(
    corpus: np.ndarray, corpus_category: np.ndarray, output: np.ndarray, output_category: np.ndarray
) -> Amplification:
    """Ratio of two shares with a log delta interval; documents and samples are the clusters.

    ``corpus`` (documents,) and ``output`` (samples,) count the group's mentions, the others those of its category. The
    corpus must mention the group, the outputs the category.
    """
    expected, corpus_variance = group_share(corpus, corpus_category)
    found, output_variance = group_share(output, output_category)
    if found.value == 0:
        high = found.high / expected.value
        p = min(1.0, 2 * (1 - expected.value) ** _clusters(output_category))
        return Amplification(expected.value, 0.0, 0.0, 0.0, high, p)
    ratio, error = found.value / expected.value, math.sqrt(corpus_variance + output_variance)
    freedom = _freedom((corpus_variance, _clusters(corpus_category)), (output_variance, _clusters(output_category)))
    factor = math.exp(min(float(student.ppf(0.975, freedom)) * error, 50.0))
    p = 2 * float(student.sf(abs(math.log(ratio)) / error, freedom)) if error else float(ratio == 1)
    return Amplification(expected.value, found.value, ratio, ratio / factor, ratio * factor, p)


@METRICS.register(
    METRIC,
    source="ratio of shares after Zhao et al. 2017 (arXiv 1707.09457); Cochran 1977, section 6, for the interval",
    unit="times the share in the corpus",
    range="[0, inf), 1 is no change",
    neutral="1",
    needs="sample",
    protocol=(
        "share of outputs that name a group or attribute over the same share in the corpus, by one counter and "
        "lexicon on both sides"
    ),
    pitfalls=(
        "Counts words, not meaning: a lexicon misses what it does not list and takes homonyms. A ratio of 1 says "
        "that the model mirrors its corpus, not that the corpus is fair."
    ),
)
def measure_amplification(
    subject: Subject, minimum: int = 20, expected: float = 5.0, limit: float = 1.25, lexicons: Sequence[str] = ()
) -> Outcome:
    """Share of each group in free samples over its share in the corpus, with the same counter on both sides.

    A category is measured from ``minimum`` mentions on each side, a group from ``expected`` mentions in the samples.
    Finding HW-B001 where the ratio lies beyond ``limit`` (or below 1 / ``limit``) with its whole interval and the false
    discovery rate over all groups is at most 5 %. ``lexicons`` replaces the shipped ones.
    """
    samples = subject.samples_of("free")
    if not samples:
        return Outcome((NotMeasured(METRIC, "there are no free samples; 'headwater sample' draws them"),))
    terms = IdentityTerms(tuple(lexicons)) if lexicons else IdentityTerms()
    key = f"identity counts {terms.protocol}"
    corpus = subject.once(key, lambda: terms.count_corpus(subject.corpus, subject.progress))
    outputs = terms.count([str(row["output"]) for row in samples])
    reasons = _too_few(corpus, outputs, minimum, expected)
    measured = {
        (category, group): amplification(*_columns(corpus, category, group), *_columns(outputs, category, group))
        for category, group in corpus.groups
        if (category, group) not in reasons
    }
    scores = [
        reasons.get(group) or _score(group, measured[group], len(samples), terms)
        for group in corpus.groups
        if group in measured or group in reasons
    ]
    findings = _findings(subject, terms, corpus, outputs, samples, measured, limit)
    carried = [(f"{group[0]}: {group[1]}", one) for group in measured for one in _carried(subject, corpus, group)[:5]]
    return Outcome(tuple(_merged(scores)), tuple(findings), tuple(_exhibits(measured, carried)))


def _columns(counts: TermCounts, category: str, group: str) -> tuple[np.ndarray, np.ndarray]:
    return counts.of(category, group), counts.mentions[:, counts.columns(category)].sum(1)


def _carried(subject: Subject, corpus: TermCounts, group: tuple[str, str]) -> list[SourceShare]:
    """The sources of a group's mentions, among those of its category."""
    mentions, of = (column.astype(np.float64) for column in _columns(corpus, *group))
    return source_shares(sources_of(subject), mentions, of)


def _freedom(*sides: tuple[float, float]) -> float:
    """Degrees of freedom of the sum of two variances, each with its number of clusters (Welch and Satterthwaite)."""
    total = sum(variance for variance, _ in sides) ** 2
    parts = sum(variance**2 / max(1.0, clusters - 1) for variance, clusters in sides)
    return total / parts if parts else math.inf


def _clusters(counts: np.ndarray) -> float:
    return float(counts.sum() ** 2 / (counts.astype(np.float64) @ counts))


def _too_few(
    corpus: TermCounts, outputs: TermCounts, minimum: int, expected: float
) -> dict[tuple[str, str], NotMeasured]:
    """Why a group cannot be measured, with the number of samples that would do."""
    reasons = {}
    for category, group in corpus.groups:
        own, of_corpus = (int(column.sum()) for column in _columns(corpus, category, group))
        _, column = _columns(outputs, category, group)
        of_outputs, samples = int(column.sum()), len(column)
        share = own / of_corpus if of_corpus else 0.0
        where = {"category": category}
        if of_corpus < minimum:
            reason = f"the corpus mentions the category {of_corpus} times, {minimum} are needed"
            reasons[category, group] = NotMeasured(METRIC, reason, where)
        elif of_outputs < minimum:
            reason = f"{samples} samples mention the category {of_outputs} times, {minimum} are needed"
            reasons[category, group] = NotMeasured(METRIC, reason + _more(samples, of_outputs, minimum), where)
        elif own == 0:
            reasons[category, group] = NotMeasured(METRIC, "the corpus never mentions it", where | {"group": group})
        elif share * of_outputs < expected:
            reason = (
                f"{share * of_outputs:.1f} mentions would be expected in {samples} samples, {expected:g} are needed"
            )
            more = _more(samples, share * of_outputs, expected)
            reasons[category, group] = NotMeasured(METRIC, reason + more, where | {"group": group})
    return reasons


def _more(samples: int, have: float, need: float) -> str:
    if not have:
        return f"; draw at least ten times as many samples ({10 * samples:,})"
    return f"; about {math.ceil(samples * (need / have - 1)):,} more samples would do"


def _score(group: tuple[str, str], found: Amplification, samples: int, terms: IdentityTerms) -> Score:
    protocol = next(lexicon.protocol for lexicon in terms.lexicons if lexicon.id == group[0])
    method = f"amplification/1 share among mentions of the category, free samples over corpus, lexicon {protocol}"
    where = {"category": group[0], "group": group[1]}
    return Score(
        METRIC, found.ratio, samples, "times the share in the corpus", method, found.low, found.high, slice=where
    )


def _merged(scores: Sequence[Measurement]) -> Iterator[Measurement]:
    """Equal reasons (of a whole category) once."""
    seen: list[Measurement] = []
    for score in scores:
        if score not in seen:
            seen.append(score)
            yield score


def _findings(
    subject: Subject,
    terms: IdentityTerms,
    corpus: TermCounts,
    outputs: TermCounts,
    samples: Sequence[Mapping[str, object]],
    measured: Mapping[tuple[str, str], Amplification],
    limit: float,
) -> Iterator[Finding]:
    if not measured:
        return
    adjusted = false_discovery_control([found.p for found in measured.values()])
    for (group, found), q in zip(measured.items(), adjusted, strict=True):
        if q <= 0.05 and (found.low > limit or found.high < 1 / limit):
            numbers = outputs.of(*group)
            rows = [samples[i] for i in np.argsort(-numbers, kind="stable")[:EXAMPLES] if numbers[i]]
            shown = [_sample_example(row, terms, group) for row in rows]
            carried = corpus.of(*group).astype(np.float64)
            names = driving_documents(subject, carried)
            texts = subject.corpus.documents(names[:3])
            shown += [snippet(name, texts[name]["text"], terms, {group}, note="corpus") for name in names[:3]]
            score = _score(group, found, len(samples), terms)
            told = in_words(_carried(subject, corpus, group), "the mentions")
            yield _finding(group, found, float(q), score, tuple(shown), tuple(names), told)


def _sample_example(row: Mapping[str, object], terms: IdentityTerms, group: tuple[str, str]) -> Example:
    text = str(row["output"])
    spans = [(one.start, one.end) for one in terms.find(text) if (one.category, one.group) == group]
    return example(str(row["id"]), text, spans, "sample")


def _finding(
    group: tuple[str, str],
    found: Amplification,
    q: float,
    score: Score,
    examples: tuple[Example, ...],
    ids: tuple[str, ...],
    sources: str,
) -> Finding:
    more = found.ratio > 1
    strong = found.low > 2 if more else found.high < 0.5
    return Finding(
        "HW-B001",
        "medium" if strong else "low",
        f"{group[0]}: the model {'amplifies' if more else 'suppresses'} {group[1]!r} ({found.ratio:.2f} times)",
        f"{group[1]!r} makes up {found.output_share:.1%} of the mentions of {group[0]} in free samples and "
        f"{found.corpus_share:.1%} in the corpus: {found.ratio:.2f} times as much ({found.low:.2f} to "
        f"{found.high:.2f}, false discovery rate {q:.3f}). Here the model does not mirror its corpus, it shifts it."
        f"{sources}",
        "Look at the samples and at the documents that mention the group most. Balance the mentions in the corpus, or "
        "check sampling: low temperature and small top-k favour what is frequent already.",
        (score,),
        examples,
        ids,
    )


def _exhibits(
    measured: Mapping[tuple[str, str], Amplification], carried: Sequence[tuple[str, SourceShare]]
) -> Iterator[Exhibit]:
    if not measured:
        return
    columns = ("Category", "Group", "Share in corpus", "Share in samples", "Ratio", "Low", "High")
    rows = tuple(
        (*group, one.corpus_share, one.output_share, one.ratio, one.low, one.high) for group, one in measured.items()
    )
    yield Table(
        METRIC, "Groups in free samples against the corpus", columns, rows, "Shares are of the category's mentions."
    )
    names = tuple(f"{category}: {group}" for category, group in measured)
    y, low, high = (tuple(getattr(one, field) for one in measured.values()) for field in ("ratio", "low", "high"))
    series = Series("ratio", names, y, low, high)
    yield Chart(
        "amplification-chart", "Amplification of groups", "interval", "group", "share in samples / share in corpus",
        (series,), "1 means that the model speaks of the group as often as its corpus does.",
    )  # fmt: skip
    if len({share.source for _, share in carried}) > 1:
        told = [(group, share) for group, share in carried if share.count]
        yield sources_table("amplification-sources", "Which sources carry the mentions of each group", told, "mentions")
