"""Tables and charts of the classes, and of groups by classes."""

from collections.abc import Iterator

from ...core import Chart, Exhibit, Series, Table, wilson
from ..privacy import redact
from .balance import expected_rows
from .class_balance import Association, Classes
from .group_cells import cell_name

LISTED, CHARTED, CELLS, LONGEST = 100, 30, 200, 60


def class_exhibits(classes: Classes) -> Iterator[Exhibit]:
    """The classes with their shares, the strength of each column of groups, and groups by classes."""
    name, counts, ratio = redact(classes.grouped.name), classes.grouped.counts.tolist(), classes.ratio
    total = sum(counts)
    ranked = sorted(zip(classes.grouped.cells, counts, strict=True), key=lambda pair: (-pair[1], pair[0]))
    rows = tuple(
        (redact(cell_name(cell))[:LONGEST], rows, rows / total, *wilson(rows, total)) for cell, rows in ranked[:LISTED]
    )
    value, low, high = classes.balance.effective
    rest = f" {len(ranked) - LISTED:,} smaller ones are not listed." if len(ranked) > LISTED else ""
    note = (
        f"Largest over smallest: {ratio.value:,.2f} ({ratio.low:,.2f} to {ratio.high:,.2f}; equal classes by chance "
        f"up to {ratio.chance:,.2f}). Effective number of classes: {value:.2f} ({low:.2f} to {high:.2f}) of "
        f"{classes.balance.groups}. {classes.grouped.unknown:,} rows have no class. Shares: Wilson at 95 %.{rest}"
    )
    title = f"Classes of {name}"
    yield Table("representation-classes", title, ("Class", "Rows", "Share", "Low", "High"), rows, note)
    shown = rows[:CHARTED]
    names, _, *bounds = zip(*shown, strict=True)
    series = Series("share", names, *bounds)
    yield Chart("representation-classes-chart", title, "interval", name, "share of rows", (series,), "Wilson at 95 %.")
    if classes.associations:
        yield _strengths(classes)
    for one in classes.associations:
        if len(one.grouped.keys) == 1 and one.table.size <= CELLS:
            yield _cells(classes, one)


def _strengths(classes: Classes) -> Table:
    rows = tuple(
        (
            redact(one.grouped.name), one.strength.value, one.strength.low, one.strength.high, one.strength.chance,
            int(one.table.sum()),
        )
        for one in classes.associations
    )  # fmt: skip
    columns = ("Groups", "Cramér's V", "Low", "High", "By chance (95 %)", "Rows")
    return Table(
        "representation-association", f"How much groups tell of {redact(classes.grouped.name)}", columns, rows,
        "0: independent, 1: the group tells the class. Bias-corrected (Bergsma 2013).",
    )  # fmt: skip


def _cells(classes: Classes, one: Association) -> Table:
    name, of = redact(one.grouped.name), redact(classes.grouped.name)
    expected = expected_rows(one.table.sum(1).astype(float), one.table.sum(0).astype(float))
    rows = []
    for i, group in enumerate(one.grouped.cells):
        total = int(one.table[i].sum())
        for j, label in enumerate(classes.grouped.cells):
            count = int(one.table[i, j])
            share = (count / total, *wilson(count, total)) if total else (None, None, None)
            names = (redact(cell_name(cell))[:LONGEST] for cell in (group, label))
            rows.append((*names, count, round(float(expected[i, j]), 1), *share))
    title = f"{name} by {of}"
    columns = ("Group", "Class", "Rows", "If independent", "Share of the group", "Low", "High")
    return Table(f"representation-{name}-classes", title, columns, tuple(rows), "Shares: Wilson at 95 %.", title)
