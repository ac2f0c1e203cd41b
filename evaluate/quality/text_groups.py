"""A value of documents by group: declared groups, sources and languages, each gap beside the gap of chance.

The same statistics as for groups in tables: means and gap by fairlearn's ``MetricFrame``, the 95 % quantile of the gap
when documents are shuffled over the groups, and a smallest number of documents.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ...core import Chart, Finding, Measurement, NotMeasured, Score, Series, UsageError
from ...curate import example, redact
from ..base import Outcome, Subject
from ..items import ItemValues
from ..statistics import ByGroup, Estimate, Floats, by_group, difference, exponential, holm

SOURCE, LANGUAGE = "source", "language"
UNKNOWN = "unknown"
MINIMUM, MOST_VALUES, MOST_COLUMNS = 20, 50, 20
EXAMPLES, SHOWN = 5, 20
ALPHA = 0.05


@dataclass(frozen=True)
class GroupedValue:
    """Ratios of sums over documents that are told apart by group: numerators and denominators (n,), denominators > 0.

    ``metric``, ``method`` and ``unit`` are those of the score of all documents. ``exp``: the value of a group is shown
    as exp(ratio), as perplexity is; gaps stay differences of the ratio, in ``gap_unit``. High is bad.
    """

    metric: str
    method: str
    unit: str
    gap_unit: str
    ids: Sequence[str]
    numerators: Floats
    denominators: Floats
    exp: bool = False
    place: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    def shown(self, estimate: Estimate) -> Estimate:
        """As a score has it."""
        return exponential(estimate) if self.exp else estimate


@dataclass(frozen=True)
class Column:
    """One way to group: its name, the group of each document of ``rows``, and what was found."""

    name: str
    rows: Sequence[int]
    groups: Sequence[str]
    found: ByGroup
    adjusted: float | None = None


def group_values(subject: Subject, ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """For each way to group (declared groups by name, source, language) the group of each document that has one."""
    found = subject.corpus.documents(ids)
    columns: dict[str, dict[str, str]] = {}
    for name in ids:
        row = found.get(name)
        if row is None:
            continue
        for column, value in sorted(dict(row.get("groups") or {}).items()):
            columns.setdefault(column, {})[name] = str(value)
        for column in (SOURCE, LANGUAGE):
            if row.get(column) not in (None, "", UNKNOWN) and column not in (row.get("groups") or {}):
                columns.setdefault(column, {})[name] = str(row[column])
    return dict(sorted(columns.items()))


def by_groups(
    subject: Subject, value: GroupedValue, groups: Sequence[str] | None = None, minimum: int = MINIMUM
) -> tuple[list[Column], list[NotMeasured]]:
    """Every way to group, or those of these names, with a reason for each group, or way, that is not measured.

    A way to group that has one group alone is passed over where it was not asked for.
    """
    if minimum < 2:
        raise UsageError(f"minimum {minimum}: must be 2 or more")
    values = group_values(subject, value.ids)
    asked = [groups] if isinstance(groups, str) else groups
    columns: list[Column] = []
    skipped: list[NotMeasured] = []
    for name in list(values)[:MOST_COLUMNS] if asked is None else asked:
        known = values.get(name, {})
        rows = [row for row, one in enumerate(value.ids) if one in known]
        told = [known[value.ids[row]] for row in rows]
        if reason := _not_told(told, asked is not None):
            skipped.append(NotMeasured(value.metric, reason, {**value.place, "group": redact(name)}))
        elif len(set(told)) > 1:
            columns.append(_column(subject, value, name, rows, told, minimum))
            skipped += _too_small(value, columns[-1], minimum)
    adjusted = iter(holm([one.found.p for one in columns if one.found.p is not None]))
    return [
        one if one.found.p is None else Column(one.name, one.rows, one.groups, one.found, float(next(adjusted)))
        for one in columns
    ], skipped


def _not_told(told: Sequence[str], asked: bool) -> str:
    if asked and not told:
        return "no document that was scored has a value of this group"
    if asked and len(set(told)) == 1:
        return f"all {len(told):,} documents are of one group: no gap"
    if len(set(told)) > MOST_VALUES:
        return f"{len(set(told)):,} different values, more than {MOST_VALUES} groups; name a coarser one"
    return ""


def _column(
    subject: Subject, value: GroupedValue, name: str, rows: Sequence[int], told: Sequence[str], minimum: int
) -> Column:
    x, y = value.numerators[list(rows)], value.denominators[list(rows)]
    weights = None if (y == 1).all() else y
    return Column(name, rows, told, by_group(x / y, told, weights=weights, minimum=minimum, seed=subject.seed))


def _too_small(value: GroupedValue, column: Column, minimum: int) -> Iterator[NotMeasured]:
    for group, size in column.found.too_small.items():
        were = "document of this group was" if size == 1 else "documents of this group were"
        reason = f"{size:,} {were} scored, {minimum} are needed (option minimum)"
        yield NotMeasured(value.metric, reason, _place(value, column, group))
    if len(column.found.groups) == 1:
        reason = "one group alone has enough documents: no gap"
        yield NotMeasured(value.metric, reason, {**value.place, "group": redact(column.name)})


def _place(value: GroupedValue, column: Column, group: str) -> dict[str, str]:
    return {**value.place, "group": redact(column.name), "value": redact(group)}


def grouped_outcome(
    subject: Subject,
    value: GroupedValue,
    groups: Sequence[str] | None,
    minimum: int,
    finding: Callable[[Column, str, Sequence[Score]], Finding] | None = None,
) -> Outcome:
    """Scores, items, charts and findings of a value by group; nothing where documents have no group."""
    columns, skipped = by_groups(subject, value, groups, minimum)
    scores: list[Measurement] = []
    items: list[ItemValues] = []
    findings = []
    for column in columns:
        own = [_score(value, column, group, one) for group, one in column.found.groups.items()]
        items += [_items(value, column, score, group) for score, group in zip(own, column.found.groups, strict=True)]
        gap = [_gap(value, column)] if column.found.gap is not None else []
        scores += [*own, *gap]
        if finding and gap and column.adjusted is not None and column.adjusted <= ALPHA:
            findings.append(finding(column, worst_of(column), [*own, *gap]))
    charts = tuple(_chart(value, column) for column in columns if len(column.found.groups) > 1)
    return Outcome((*scores, *skipped), tuple(findings), charts, tuple(items))


def joined(first: Outcome, *others: Outcome) -> Outcome:
    """The parts of several outcomes, one after the other."""
    every = (first, *others)
    return Outcome(
        tuple(score for one in every for score in one.scores),
        tuple(finding for one in every for finding in one.findings),
        tuple(exhibit for one in every for exhibit in one.exhibits),
        tuple(items for one in every for items in one.items),
    )


def worst_of(column: Column) -> str:
    """The group with the highest value."""
    return max(column.found.groups, key=lambda group: column.found.groups[group].value)


def best_of(column: Column) -> str:
    """The group with the lowest value."""
    return min(column.found.groups, key=lambda group: column.found.groups[group].value)


def _score(value: GroupedValue, column: Column, group: str, found: Estimate) -> Score:
    shown = value.shown(found)
    return Score(value.metric, shown.value, found.n, value.unit, value.method, direction="lower",
                 slice=_place(value, column, group), **shown.bounds())  # fmt: skip


def _gap(value: GroupedValue, column: Column) -> Score:
    found = column.found
    assert found.gap is not None
    apart = difference(found.groups[worst_of(column)], found.groups[best_of(column)])
    low, high = (found.gap if bound is None else bound for bound in (apart.low, apart.high))
    return Score(
        value.metric, found.gap, sum(one.n for one in found.groups.values()), value.gap_unit,
        f"{value.method}; largest minus smallest value of groups", min(low, found.gap), max(high, found.gap),
        interval="Welch, of the two groups that lie furthest apart", direction="lower",
        slice={**value.place, "group": redact(column.name), "measure": "gap"},
    )  # fmt: skip


def _items(value: GroupedValue, column: Column, score: Score, group: str) -> ItemValues:
    rows = [row for row, one in zip(column.rows, column.groups, strict=True) if one == group]
    ids = [value.ids[row] for row in rows]
    transform = "exp" if value.exp else "none"
    parts = value.numerators[rows], value.denominators[rows]
    return ItemValues(score.metric, score.method, score.slice, ids, *parts, transform)  # type: ignore[arg-type]


def _chart(value: GroupedValue, column: Column) -> Chart:
    found = column.found
    chosen = sorted(found.groups, key=lambda group: -found.groups[group].value)[:SHOWN]
    shown = {redact(group): value.shown(found.groups[group]) for group in chosen}
    low = tuple(one.value if one.low is None else one.low for one in shown.values())
    high = tuple(one.value if one.high is None else one.high for one in shown.values())
    series = Series(value.unit, tuple(shown), tuple(one.value for one in shown.values()), low, high)
    assert found.gap is not None and found.chance is not None
    note = (
        f"The groups lie {found.gap:.3g} {value.gap_unit} apart; dealt to the same groups at random, documents would "
        f"lie up to {found.chance:.3g} apart in 95 of 100 cases."
    )
    if len(found.groups) > SHOWN:
        note += f" The {SHOWN} highest of {len(found.groups)} groups."
    name, title = f"{value.metric}-{redact(column.name)}", f"{value.name or value.metric} by {redact(column.name)}"
    return Chart(name, title, "interval", redact(column.name), value.unit, (series,), note)


def worst_documents(subject: Subject, value: GroupedValue, column: Column, group: str) -> list[str]:
    """The documents of a group that lift its value most, the first first."""
    rows = [row for row, one in zip(column.rows, column.groups, strict=True) if one == group]
    mean = column.found.groups[group].value
    lifts = {row: float(value.numerators[row] - mean * value.denominators[row]) for row in rows}
    return [value.ids[row] for row in sorted(rows, key=lambda row: (-lifts[row], row))[:EXAMPLES]]


def gap_finding(
    subject: Subject, value: GroupedValue, code: str, meaning: str, advice: str
) -> Callable[[Column, str, Sequence[Score]], Finding]:
    """A maker of findings on a gap that chance does not explain, with the documents that lift the worst group most."""

    def make(column: Column, worst: str, scores: Sequence[Score]) -> Finding:
        found, best = column.found, best_of(column)
        high, low = (value.shown(found.groups[name]) for name in (worst, best))
        ids = worst_documents(subject, value, column, worst)
        rows = subject.corpus.documents(ids)
        said = (
            f"Documents of {redact(column.name)} {redact(worst)!r} have {high.value:.3g} {value.unit}, those of "
            f"{redact(best)!r} {low.value:.3g}. The gap of {found.gap:.3g} {value.gap_unit} is more than chance gives "
            f"to groups of these sizes ({found.chance:.3g} in 95 of 100 cases; p {column.adjusted:.2g} after Holm's "
            "correction over the ways to group)."
        )
        small = f" {len(found.too_small)} groups have too few documents to be judged." if found.too_small else ""
        return Finding(
            code,
            "medium" if not math.isclose(low.value, 0) and high.value / low.value > 1.5 else "low",
            f"{(value.name or value.metric).capitalize()} is highest for {redact(column.name)} {redact(worst)!r}",
            f"{said} {meaning}{small}",
            advice,
            tuple(scores),
            tuple(example(one, str(rows[one]["text"]), [], "lifts the value of its group most", [one]) for one in ids
                  if one in rows),
            tuple(ids),
        )  # fmt: skip

    return make
