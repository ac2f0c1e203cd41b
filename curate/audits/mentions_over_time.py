"""Mentions of groups over the dates of the documents: scores, tables, charts and findings of ``identity-terms``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.stats import false_discovery_control

from ...core import Chart, Corpus, Example, Exhibit, Finding, Measurement, NotMeasured, Score, Series, Table
from .rates import mention_rate
from .snippets import snippet
from .term_counts import TermCounter, TermCounts
from .term_trends import FEWEST, MOST, Periods, Trend, mention_trend, periods_of
from .text_field import TEXT, text_of

METRIC = "mentions-trend"
FINDINGS, DOCUMENTS, EXAMPLES = 10, 20, 3


@dataclass(frozen=True, slots=True)
class GroupTrend:
    """The trend of one group; ``rows`` are the documents with a date that its list reads, ``q`` over all groups."""

    category: str
    group: str
    trend: Trend
    rows: np.ndarray
    q: float = 1.0


@dataclass(frozen=True)
class OverTime:
    """What there is to say about time: ``why_not`` is a reason where there are no periods."""

    counts: TermCounts
    periods: Periods | None
    undated: int
    why_not: str = ""
    trends: tuple[GroupTrend, ...] = ()
    untested: tuple[tuple[str, str], ...] = field(default=())


def mentions_over_time(counts: TermCounts, collected: Sequence[str | None], minimum: int) -> OverTime:
    """Trends of all groups with ``minimum`` mentions in documents whose ``collected`` date is known."""
    periods = periods_of(collected)
    if periods is None:
        dated = sum(bool(date) for date in collected)
        reason = "no document has a date in 'collected'"
        if dated:
            reason = (
                f"the dates in 'collected' of {dated:,} documents make neither {FEWEST} to {MOST} years, months, "
                "decades, quarter centuries nor centuries"
            )
        return OverTime(counts, None, len(collected) - dated, reason)
    found, untested = [], []
    for category, group in counts.groups:
        words = counts.words_of(category)
        rows = np.flatnonzero((periods.index >= 0) & (words > 0))
        mentions = counts.of(category, group)[rows]
        position = periods.position[periods.index[rows]]
        trend = mention_trend(mentions, words[rows], position) if mentions.sum() >= minimum else None
        if trend is None:
            untested.append((category, group))
        else:
            found.append(GroupTrend(category, group, trend, rows))
    adjusted = false_discovery_control([one.trend.p for one in found]) if found else []
    trends = tuple(replace(one, q=float(q)) for one, q in zip(found, adjusted, strict=True))
    return OverTime(counts, periods, int((periods.index < 0).sum()), "", trends, tuple(untested))


def trend_scores(over: OverTime, terms: TermCounter, minimum: int) -> Iterator[Measurement]:
    """A score for each tested group, or why there is none."""
    if over.periods is None:
        yield NotMeasured(METRIC, over.why_not)
        return
    yield from (trend_score(over.periods, one, terms) for one in over.trends)
    if over.untested:
        named = sum(bool(over.counts.of(*group).any()) for group in over.untested)
        reason = (
            f"{len(over.untested)} groups ({named} of them mentioned) have fewer than {minimum} mentions in dated "
            "documents, fewer than five documents, or all of their mentions in one period"
        )
        yield NotMeasured(METRIC, reason)


def trend_score(periods: Periods, found: GroupTrend, terms: TermCounter) -> Score:
    """The ratio of one group."""
    protocol = ", ".join(lexicon.protocol for lexicon in terms.lexicons if lexicon.id == found.category)
    trend = found.trend
    return Score(
        METRIC, trend.ratio, trend.n, "times as frequent in the last period as in the first",
        f"{METRIC}/1 {protocol}; log-linear over {len(periods.names)} of unit {periods.unit}, documents as clusters, t",
        trend.low, trend.high, slice={"category": found.category, "group": found.group},
    )  # fmt: skip


def time_exhibits(over: OverTime, limit: int = 240) -> Iterator[Exhibit]:
    """A table of rates by period, and a chart for each category with a tested group."""
    periods = over.periods
    if periods is None or not over.trends:
        return
    rows = []
    lines: dict[str, list[Series]] = {}
    for found in over.trends:
        words, mentions = over.counts.words_of(found.category), over.counts.of(found.category, found.group)
        rates = []
        for number, name in enumerate(periods.names):
            inside = (periods.index == number) & (words > 0)
            if inside.any():
                rate = mention_rate(mentions[inside], words[inside])
                rates.append((name, rate.value, rate.low, rate.high))
                rows.append((found.category, found.group, name, int(inside.sum()), rate.n, rate.value, rate.low,
                             rate.high))  # fmt: skip
        names, y, low, high = (tuple(column) for column in zip(*rates, strict=True))
        lines.setdefault(found.category, []).append(Series(found.group, names, y, low, high))
    undated = f" {over.undated:,} documents without a date are left out." if over.undated else ""
    rest = f" The first {limit} of {len(rows)} rows." if len(rows) > limit else ""
    yield _trend_table(over, periods, undated)
    columns = ("Category", "Group", "Period", "Documents", "Mentions", "Per million words", "Low", "High")
    yield Table(
        "identity-terms-over-time", "Mentions over time", columns, tuple(rows[:limit]),
        f"By {periods.unit} of 'collected'. Intervals are at 95 %, over documents.{undated}{rest}",
    )  # fmt: skip
    for category, series in lines.items():
        title = f"Mentions over time: {category}" + (f", {series[0].name}" if len(series) == 1 else "")
        yield Chart(
            f"identity-terms-over-time-{category}", title, "interval", periods.unit,
            "mentions per million words", tuple(series[:6]),
        )  # fmt: skip


def _trend_table(over: OverTime, periods: Periods, undated: str) -> Table:
    rows = tuple(
        (one.category, one.group, one.trend.n, one.trend.ratio, one.trend.low, one.trend.high, one.trend.p, one.q)
        for one in sorted(over.trends, key=lambda one: one.q)
    )
    columns = ("Category", "Group", "Mentions", "Last over first", "Low", "High", "p", "q")
    note = (
        f"How many times as frequent in {periods.names[-1]} as in {periods.names[0]}, by a log-linear trend with "
        f"documents as clusters. q: Benjamini-Hochberg over all {len(rows)} groups.{undated}"
    )
    return Table("identity-terms-trends", "Trends of mentions", columns, rows, note)


def trend_findings(
    corpus: Corpus, over: OverTime, terms: TermCounter, effect: float, rate: float, text_field: str = TEXT
) -> Iterator[Finding]:
    """HW-A006 for each group whose whole interval lies above 1 or below, by ``effect`` at least, at the ``rate``."""
    if over.periods is None:
        return
    strong = [one for one in over.trends if _is_finding(one, effect, rate)]
    ids = corpus.ids() if strong else []
    for one in sorted(strong, key=lambda one: (-abs(np.log(one.trend.ratio)), one.category, one.group))[:FINDINGS]:
        yield _finding(corpus, over, over.periods, one, terms, ids, text_field)


def _is_finding(one: GroupTrend, effect: float, rate: float) -> bool:
    large = max(one.trend.ratio, 1 / one.trend.ratio) >= effect
    return large and (one.trend.low > 1 or one.trend.high < 1) and one.q <= rate


def _finding(
    corpus: Corpus, over: OverTime, periods: Periods, one: GroupTrend, terms: TermCounter, ids: Sequence[str],
    text_field: str,
) -> Finding:  # fmt: skip
    trend = one.trend
    rising = trend.ratio > 1
    part = trend.influence if rising else -trend.influence
    mentions = over.counts.of(one.category, one.group)[one.rows]
    order = np.lexsort((np.arange(len(part)), -part))
    ranked = [ids[one.rows[i]] for i in order if part[i] > 0 and mentions[i] > 0][:DOCUMENTS]
    last = periods.names[-1]
    size = (
        f"{trend.ratio:.1f} times as often in {last} as"
        if rising
        else f"{1 / trend.ratio:.1f} times more rarely in {last} than"
    )
    undated = f" {over.undated:,} documents have no date and are not seen." if over.undated else ""
    return Finding(
        "HW-A006",
        "low",
        f"{one.category}: {one.group!r} is mentioned {size} in {periods.names[0]}",
        f"Trend over {len(periods.names)} periods: the rate of the last is {trend.ratio:.2f} times that of the first "
        f"({trend.low:.2f} to {trend.high:.2f}), {trend.n:,} mentions, p = {trend.p:.2g}, false discovery rate "
        f"{one.q:.3f}. A model knows the group mostly as the documents of one time speak of it.{undated}",
        "Look whether the sources changed over the same time (a trend of the mix is no trend of the language). Cap or "
        "resample by date where all times should weigh alike.",
        (trend_score(periods, one, terms),),
        tuple(_examples(corpus, ranked, over, periods, one, terms, ids, text_field)),
        tuple(ranked),
    )  # fmt: skip


def _examples(
    corpus: Corpus, ranked: Sequence[str], over: OverTime, periods: Periods, one: GroupTrend, terms: TermCounter,
    ids: Sequence[str], text_field: str,
) -> Iterator[Example]:  # fmt: skip
    shown = ranked[:EXAMPLES]
    rows = corpus.documents(shown)
    place = {ids[i]: int(i) for i in one.rows}
    for name in shown:
        period = periods.names[periods.index[place[name]]]
        note = f"{one.group}, {period}"
        text, language = text_of(rows[name], text_field), rows[name]["language"]
        yield snippet(name, text, terms, {(one.category, one.group)}, note=note, language=language)
