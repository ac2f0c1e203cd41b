"""The tables and findings of the audit leakage: HW-A109, HW-A110 and HW-A111."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ...core import Cell, Chart, Corpus, Exhibit, Finding, Score, Series, Table, wilson
from ..privacy import redact
from .column_types import Typed
from .label_strength import Told
from .rows_shown import DOCUMENTS, EXAMPLES, examples_of, ids_of, number
from .split_leaks import Crossing, SharedUnits

if TYPE_CHECKING:
    from .leakage import Leaks

LISTED, PAIRS = 20, 20


def leakage_exhibits(corpus: Corpus, leaks: "Leaks") -> Iterator[Exhibit]:
    """What each column tells of the label, columns that say the same, rows in two splits, and units in two splits."""
    if leaks.told:
        yield from _strengths(leaks)
    if leaks.twice:
        rows: tuple[tuple[Cell, ...], ...] = tuple((redact(a), redact(b), n) for a, b, n in leaks.twice[:LISTED])
        note = (
            "Each value of one goes with one value of the other: two encodings of one thing. That is no leak, but "
            "one of them is enough."
        )
        yield Table("same-columns", "Columns that say the same twice", ("Column", "Column again", "Values"), rows, note)
    if leaks.crossings:
        yield from _crossed(corpus, leaks)
    if leaks.units:
        head = ("Column", "Split", "Other split", "Units of the split", "In the other too", "Rows of these")
        shared = tuple(
            (redact(u.column), redact(u.own), redact(u.other), u.total, u.units, len(u.rows)) for u in leaks.units
        )
        yield Table("shared-units", "Units that stand in two splits", head, shared)


def _strengths(leaks: "Leaks") -> Iterator[Exhibit]:
    label = redact(leaks.label or "")
    note = (
        "Adjusted balanced accuracy of the column alone, on rows that were not used: 0 is guessing, 1 is knowing the "
        "label of every row. Chance: the largest over 99 shuffles of the label, made where a column is strong enough."
    )
    rows = tuple(
        (redact(o.name), o.strength.value, o.strength.low, o.strength.high, o.chance if o.p < 1 else None)
        for o in leaks.told[:LISTED]
    )
    head = ("Column", "Strength", "Low", "High", "Chance")
    yield Table("label-strength", f"What each column alone tells of {label}", head, rows, note)
    shown = leaks.told[:LISTED]
    series = Series(
        "strength", tuple(redact(o.name)[:60] for o in shown), tuple(o.strength.value for o in shown),
        tuple(o.strength.low for o in shown), tuple(o.strength.high for o in shown),
    )  # fmt: skip
    title = f"How well single columns tell {label}"
    yield Chart("label-strength-chart", title, "interval", "column", "adjusted balanced accuracy", (series,))


def _crossed(corpus: Corpus, leaks: "Leaks") -> Iterator[Table]:
    rows: list[tuple[Cell, ...]] = []
    for one in leaks.crossings:
        low, high = wilson(len(one.rows), one.total)
        share = len(one.rows) / one.total
        names = (redact(one.own), redact(one.other), one.level)
        rows.append((*names, one.total, len(one.rows), share, low, high, one.pairs, round(one.chance, 1)))
    head = (
        "Split",
        "Other split",
        "Rows that are",
        "Rows",
        "Found",
        "Share",
        "Low",
        "High",
        "Pairs",
        "Pairs by chance",
    )
    note = (
        "Columns that number rows are left out. Pairs by chance: as in the audit duplicate-rows, two halves of the "
        "columns independent."
    )
    yield Table("cross-split-rows", "Rows that stand in two splits", head, tuple(rows), note)
    listed: list[tuple[Cell, ...]] = []
    for one in leaks.crossings:
        places = one.rows[:PAIRS].tolist()
        partners = one.partners[:PAIRS].tolist()
        ids = dict(zip([*places, *partners], ids_of(corpus, [*places, *partners]), strict=True))
        own, other = redact(one.own), redact(one.other)
        listed += [(own, ids[a], other, ids[b], one.level) for a, b in zip(places, partners, strict=True)]
    if listed:
        columns = ("Split", "Row", "Other split", "Its row", "Rows that are")
        note = f"At most {PAIRS} of each kind."
        yield Table("cross-split-pairs", "Pairs of rows in two splits", columns, tuple(listed), note)


def leakage_findings(corpus: Corpus, leaks: "Leaks", types: Mapping[str, Typed], effect: float) -> Iterator[Finding]:
    """HW-A109 for columns, HW-A110 for rows in two splits, HW-A111 for units in two splits."""
    strong = [o for o in leaks.told if o.strength.value >= effect and o.strength.low > o.chance and o.p <= 0.05]
    if strong:
        yield _giveaway(corpus, leaks, strong, types)
    crossed = [one for one in leaks.crossings if one.surprising]
    if crossed:
        yield _rows_in_two(corpus, crossed)
    shared = [one for one in leaks.units if one.units]
    if shared:
        yield _units_in_two(corpus, shared)


def _giveaway(corpus: Corpus, leaks: "Leaks", strong: Sequence[Told], types: Mapping[str, Typed]) -> Finding:
    label, worst = redact(leaks.label or ""), strong[0]
    listed = "; ".join(
        f"{redact(one.name)} {one.strength.value:.3f} ({one.strength.low:.3f} to {one.strength.high:.3f}, chance at "
        "most "
        f"{one.chance:.3f})" for one in strong[:5]
    )  # fmt: skip
    by_absence = [redact(one.name) for one in strong if one.tells_by_absence]
    absence = (
        f" In {', '.join(by_absence)} even whether there is a value tells it: such a column is often filled in after "
        "the "
        "outcome is known." if by_absence else ""
    )  # fmt: skip
    rows = np.flatnonzero(types[worst.name].present)[:DOCUMENTS].tolist()
    ids = ids_of(corpus, rows)
    scores = tuple(
        Score(
            "label-strength", o.strength.value, leaks.rows, "adjusted balanced accuracy",
            "label-strength/1 balanced majority of each value (100 classes of numbers), five folds; normal",
            o.strength.low, o.strength.high, slice={"column": redact(o.name), "label": label},
        )
        for o in strong
    )  # fmt: skip
    names = ", ".join(redact(one.name) for one in strong[:5])
    notes = dict.fromkeys(ids[:EXAMPLES], f"{redact(worst.name)} beside {label}")
    return Finding(
        "HW-A109",
        "high",
        f"{names} alone tells {label} nearly perfectly",
        f"Adjusted balanced accuracy on rows that were not used, where 0 is guessing and 1 is knowing: {listed}. A "
        "column this strong is mostly a copy of the label, derived from it, or written after the outcome was "
        f"known.{absence} A model that has it looks excellent here and fails where the outcome is not known yet. "
        "Whether the column is known in time cannot be told from the table; columns that leak only together are not "
        "seen.",
        "Ask when the value is written. If it is after the outcome, or made from it, leave the column out and measure "
        "again; if it is known in time, say so beside every result.",
        scores,
        examples_of(corpus, notes, [worst.name, leaks.label or ""]),
        tuple(ids),
    )  # fmt: skip


def _rows_in_two(corpus: Corpus, found: Sequence[Crossing]) -> Finding:
    worst = max(found, key=lambda one: (len(one.rows) / one.total, one.own))
    share = len(worst.rows) / worst.total
    low, high = wilson(len(worst.rows), worst.total)
    places = [row for pair in zip(worst.rows.tolist(), worst.partners.tolist(), strict=True) for row in pair]
    ids = ids_of(corpus, list(dict.fromkeys(places))[:DOCUMENTS])
    own, other = redact(worst.own), redact(worst.other)
    scores = tuple(
        Score(
            "cross-split-row-share", len(o.rows) / o.total, o.total, "share of rows",
            "cross-split-rows/1 rows of the split with such a row in the other; Wilson", *wilson(len(o.rows), o.total),
            direction="lower", slice={"split": redact(o.own), "other": redact(o.other), "rows": o.level},
        )
        for o in found
    )  # fmt: skip
    return Finding(
        "HW-A110",
        "high" if share >= 0.01 else "medium",
        f"Splits leak: {share:.2%} of the rows of {own} stand in {other}",
        f"{len(worst.rows):,} of {worst.total:,} rows of {own} ({low:.2%} to {high:.2%}) are {worst.level} to a row "
        f"of {other}: {worst.pairs:,} pairs, where chance would make about {number(round(worst.chance, 1))}. What was "
        f"seen in training is no test of what was learned: numbers on {own} come out too good. Equal rows can be "
        "different people, and rows that differ in more cells are not counted.",
        f"Take the rows that are listed out of one of the splits, or split again so that equal rows stay on one side; "
        f"report numbers on {own} without them.",
        scores,
        examples_of(corpus, dict.fromkeys(ids[:EXAMPLES], "stands in two splits")),
        tuple(ids),
    )


def _units_in_two(corpus: Corpus, found: Sequence[SharedUnits]) -> Finding:
    worst = max(found, key=lambda one: (one.units / one.total, one.column, one.own))
    share = worst.units / worst.total
    low, high = wilson(worst.units, worst.total)
    ids = ids_of(corpus, worst.rows[:DOCUMENTS].tolist())
    column, own, other = redact(worst.column), redact(worst.own), redact(worst.other)
    return Finding(
        "HW-A111",
        "high" if share >= 0.1 else "medium",
        f"{share:.1%} of the {column} of {own} stand in {other} too",
        f"{worst.units:,} of {worst.total:,} values of {column} ({low:.1%} to {high:.1%}), with {len(worst.rows):,} "
        f"rows, stand in both splits. Where {column} names a person, a site or a device, a model can recognise it "
        "instead of learning what was meant, and numbers come out too good. That the column names such a unit is "
        "told from its name or from the option units.",
        f"Split by {column}, so that all rows of one value stand on one side, and report the numbers of that split.",
        (),
        examples_of(corpus, dict.fromkeys(ids[:EXAMPLES], f"its {column} stands in {other} too"), [worst.column]),
        tuple(ids),
    )
