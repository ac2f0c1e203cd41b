"""The tables and findings of the audit privacy-risk: HW-A112 and HW-A113. No value of a row is quoted."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...core import Cell, Chart, Corpus, Exhibit, Finding, Series, Table, wilson
from ..fairness.decision_findings import Compared, is_disparity, strong_groups
from ..privacy import redact
from .rows_shown import DOCUMENTS, ids_of

if TYPE_CHECKING:
    from .privacy_risk import Risk

LISTED, EFFECT, RATE = 5, 0.2, 0.05
SIZES = ((1, 1), (2, 2), (3, 4), (5, 9), (10, 19), (20, 49), (50, 99), (100, None))


def privacy_exhibits(risk: "Risk") -> Iterator[Exhibit]:
    """Rows by the size of their class, columns that single out, sensitive columns, what would help, and groups."""
    rows = len(risk.small)
    own = risk.classes.sizes[risk.classes.group]
    labels, counts = [], []
    for low, high in SIZES:
        labels.append("100 or more" if high is None else f"{low}" if low == high else f"{low} to {high}")
        counts.append(float(((own >= low) & (own <= (high or own.max()))).sum()))
    note = f"Rows that are alike in {redact(', '.join(risk.names))} ({risk.how}) form a class. 1: the row is alone."
    series = (Series("rows", tuple(labels), tuple(counts)),)
    yield Chart("class-sizes", "Rows by the size of their class", "bar", "rows in the class", "rows", series, note)
    yield _combined(risk, rows)
    if risk.diversity:
        head = ("Sensitive column", "Distinct l", "Entropy l", "t", "Rows whose class has one value")
        found: tuple[tuple[Cell, ...], ...] = tuple(
            (redact(name), one.distinct, one.entropy, one.distance, int(one.homogeneous.sum()))
            for name, one in risk.diversity.items()
        )
        note = (
            "The smallest l and the largest t of all classes; a class of one row has an l of 1. Last: two rows or more."
        )
        yield Table("sensitive-columns", "What a class gives away", head, found, note)
    yield _relief(risk, rows)
    if risk.compared:
        yield _groups(risk)


def _combined(risk: "Risk", rows: int) -> Table:
    found: list[tuple[Cell, ...]] = []
    for size in (1, 2, 3):
        ranked = sorted(
            (one for one in risk.combinations if len(one.columns) == size and one.rows),
            key=lambda one: (-one.rows, one.columns),
        )
        for one in ranked[:LISTED]:
            found.append(
                (size, redact(", ".join(one.columns)), one.rows, one.rows / rows, *wilson(one.rows, rows), one.minimal)
            )
    head = ("Columns", "Which", "Rows alone", "Share", "Low", "High", "Not by fewer of them")
    note = f"The {LISTED} choices of one, two and three quasi-identifiers that single out most rows. Wilson at 95 %."
    return Table("unique-combinations", "Which few columns single out most people", head, tuple(found), note)


def _relief(risk: "Risk", rows: int) -> Table:
    now = int(risk.small.sum())
    found: list[tuple[Cell, ...]] = [("as it is", None, None, now, now / rows)]
    for one in risk.relief:
        name = redact(one.column) or "all of them"
        without = None if one.without is None else one.without / rows
        found.append((name, one.without, without, one.coarser, one.coarser / rows))
    head = ("Column", "At risk without it", "Share without it", "At risk when coarser", "Share when coarser")
    note = (
        f"At risk: rows of classes of fewer than {risk.k}. Coarser: numbers and dates in five classes of equal size, "
        "categories below 5 % of the rows as one."
    )
    return Table("generalisation", "What would help", head, tuple(found), note)


def _groups(risk: "Risk") -> Table:
    found: list[tuple[Cell, ...]] = []
    for one in risk.compared:
        for rate in one.gap.rates[:50]:
            name = redact(one.dimension.name)
            found.append((name, redact(rate.group), rate.rows, rate.hits, rate.rate, rate.low, rate.high))
    head = ("Groups", "Group", "Rows", "Alone in their class", "Share", "Low", "High")
    return Table("identifiable-groups", "Who is easier to single out", head, tuple(found), "Wilson at 95 %.")


def privacy_findings(corpus: Corpus, risk: "Risk") -> Iterator[Finding]:
    """HW-A112 where rows are at risk, HW-A113 where those of one group are more often."""
    if risk.small.any():
        yield _at_risk(corpus, risk)
    for one in risk.compared:
        if is_disparity(one, EFFECT, RATE):
            yield _unequal(corpus, one)


def _at_risk(corpus: Corpus, risk: "Risk") -> Finding:
    rows, alone, small = len(risk.small), int(risk.alone.sum()), int(risk.small.sum())
    low, high = wilson(alone, rows)
    order = np.lexsort((np.arange(rows), -risk.choices, risk.fewest, ~risk.small))[: min(DOCUMENTS, small)]
    best = max(risk.combinations, key=lambda one: (one.rows, -len(one.columns), one.columns))
    help_ = min((one for one in risk.relief if one.column), key=lambda one: (one.coarser, one.column))
    all_ = risk.relief[-1]
    leaks = [
        f"{int(one.homogeneous.sum()):,} rows share a class in which all have the same {redact(name)}"
        for name, one in risk.diversity.items()
        if one.homogeneous.any()
    ]
    also = (
        f" Beyond that, {'; '.join(leaks)}: for them the value is known without singling anybody out." if leaks else ""
    )
    return Finding(
        "HW-A112",
        "high" if alone >= 0.2 * rows else "medium" if small >= 0.01 * rows else "low",
        f"{alone:,} rows ({alone / rows:.1%}) are alone in {len(risk.names)} quasi-identifiers",
        f"Who knows {redact(', '.join(risk.names))} of a person ({risk.how}) can find the one row of "
        f"{alone / rows:.1%} of the table ({low:.1%} to {high:.1%}); {small:,} rows are in classes of fewer than "
        f"{risk.k}, and the smallest class has {risk.smallest:,}. Of at most three columns, "
        f"{redact(', '.join(best.columns))} single out most rows: {best.rows:,}.{also} This is uniqueness in the "
        "sample: in a whole population fewer are unique. What others know can only be guessed. The rows listed are "
        "those that the fewest columns single out.",
        f"Make {redact(help_.column)} coarser (leaves {help_.coarser:,} rows at risk), or all of them "
        f"({all_.coarser:,}); see the table of what would help. Do not publish the rows listed as they are, nor train "
        "a generator on them without checking what it repeats.",
        (),
        (),
        tuple(ids_of(corpus, order.tolist())),
    )


def _unequal(corpus: Corpus, one: Compared) -> Finding:
    worst = next(iter(strong_groups(one, EFFECT, RATE)))
    gap, name = one.gap, redact(one.dimension.name)
    member = one.dimension.codes == one.dimension.names.index(gap.most.group)
    rows = np.flatnonzero(member & one.measure.hits)[:DOCUMENTS]
    effect = worst.against.effect if worst.against else 0.0
    return Finding(
        "HW-A113",
        "medium" if abs(effect) >= 0.5 else "low",
        f"{name}: {redact(gap.most.group)} is singled out more often than {redact(gap.least.group)}",
        f"{gap.most.rate:.1%} of the rows of {redact(gap.most.group)} ({gap.most.low:.1%} to {gap.most.high:.1%}) are "
        f"alone in their class, and {gap.least.rate:.1%} of {redact(gap.least.group)} ({gap.least.low:.1%} to "
        f"{gap.least.high:.1%}). The gap is {gap.value:.3f} ({gap.low:.3f} to {gap.high:.3f}); chance alone makes one "
        f"of up to {gap.chance:.3f}. Most different from all others: {redact(worst.group)}, Cohen's h {effect:.2f}. "
        "Who is rare in a table is easy to find in it: the risk of publishing it is carried by the smaller groups.",
        "Judge the release by the group that is worst off, not by the average, and make columns coarser until its rows "
        "are safe too.",
        (),
        (),
        tuple(ids_of(corpus, rows.tolist())),
    )
