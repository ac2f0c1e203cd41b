"""What the step ``reweigh`` shows: weights, and the rates of each label by group before and after."""

from collections.abc import Mapping

from ...core import Cell, Finding, Table, wilson
from .group_cells import cells_of, grid, group_sizes
from .weights import effective_number, weighted_rates, weights

SHOWN = 200
NAMED = 8


def reweigh_table(tallies: Mapping[str, int]) -> Table:
    """One row for each group and label."""
    sizes = cells_of(tallies, "in")
    totals, found, rates = group_sizes(sizes), weights(sizes), weighted_rates(sizes)
    rows: list[tuple[Cell, ...]] = []
    for pair in grid(sizes):
        size, total = sizes.get(pair, 0), totals[pair[0]]
        weight = float(found[pair]) if size else None
        rows.append((*pair, total, size, weight, size / total, *wilson(size, total), float(rates.get(pair, 0))))
    documents = sum(sizes.values())
    note = (
        "Low and high bound the rate before: Wilson's interval at 95 %. The weights are those of this corpus, so the "
        f"rate after has no interval. Cost: {documents:,} weighted documents tell as much as "
        f"{effective_number(sizes):,.0f} of equal weight. {tallies.get('none', 0):,} documents lack a value in one of "
        "the columns and have no weight."
    )
    columns = ("group", "label", "of the group", "documents", "weight", "rate before", "low", "high", "rate after")
    return Table(
        "reweigh", "Rate of each label before and after weighting, by group", columns, tuple(rows[:SHOWN]), note
    )


def reweigh_findings(tallies: Mapping[str, int]) -> tuple[Finding, ...]:
    """HW-C073 and HW-C074, where there is something to say."""
    sizes = cells_of(tallies, "in")
    if not sizes:
        return ()
    groups, labels = (len({pair[place] for pair in sizes}) for place in (0, 1))
    if min(groups, labels) < 2:
        what = "group" if groups < 2 else "label"
        return (
            Finding(
                "HW-C074",
                "low",
                f"Nothing to reweigh: there is one {what} only",
                f"{groups:,} groups and {labels:,} labels: each weight is 1, and no rates can be compared.",
                "Check the columns, and whether a step before this one took the other documents out.",
            ),
        )
    empty = [pair for pair in grid(sizes) if not sizes.get(pair)]
    if not empty:
        return ()
    named = ", ".join(f"{group} without {label}" for group, label in empty[:NAMED])
    return (
        Finding(
            "HW-C073",
            "medium",
            f"{len(empty):,} cells have no document, and no weight makes their rates equal",
            f"{named}{', ...' if len(empty) > NAMED else ''}. The other labels of these groups have too high a rate.",
            "Collect documents for these cells, merge values, or do not compare these groups.",
        ),
    )
