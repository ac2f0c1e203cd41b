"""What the audit representation shows: balance, distance from the reference, parts and classes, then each dimension."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ...core import Cell, Chart, Exhibit, Series, Table
from ..privacy import redact
from .class_exhibits import class_exhibits
from .group_cells import cell_name
from .group_shares import Compared, GroupShare
from .limits import Limits
from .parts import Drift
from .reference import Cell as Group

if TYPE_CHECKING:
    from .representation import Represented

LISTED, CHARTED, LONGEST = 100, 30, 60
SHARES = ("Group", "Rows", "Share", "Low", "High")
BESIDE = ("Reference", "Ratio", "Ratio low", "Ratio high", "p", "q", "To add", "To drop")


def representation_exhibits(measured: "Represented", minimum: int, limits: Limits) -> Iterator[Exhibit]:
    """The overviews, the cells with few or no rows, parts and classes, then a table and a chart for each dimension."""
    if measured.compared:
        yield _balances(measured)
    if any(one.distances for one in measured.compared):
        yield _distances(measured.compared)
    yield from _smallest(measured.compared, minimum)
    if measured.empty:
        yield _empty(measured)
    if measured.drifts:
        yield _drifts(measured.drifts)
    if measured.classes:
        yield from class_exhibits(measured.classes)
    for one in measured.compared:
        yield from _dimension(one)
    reference = {one.grouped.name: {s.cell: s.reference for s in one.shares} for one in measured.compared}
    for column, name in dict.fromkeys((one.column, one.grouped.name) for one in measured.drifts):
        found = [one for one in measured.drifts if (one.column, one.grouped.name) == (column, name)]
        yield _parts(found, reference.get(name, {}))


def _balances(measured: "Represented") -> Table:
    rows = []
    for one in measured.compared:
        found = measured.balances[one.grouped.name]
        counts = one.grouped.counts.tolist()
        rows.append(
            (
                redact(one.grouped.name), found.groups, found.rows, one.grouped.unknown,
                *(found.evenness or (None, None, None)), found.effective[0], max(counts), min(counts),
            )
        )  # fmt: skip
    columns = (
        "Groups", "Groups with rows", "Rows", "Rows without a value", "Evenness", "Low", "High", "Effective groups",
        "Largest", "Smallest",
    )  # fmt: skip
    return Table(
        "representation-balance", "Who is in the corpus", columns, tuple(rows[:LISTED]),
        "Evenness: entropy over that of equal groups, 1 where all are equal; basic bootstrap at 95 %. Effective "
        "groups: as many equal ones would be as even. Even is not the same as fair: only a reference population "
        "tells what is.",
    )  # fmt: skip


def _distances(compared: Sequence[Compared]) -> Table:
    rows = tuple(
        (
            redact(one.grouped.name), found.variation.value, found.variation.low, found.variation.high,
            found.variation.chance, found.shannon.value, found.leibler.value if found.leibler else None, found.p, one.q,
            found.rows, sum(n for _, n in one.outside),
        )
        for one in compared
        if (found := one.distances)
    )  # fmt: skip
    columns = (
        "Groups", "Total variation", "Low", "High", "By chance (95 %)", "Jensen-Shannon distance",
        "Kullback-Leibler (bits)", "p", "q", "Rows", "Rows not in the reference",
    )  # fmt: skip
    return Table(
        "representation-reference", "Distance from the reference population", columns, rows[:LISTED],
        "Total variation: the share of rows that would have to be of another group. By chance: what a sample of this "
        "size from the reference shows. p: G-test; q: Benjamini-Hochberg over the rows of this table. The reference "
        "is taken as exact.",
    )  # fmt: skip


def _smallest(compared: Sequence[Compared], minimum: int) -> Iterator[Table]:
    found = [(share.rows, one.grouped.name, share) for one in compared for share in one.shares if share.rows < minimum]
    found = sorted((entry for entry in found if entry[0]), key=lambda entry: (entry[0], entry[1], entry[2].cell))
    if found:
        rows = tuple(
            (redact(name), redact(cell_name(share.cell))[:LONGEST], share.rows, share.share, share.low, share.high)
            for _, name, share in found[:LISTED]
        )
        rest = f" {len(found) - LISTED:,} more are not listed." if len(found) > LISTED else ""
        yield Table(
            "representation-smallest", "Smallest groups", ("Groups", *SHARES), rows,
            f"Groups of fewer than {minimum} rows: too few to measure anything on.{rest}",
        )  # fmt: skip


def _empty(measured: "Represented") -> Table:
    rows = tuple(
        (redact(whole.name), redact(cell_name(cell))[:LONGEST], round(rows, 1), why)
        for whole, cell, rows, why in measured.empty[:LISTED]
    )
    rest = f" {len(measured.empty) - LISTED:,} more are not listed." if len(measured.empty) > LISTED else ""
    return Table(
        "representation-empty", "Groups without a single row", ("Groups", "Group", "Rows expected", "By"), rows,
        f"Expected by the reference or, where it says nothing, if the columns were independent.{rest}",
    )  # fmt: skip


def _drifts(found: Sequence[Drift]) -> Table:
    ranked = sorted(found, key=lambda one: (-one.distances.variation.value, one.grouped.name, one.column, one.part))
    rows = tuple(
        (
            redact(one.column), redact(one.part)[:LONGEST], redact(one.grouped.name), sum(s.rows for s in one.shares),
            one.distances.variation.value, one.distances.variation.low, one.distances.variation.high,
            one.distances.variation.chance, one.distances.shannon.value, one.distances.p, one.q,
        )
        for one in ranked[:LISTED]
    )  # fmt: skip
    columns = (
        "Parts", "Part", "Groups", "Rows", "Total variation", "Low", "High", "By chance (95 %)",
        "Jensen-Shannon distance", "p", "q",
    )  # fmt: skip
    rest = f" {len(found) - LISTED:,} smaller ones are not listed." if len(found) > LISTED else ""
    return Table(
        "representation-parts", "Parts that differ in who is in them", columns, rows,
        "Each part against all others: the share of its rows that would have to be of another group. By chance: what "
        f"dealing the rows at random makes. p: from the same shuffles; q: Benjamini-Hochberg.{rest}",
    )  # fmt: skip


def _dimension(one: Compared) -> Iterator[Exhibit]:
    name = redact(one.grouped.name)
    title = f"Shares of {name}"
    ranked = sorted(one.shares, key=lambda share: (-share.share, share.cell))
    with_reference = one.distances is not None
    rest = f" {len(ranked) - LISTED:,} smaller ones are not listed." if len(ranked) > LISTED else ""
    note = f"Shares: Wilson at 95 %, of the {ranked[0].of:,} rows with a value."
    if with_reference:
        note += (
            " Ratio: to the share of the reference. p: exact binomial; q: Benjamini-Hochberg. To add: rows of this "
            "group alone until it has its share; to drop: rows of the others instead."
        )
    columns = (*SHARES, *BESIDE) if with_reference else SHARES
    rows = tuple(_row(share, with_reference) for share in ranked[:LISTED])
    yield Table(f"representation-{name}", title, columns, rows, note + rest, title)
    shown = ranked[:CHARTED]
    labels = tuple(redact(cell_name(share.cell))[:LONGEST] for share in shown)
    series = [Series("corpus", labels, *(tuple(getattr(s, x) for s in shown) for x in ("share", "low", "high")))]
    if with_reference:
        shares = tuple(share.reference or 0.0 for share in shown)
        series.append(Series("reference", labels, shares))
    more = f" The {CHARTED} largest of {len(ranked)}." if len(ranked) > CHARTED else ""
    yield Chart(
        f"representation-{name}-chart", title, "interval", name, "share of rows", tuple(series),
        f"Wilson's interval at 95 %.{more}", title,
    )  # fmt: skip


def _row(share: GroupShare, with_reference: bool) -> tuple[Cell, ...]:
    base = (redact(cell_name(share.cell))[:LONGEST], share.rows, share.share, share.low, share.high)
    if not with_reference:
        return base
    ratio = share.ratio or (None, None, None)
    return (*base, share.reference, *ratio, share.p, share.q, share.to_add, share.to_drop)


def _parts(found: Sequence[Drift], reference: Mapping[Group, float | None]) -> Table:
    first = found[0]
    name, column = redact(first.grouped.name), redact(first.column)
    shares = [(one.part, share) for one in found for share in one.shares]
    if len(found) == 1:
        shares += [("all others", share) for share in first.others]
    rows = tuple(
        (
            redact(cell_name(share.cell))[:LONGEST], redact(part)[:LONGEST], share.rows, share.share, share.low,
            share.high, *_beside(share, reference.get(share.cell)),
        )
        for part, share in sorted(shares, key=lambda pair: (pair[1].cell, pair[0]))
    )  # fmt: skip
    rest = f" {len(rows) - LISTED:,} rows are not listed." if len(rows) > LISTED else ""
    title, group = f"Shares of {name} by {column}", f"Shares of {name}"
    width = 10 if any(reference.values()) else 6
    columns = ("Group", "Part", *SHARES[1:], *BESIDE[:4])[:width]
    return Table(
        f"representation-{name}-by-{column}", title, columns, tuple(row[:width] for row in rows[:LISTED]),
        f"Of the rows of the part that have a value; Wilson at 95 %.{rest}", group,
    )  # fmt: skip


def _beside(share: GroupShare, reference: float | None) -> tuple[Cell, ...]:
    if not reference:
        return reference, None, None, None
    return reference, share.share / reference, share.low / reference, share.high / reference
