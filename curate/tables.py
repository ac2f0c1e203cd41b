"""What the curator's report shows, as data."""

from collections import Counter

from ..core import Cell, Chart, Series, Table, wilson
from .counts import RunCounts

TOP = 30
LARGEST = 10
MOST_EXAMPLES = 120
LONGEST_VALUE = 120


def steps_table(counts: RunCounts) -> Table:
    """One row a step: in = kept + edited + removed + quarantined; what is added goes on with what is kept."""
    adds = ("added",) if counts.added else ()
    names = ("kept", "edited", "removed", "quarantined", *adds)
    rows = tuple(
        (counts.label(step.number), step.documents_in, *(getattr(step, name) for name in names))
        for step in counts.steps
    )
    return Table(
        "steps",
        "What each step did",
        ("step", "in", *names),
        rows,
        note="In = kept + edited + removed + quarantined in every row. Step read: rows that could not be read."
        + (" Kept + edited + added go on to the next step." if adds else ""),
    )


def removal_chart(counts: RunCounts) -> Chart:
    """Documents taken out, by step and rule; the most frequent ones."""
    found = _taken_out(counts).most_common()
    ranked = sorted(found, key=lambda pair: (-pair[1], pair[0]))
    shown = ranked[:TOP]
    rest = sum(number for _, number in ranked[TOP:])
    labels = [f"{counts.label(step)}: {rule}" for (step, rule), _ in shown] + (["other rules"] if rest else [])
    values = [float(number) for _, number in shown] + ([float(rest)] if rest else [])
    return Chart(
        "removed-by-rule",
        "Documents taken out, by step and rule",
        "bar",
        "step: rule",
        "documents",
        (Series("documents", tuple(labels), tuple(values)),),
        note="A document counts once, at the first rule that it broke.",
    )


def rules_table(counts: RunCounts) -> Table:
    """Every rule that decided anything."""
    rows = [
        (counts.label(number), rule, action, documents)
        for (number, rule, action), documents in sorted(counts.rules.items())
    ]
    return Table("rules", "Decisions by rule", ("step", "rule", "action", "documents"), tuple(rows[:200]))


def removal_table(counts: RunCounts, column: str) -> Table:
    """Rows in and taken out for each value of a provenance column: who pays for the filters."""
    kept, removed = counts.kept_by[column], counts.removed_by[column]
    totals = kept + removed
    ranked = sorted(totals, key=lambda value: (-totals[value], value))
    rows = [_removal_row(value[:LONGEST_VALUE], totals[value], removed[value]) for value in ranked[:TOP]]
    if ranked[TOP:]:
        rest = ranked[TOP:]
        label = f"other ({len(rest):,})"
        rows.append(_removal_row(label, sum(totals[value] for value in rest), sum(removed[value] for value in rest)))
    unread = "" if column == "source" else " Rows that could not be read are left out."
    return Table(
        f"removal-by-{column}",
        f"Documents taken out, by {column}",
        (column, "in", "kept", "taken out", "share taken out", "low", "high"),
        tuple(rows),
        note=f"Low and high bound the share: Wilson's interval at 95 %. Taken out: removed or quarantined.{unread}",
    )


def duplicates_table(counts: RunCounts) -> Table:
    """One row a step that found duplicates."""
    rows = tuple(
        (counts.label(number), len(found), found.total(), max(found.values()) + 1, _survivor(found))
        for number, found in sorted(counts.clusters.items())
    )
    columns = ("step", "clusters", "duplicates removed", "largest cluster", "document kept of the largest")
    return Table("duplicates", "Duplicates", columns, rows, note="A cluster's size includes the document that stayed.")


def clusters_table(counts: RunCounts) -> Table:
    """The largest clusters of each step, by the document that stayed."""
    rows: list[tuple[Cell, ...]] = []
    for number, found in sorted(counts.clusters.items()):
        ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))[:LARGEST]
        rows += [(counts.label(number), name, size + 1) for name, size in ranked]
    return Table("clusters", "Largest clusters of duplicates", ("step", "document kept", "documents"), tuple(rows))


def examples_table(counts: RunCounts) -> Table:
    """At most three documents for each rule, chosen by a hash of their ids."""
    order = {step.name: step.number for step in counts.steps}
    rows: list[tuple[Cell, ...]] = [
        (example.id, step, rule, example.measured, example.limit, example.excerpt)
        for step, rule in sorted(counts.examples, key=lambda key: (order[key[0]], key[1]))
        for example in counts.examples[step, rule]
    ]
    return Table(
        "removed-examples",
        "Examples of what was taken out",
        ("id", "step", "rule", "measured", "limit", "excerpt"),
        tuple(rows[:MOST_EXAMPLES]),
        note="At most three a rule, chosen by a hash of the id. Personal data is redacted; where a document was taken "
        "out for personal data, or could not be read, its text is not kept.",
    )


def _taken_out(counts: RunCounts) -> Counter[tuple[int, str]]:
    found: Counter[tuple[int, str]] = Counter()
    for (number, rule, action), documents in counts.rules.items():
        if action not in ("edited", "added"):
            found[number, rule] += documents
    return found


def _removal_row(value: str, total: int, removed: int) -> tuple[Cell, ...]:
    low, high = wilson(removed, total)
    return value, total, total - removed, removed, removed / total, low, high


def _survivor(found: Counter[str]) -> str:
    return min(found, key=lambda name: (-found[name], name))
