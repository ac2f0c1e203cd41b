"""The tables and charts of the audit table-schema."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core import Cell, Chart, Exhibit, Series, Table
from ..privacy import redact
from .column_types import Typed, shown_day
from .rows_shown import count_of, number

if TYPE_CHECKING:
    from .table_schema import Looked

BINS, TOP, RARE, LONGEST = 12, 12, 5, 40
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
GROUP = "Distributions of the columns"


def schema_exhibits(looked: "Sequence[Looked]", charts: int, left_out: int, share: float) -> Iterator[Exhibit]:
    """What the columns hold, the numbers among them, and a chart of each of the first ``charts`` that can be drawn."""
    rest = f" {left_out:,} further columns are not looked at." if left_out else ""
    note = (
        "Missing: blank. Codes: marks such as ? and NA, and suspected numbers (-999). Rare: values with fewer than "
        f"{RARE} rows. Types are told from the values: an identifier has a value of its own in nearly every row.{rest}"
    )
    has_numbers = any("number" in one.typed.column.types for one in looked)
    columns = ("Column", "Type", "Missing", "Codes", "Distinct", "Rare", "Commonest or range", "Remark")
    yield Table(
        "table-columns", "What the columns hold", columns, tuple(_row(one, has_numbers) for one in looked), note
    )
    numeric = [one for one in looked if one.far is not None]
    if numeric:
        head = ("Column", "Lowest", "5 %", "25 %", "Median", "75 %", "95 %", "Highest", "Far", "Judged by")
        far = (
            "Far: values beyond the limits of the rule named beside them, out of those that it judges. Suspected codes "
            f"are left out. Where more than {share:.1%} are far, the column has a long tail: then no row is listed."
        )
        yield Table("numeric-columns", "Numbers", head, tuple(_numbers(one, share) for one in numeric), far)
    drawn = [chart for one in looked if (chart := _chart(one)) is not None]
    yield from drawn[:charts]


def _row(one: "Looked", has_numbers: bool) -> tuple[Cell, ...]:
    kind, counts = one.typed, one.typed.counts[~one.typed.marked]
    codes = int(kind.counts[kind.marked].sum()) + sum(rows for _, rows in one.codes)
    blank = int((~kind.column.known).sum())
    has_categories = kind.kind in ("category", "boolean", "constant", "mixed")
    rare = int((counts < RARE).sum()) if has_categories else None
    return one.name, kind.kind, blank, codes, kind.distinct, rare, _span(kind), _remark(one, has_numbers)


def _span(one: Typed) -> str:
    used = np.flatnonzero(~one.marked)
    if not len(used):
        return ""
    if one.kind in ("integer", "real", "date"):
        show = shown_day if one.kind == "date" else number
        return f"{show(float(one.numbers[used].min()))} to {show(float(one.numbers[used].max()))}"
    if one.kind in ("identifier", "text"):
        lengths = [len(one.column.values[code]) for code in used]
        least, most = min(lengths), max(lengths)
        return f"{least} to {most} characters" if least < most else count_of(most, "character")
    best = used[np.argmax(one.counts[used])]
    return f"{redact(one.column.values[best])[:LONGEST]} ({one.counts[best] / one.rows:.0%})"


def _remark(one: "Looked", has_numbers: bool) -> str:
    """What to look at; that numbers are written as text is worth a word where the file writes others as numbers."""
    found = [f"{number(code)} may be a code" for code, _ in one.codes]
    if one.alike:
        found.append(f"other spellings: {count_of(len(one.alike), 'value')}")
    if one.typed.kind == "mixed":
        found.append(f"{count_of(len(one.minority()), 'row')} of another sort")
    if has_numbers and one.typed.is_numeric and one.typed.column.types == {"text"}:
        found.append("numbers written as text")
    if len(one.typed.column.types) > 1:
        found.append("the file holds " + " and ".join(sorted(one.typed.column.types)))
    return "; ".join(found)


def _numbers(one: "Looked", share: float) -> tuple[Cell, ...]:
    assert one.far is not None
    values = one.typed.per_row()
    values = values[np.isfinite(values) & ~np.isin(values, [code for code, _ in one.codes])]
    cells: list[Cell] = [None] * 7
    if len(values):
        cells = [float(values.min()), *np.quantile(values, QUANTILES).tolist(), float(values.max())]
    far = None if one.far.reason else len(one.far.rows)
    rule = one.far.reason or one.far.rule
    return one.name, *cells, far, f"{rule}; long tail" if one.heavy(share) else rule


def _chart(looked: "Looked") -> Chart | None:
    """The distribution of a column as bars; None where bars show nothing: one value, identifiers, free text.

    Suspected codes are left out, for they would push all other values into one bar.
    """
    one, codes = looked.typed, looked.codes
    if one.kind in ("empty", "constant", "identifier", "text") or not one.rows:
        return None
    labels, counts = (
        _classes(one, [code for code, _ in codes]) if one.kind in ("integer", "real", "date") else _commonest(one)
    )
    name = redact(one.name)
    series = Series("rows", tuple(labels), tuple(float(count) for count in counts))
    missing = len(one.column.codes) - one.rows
    notes = [f"{count_of(rows, 'row')} with {number(code)} are left out." for code, rows in codes]
    note = " ".join([*([f"{missing:,} rows have no value."] if missing else []), *notes])
    return Chart(f"distribution-{name}", f"Distribution of {name}", "bar", name, "rows", (series,), note, GROUP)


def _classes(one: Typed, left_out: Sequence[float]) -> tuple[list[str], list[int]]:
    """At most 12 classes of equal width, or the values themselves where there are no more."""
    used = np.flatnonzero(~one.marked & ~np.isin(one.numbers, left_out))
    numbers, weights = one.numbers[used], one.counts[used]
    if len(used) <= BINS:
        order = np.argsort(numbers, kind="stable")
        return [one.column.values[used[place]] for place in order], weights[order].tolist()
    if one.kind == "integer" and np.ptp(numbers) < 1e12:
        width = int(np.ceil((np.ptp(numbers) + 1) / BINS))
        place = ((numbers - numbers.min()) // width).astype(np.int64)
        low = [int(numbers.min()) + width * at for at in range(int(place.max()) + 1)]
        labels = [f"{start:,} to {start + width - 1:,}" for start in low]
        return labels, np.bincount(place, weights).astype(int).tolist()
    counts, edges = np.histogram(numbers, BINS, weights=weights)
    shown = [shown_day(float(np.floor(edge))) if one.kind == "date" else f"{edge:.4g}" for edge in edges.tolist()]
    labels = [f"{low} to {high}" for low, high in zip(shown[:-1], shown[1:], strict=True)]
    return labels, counts.astype(int).tolist()


def _commonest(one: Typed) -> tuple[list[str], list[int]]:
    used = np.flatnonzero(~one.marked)
    order = used[np.argsort(-one.counts[used], kind="stable")]
    labels = [redact(one.column.values[code])[:LONGEST] for code in order[:TOP]]
    counts = one.counts[order[:TOP]].tolist()
    if len(order) > TOP:
        labels, counts = [*labels, f"{len(order) - TOP:,} other values"], [*counts, int(one.counts[order[TOP:]].sum())]
    return labels, counts
