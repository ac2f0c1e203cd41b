"""The tables and findings of the audit drift: HW-A114 (values) and HW-A115 (columns)."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from ...core import Cell, Chart, Corpus, Exhibit, Finding, Score, Series, Table
from ..privacy import redact
from .drift_measures import Moved
from .rows_shown import DOCUMENTS, EXAMPLES, count_of, examples_of, ids_of

if TYPE_CHECKING:
    from .drift import Drift

LISTED, NAMED, LARGE = 50, 6, 0.25
SHORT = {"Kolmogorov-Smirnov": "KS", "total variation": "TV"}


def drift_exhibits(one: "Drift", effect: float) -> Iterator[Exhibit]:
    """Every column with its distance, and the rows and columns that came and went."""
    a, b = redact(one.name_a), redact(one.name_b)
    key = f"{a}-{b}".replace(" ", "-")
    came = int(one.added.sum())
    kinds = "; ".join(f"{redact(name)}: {old} to {new}" for name, old, new in one.types)
    sums: tuple[tuple[Cell, ...], ...] = (
        (f"rows in {a}", one.rows_a), (f"rows in {b}", one.rows_b), ("rows in both", one.rows_b - came),
        (f"rows only in {b}", came), (f"rows only in {a}", one.removed),
        (f"columns only in {b}", redact(", ".join(one.only_b)) or "none"),
        (f"columns only in {a}", redact(", ".join(one.only_a)) or "none"),
        ("columns of another type", kinds or "none"),
    )  # fmt: skip
    note = "Rows are compared in the columns that both have; each copy counts."
    yield Table(f"drift-rows-{key}", f"What came and went: {a} to {b}", ("", "Number or names"), sums, note)
    if not one.moved:
        return
    rows = tuple(
        (
            redact(m.name), SHORT[m.rule], m.distance, m.low, m.high, m.chance, q, round(m.psi, 4),
            round(m.divergence, 4), redact(", ".join(m.new[:5])), redact(", ".join(m.gone[:5])),
        )
        for m, q in one.moved[:LISTED]
    )  # fmt: skip
    numbers = ("Distance", "Low", "High", "Chance", "q", "PSI", "JS")
    head = ("Column", "By", *numbers, "New values", "Gone")
    note = (
        "KS: Kolmogorov-Smirnov; TV: total variation; JS: Jensen-Shannon, in bits. A finding needs a distance of "
        f"{effect:g} and more than chance (95 %). PSI: stable below 0.1, a shift from 0.25 on, as is commonly said."
    )
    yield Table(f"drift-{key}", f"How far the columns moved: {a} to {b}", head, rows, note)
    shown = one.moved[:20]
    series = Series(
        "distance", tuple(redact(m.name)[:60] for m, _ in shown), tuple(m.distance for m, _ in shown),
        tuple(m.low for m, _ in shown), tuple(m.high for m, _ in shown),
    )  # fmt: skip
    yield Chart(
        f"drift-chart-{key}", f"Distance of the columns: {a} to {b}", "interval", "column", "distance", (series,)
    )


def drift_findings(corpus: Corpus, one: "Drift", effect: float, rate: float) -> Iterator[Finding]:
    """HW-A114 for columns whose values moved, HW-A115 for columns that came, went or changed their type."""
    strong = [m for m, q in one.moved if m.distance >= effect and m.distance > m.chance and q <= rate]
    if strong:
        yield _shifted(corpus, one, strong)
    fresh = [m for m, _ in one.moved if m.new and m not in strong]
    if one.only_a or one.only_b or one.types or fresh:
        yield _changed(corpus, one, fresh)


def _shifted(corpus: Corpus, one: "Drift", strong: list[Moved]) -> Finding:
    a, b = redact(one.name_a), redact(one.name_b)
    parts = [
        f"{redact(m.name)} {m.distance:.3f} ({m.low:.3f} to {m.high:.3f}; chance up to {m.chance:.3f}; PSI {m.psi:.2f})"
        for m in strong[:NAMED]
    ]
    more = f"; and {len(strong) - NAMED} more" if len(strong) > NAMED else ""
    rows = _carriers(one, strong[0])
    ids = ids_of(corpus, one.places[rows].tolist())
    place = {"from": a, "to": b}
    scores = tuple(
        Score(
            "drift-distance", m.distance, m.rows, "distance of two distributions",
            f"drift-distance/1 {m.rule}; basic bootstrap of 400 draws", m.low, m.high, direction="lower",
            slice={**place, "column": redact(m.name)},
        )
        for m in strong
    )  # fmt: skip
    names = ", ".join(redact(m.name) for m in strong[:NAMED])
    note = f"{redact(strong[0].name)} in {b}"
    return Finding(
        "HW-A114",
        "high" if strong[0].distance >= LARGE else "medium",
        f"{names} {'has' if len(strong) == 1 else 'have'} other values in {b} than in {a}",
        f"Distance of the distributions, 0 to 1: {'; '.join(parts)}{more}. A model that was fitted on {a} meets other "
        f"rows in {b}, and numbers measured on one do not hold for the other. Columns are compared one by one: a "
        "change in how they go together is not seen. The rows listed have a value that is new, or are new themselves.",
        "Find out what changed: who was asked, how it was recorded, or the world. Measure again on the newer rows, and "
        "fit again where that is worse.",
        scores,
        examples_of(corpus, dict.fromkeys(ids[:EXAMPLES], note), [m.name for m in strong]),
        tuple(ids),
    )  # fmt: skip


def _carriers(one: "Drift", m: Moved) -> np.ndarray:
    """Rows of B with a value that A does not have; where there is none, new rows; where these are none, any."""
    column = one.columns_b[m.name]
    if m.new:
        codes = [column.column.values.index(name) for name in m.new if name in column.column.values]
        return np.flatnonzero(np.isin(column.column.codes, codes))[:DOCUMENTS]
    came = np.flatnonzero(one.added & column.present)
    return (came if len(came) else np.flatnonzero(column.present))[:DOCUMENTS]


def _changed(corpus: Corpus, one: "Drift", fresh: list[Moved]) -> Finding:
    a, b = redact(one.name_a), redact(one.name_b)
    parts = []
    if one.only_b:
        parts.append(f"only {b} has {redact(', '.join(one.only_b[:NAMED]))}")
    if one.only_a:
        parts.append(f"only {a} has {redact(', '.join(one.only_a[:NAMED]))}")
    parts += [f"{redact(name)} was {old} and is {new}" for name, old, new in one.types[:NAMED]]
    parts += [
        f"{redact(m.name)} has new values ({redact(', '.join(m.new[:3]))}; {m.new_rows:,} rows)" for m in fresh[:NAMED]
    ]
    count = len(one.only_a) + len(one.only_b) + len(one.types) + len(fresh)
    rows = _carriers(one, fresh[0]) if fresh else np.zeros(0, np.int64)
    return Finding(
        "HW-A115",
        "medium" if one.only_a or one.only_b or one.types else "low",
        f"{count_of(count, 'column')} of {a} and {b} differ in name, type or values",
        f"{'; '.join(parts)}. A program written for the one may drop such a column, or take a value that it does not "
        "know for a missing one. Columns that were renamed count as gone and new.",
        "Agree on one list of columns, types and values, and check it whenever data arrive.",
        (),
        (),
        tuple(ids_of(corpus, one.places[rows].tolist())),
    )
