"""Columns side by side, worst first."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from ...core import Chart, Exhibit, Series, Table
from ...curate import redact, shown_day
from .paired_column import PairedColumn, missing_share
from .two_tables import Group, TwoTables

if TYPE_CHECKING:
    from .marginal_fidelity import Marginal, Marginals

SHOWN, LISTED, DRAWN, BARS, BINS = 20, 100, 4, 10, 8
COMMON = 0.05


def marginal_exhibits(tables: TwoTables, whole: "Marginals", groups: Mapping[Group, "Marginals"]) -> Iterator[Exhibit]:
    """All columns as a chart, the worst side by side, a table of all, and the groups."""
    ranked = worst_first(whole)
    yield _overview(ranked[:SHOWN], len(ranked))
    for one in ranked[:DRAWN]:
        yield _side_by_side(tables, one)
    yield _table(tables, ranked)
    if groups:
        yield _groups(whole, groups)


def worst_first(whole: "Marginals") -> list["Marginal"]:
    """Those that differ most beyond chance first; equal ones in the order of the table."""
    return sorted(whole.columns, key=lambda one: -round(one.excess, 12))


def _overview(ranked: list["Marginal"], total: int) -> Chart:
    names = tuple(redact(one.column.name) for one in ranked)
    low, high = (tuple(float(getattr(one.fidelity, end) or 0) for one in ranked) for end in ("low", "high"))
    series = [Series("synthetic", names, tuple(one.fidelity.value for one in ranked), low, high)]
    if all(len(one.null) for one in ranked):
        null = [np.quantile(one.null, [0.025, 0.975]).tolist() for one in ranked]
        mean = tuple(float(one.null.mean()) for one in ranked)
        ends = tuple(tuple(pair[end] for pair in null) for end in (0, 1))
        series.append(Series("real against real", names, mean, ends[0], ends[1]))
    most = f" The {len(ranked)} worst of {total} columns." if total > len(ranked) else ""
    note = (
        "1: spread exactly like the real rows. Real rows among each other reach the second value; who falls short of "
    )
    note += f"it most stands first.{most}"
    title = "How like the real columns the synthetic ones are, worst first"
    return Chart("marginal-fidelity", title, "interval", "column", "fidelity", tuple(series), note)


def _side_by_side(tables: TwoTables, one: "Marginal") -> Chart:
    column = one.column
    names, shares = binned_shares(column, column.whole[tables.rows], column.made)
    series = tuple(
        Series(side, names, tuple(values.tolist())) for side, values in zip(("real", "synthetic"), shares, strict=True)
    )
    title = f"{redact(column.name)}: real and synthetic rows"
    note = f"Fidelity {one.fidelity.value:.3f} by {column.rule}; {_beyond(one)}."
    return Chart(f"marginal-{redact(column.name)}", title, "bar", redact(column.name), "share of rows", series, note)


def _beyond(one: "Marginal") -> str:
    if not len(one.null):
        return "too few real rows to hold them against each other"
    return f"real rows among each other reach {one.null.mean():.3f}"


def binned_shares(column: PairedColumn, real: np.ndarray, made: np.ndarray) -> tuple[tuple[str, ...], np.ndarray]:
    """Names of bars and shares (2, bars): the commonest values and the rest, or stretches equally full in the real."""
    p, q = column.counts(real), column.counts(made)
    if column.is_number:
        names, codes = stretches(column, real, BINS)
    else:
        order = np.argsort(-(p / p.sum() + q / q.sum()), kind="stable")
        kept = order[:BARS] if len(order) > BARS + 1 else order
        names = [redact(column.labels[code]) for code in kept] + (["all others"] if len(kept) < len(order) else [])
        codes = np.full(len(order), len(kept))
        codes[kept] = np.arange(len(kept))
    shares = np.stack([np.bincount(codes, counts, len(names)) / counts.sum() for counts in (p, q)])
    used = shares.sum(0) > 0
    return tuple(name for name, is_used in zip(_distinct(names), used, strict=True) if is_used), shares[:, used]


def stretches(column: PairedColumn, real: np.ndarray, bins: int) -> tuple[list[str], np.ndarray]:
    """Names of stretches of a number column, and the stretch of each of its values.

    A number that one real row in twenty has stands alone, and so does what is no number.
    """
    numbers = column.order[np.isfinite(column.order)]
    shares = column.counts(real)[: len(numbers)] / max(1, len(real))
    common = numbers[shares >= COMMON]
    rows = column.order[real]
    rows = rows[np.isfinite(rows) & ~np.isin(rows, common)]
    edges = np.unique(np.quantile(rows, np.linspace(0, 1, bins + 1)[1:-1])) if len(rows) else np.zeros(0)
    before = np.searchsorted(edges, numbers, "left") + 2 * np.searchsorted(common, numbers, "left")
    place = np.unique(before + np.isin(numbers, common), return_inverse=True)[1]
    names = []
    for stretch in range(int(place.max()) + 1):
        inside = numbers[place == stretch]
        ends = [_number(column, x) for x in (inside.min(), inside.max())] if len(inside) else ["", ""]
        names.append(ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}")
    atoms = list(column.labels[len(numbers) :])
    return names + atoms, np.concatenate([place, len(names) + np.arange(len(atoms))])


def _number(column: PairedColumn, x: float) -> str:
    return shown_day(x) if column.dated else f"{x:,.6g}"


def _distinct(names: list[str]) -> list[str]:
    """Texts that became alike when they were redacted stay two bars."""
    return [name if name not in names[:place] else f"{name} ({place + 1})" for place, name in enumerate(names)]


def _table(tables: TwoTables, ranked: list["Marginal"]) -> Table:
    head = ("Column", "Compared by", "Fidelity", "Low", "High", "Real against real", "Missing, real",
            "Missing, synthetic")  # fmt: skip
    rows = tuple(
        (
            redact(one.column.name), one.column.rule, one.fidelity.value, one.fidelity.low, one.fidelity.high,
            float(one.null.mean()) if len(one.null) else None,
            missing_share(one.column, one.column.whole[tables.rows]), missing_share(one.column, one.column.made),
        )
        for one in ranked[:LISTED]
    )  # fmt: skip
    note = f"Synthetic rows ({tables.m:,}) against {tables.reference}."
    return Table("marginal-columns", "Columns of the synthetic rows, worst first", head, rows, note)


def _groups(whole: "Marginals", groups: Mapping[Group, "Marginals"]) -> Table:
    head = ("Group", "Real rows", "Synthetic rows", "Fidelity", "Low", "High", "Real against real", "Worst column")
    rows = tuple(
        (
            f"{redact(group.column)}: {redact(group.value)}", one.n, int(group.made.sum()), one.mean.value,
            one.mean.low, one.mean.high, float(one.null.mean()) if len(one.null) else None,
            redact(worst_first(one)[0].column.name),
        )
        for group, one in groups.items()
    )  # fmt: skip
    note = f"All rows together: {whole.mean.value:.3f}. Small groups reach less by chance alone: see real against real."
    return Table("marginal-groups", "Fidelity of columns within groups", head, rows, note)
