"""What the audit decisions shows: all gaps beside chance, then a table and a chart for each measure and dimension."""

from collections.abc import Iterator, Sequence

from ...core import Cell, Chart, Exhibit, NotMeasured, Series, Table
from ..privacy import redact
from .decision_findings import Compared
from .group_rates import GroupRate

LISTED, CHARTED, LONGEST = 100, 40, 60
COLUMNS = (
    "Group", "Rows", "Hits", "Rate", "Low", "High", "Minus the rest", "Difference low", "Difference high", "Cohen's h",
    "p", "q",
)  # fmt: skip
GAPS = (
    "Measure", "Groups", "Highest", "Lowest", "Gap", "Low", "High", "Gap by chance (95 %)", "Ratio", "p", "q", "Rows",
    "Groups too small",
)  # fmt: skip


def decision_exhibits(compared: Sequence[Compared], gaps: Sequence[NotMeasured], minimum: int) -> Iterator[Exhibit]:
    """The overview, the cells that are too small, and the tables and charts."""
    yield Table(
        "decisions-gaps", "Gaps between groups, beside those of chance", GAPS, tuple(map(gap_row, compared)),
        "Gap: highest minus lowest rate, Newcombe at 95 % for these two groups. Many or small groups have one by "
        f"chance: beside it its 95 % quantile over shuffles. Ratio: lowest over highest. "
        f"Groups of {minimum} rows or more.",
    )  # fmt: skip
    small = [one for one in gaps if "group" in one.slice]
    if small:
        rows = tuple((one.slice["dimension"], one.slice["group"][:LONGEST], one.metric, one.reason) for one in small)
        rest = f"{len(small) - LISTED:,} more are not listed." if len(small) > LISTED else ""
        columns = ("Groups", "Group", "Measure", "Why")
        yield Table("decisions-small", "Groups too small to measure", columns, rows[:LISTED], rest)
    for one in compared:
        yield from _measure(one)


def gap_row(one: Compared) -> tuple[Cell, ...]:
    """A row of the columns :data:`GAPS`."""
    gap = one.gap
    return (
        f"{one.measure.name} ({one.measure.of})", redact(one.dimension.name), redact(gap.most.group)[:LONGEST],
        redact(gap.least.group)[:LONGEST], gap.value, gap.low, gap.high, gap.chance,
        gap.ratio[0] if gap.ratio else None, gap.p, one.q, gap.rows, len(gap.too_small),
    )  # fmt: skip


def _measure(one: Compared) -> Iterator[Exhibit]:
    dimension = redact(one.dimension.name)
    ranked = sorted(one.gap.rates, key=lambda rate: (rate.rate, rate.group))
    name = f"decisions-{one.measure.name}-{dimension}"
    title = f"{one.measure.name.capitalize().replace('-', ' ')} by {dimension}"
    rest = f" {len(ranked) - LISTED:,} groups are not listed." if len(ranked) > LISTED else ""
    note = (
        f"Share of {one.measure.meaning}. Gap {one.gap.value:.3f} ({one.gap.low:.3f} to {one.gap.high:.3f}); by chance "
        f"up to {one.gap.chance:.3f} (95 %). Rates: Wilson; differences from all other rows: Newcombe; p: Fisher's "
        f"exact test; q: Benjamini-Hochberg over all groups and measures.{rest}"
    )
    yield Table(name, title, COLUMNS, tuple(map(_row, ranked[:LISTED])), note, title)
    shown = ranked[:CHARTED]
    labels = tuple(redact(rate.group)[:LONGEST] for rate in shown)
    bounds = (tuple(getattr(rate, place) for rate in shown) for place in ("rate", "low", "high"))
    series = Series(one.measure.name, labels, *bounds)
    more = f" The {CHARTED} lowest of {len(ranked)}." if len(ranked) > CHARTED else ""
    yield Chart(
        f"{name}-chart", title, "interval", dimension, "share", (series,), f"Wilson's interval at 95 %.{more}", title
    )


def _row(rate: GroupRate) -> tuple[Cell, ...]:
    base = (redact(rate.group)[:LONGEST], rate.rows, rate.hits, rate.rate, rate.low, rate.high)
    found = rate.against
    return (*base, *((*found.difference, found.effect, found.p, found.q) if found else (None,) * 6))
