"""What the step ``resample`` shows: what each cell lost, and the rates of the label before and after."""

from collections.abc import Mapping

from ...core import Cell, Finding, Table, wilson
from .group_cells import cells_of, grid, group_sizes
from .targets import cell_name

SHOWN = 200


def resample_tables(tallies: Mapping[str, int], minimum: int, labelled: bool) -> tuple[Table, ...]:
    """Documents of each cell before and after, and with a label its rate in each group."""
    before, after, small, free = (cells_of(tallies, kind) for kind in ("in", "kept", "small", "free"))
    total, left = max(1, sum(before.values())), max(1, sum(after.values()))
    rows: list[tuple[Cell, ...]] = []
    for pair in sorted(before | small, key=lambda pair: (-before.get(pair, 0), pair)):
        size, stay = before.get(pair, 0), after.get(pair, 0)
        lost = (size - stay) / size if size else 0.0
        note = f"fewer than {minimum:,}: left as it is" if pair in small else ""
        note = "no share declared: left as it is" if pair in free else note
        rows.append((cell_name(pair), size, stay, size - stay, lost, size / total, stay / left, note))
    columns = ("cell", "in", "kept", "taken out", "share taken out", "share before", "share after", "note")
    note = (
        f"{tallies.get('none', 0):,} documents lack a value in one of the columns and stay; shares are of the others. "
        "The whole corpus was counted, so there is no interval."
    )
    cost = Table("resample", "What resampling cost, by cell", columns, tuple(rows[:SHOWN]), note)
    return (cost, _rates(before, after)) if labelled else (cost,)


def resample_findings(tallies: Mapping[str, int], minimum: int) -> tuple[Finding, ...]:
    """HW-C071 and HW-C072, where there is something to say."""
    return (*_too_small(tallies, minimum), *_cost(tallies))


def _rates(before: Mapping[tuple[str, str], int], after: Mapping[tuple[str, str], int]) -> Table:
    old, new = group_sizes(before), group_sizes(after)
    rows: list[tuple[Cell, ...]] = []
    for pair in grid(before):
        group, label = pair
        had, has = before.get(pair, 0), after.get(pair, 0)
        rates = (had / old[group], *wilson(had, old[group]), has / new[group] if new[group] else None)
        rows.append((group, label, old[group], rates[0], rates[1], rates[2], new[group], rates[3]))
    columns = ("group", "label", "documents", "rate before", "low", "high", "documents kept", "rate after")
    note = "Low and high bound the rate before, as an estimate of where the rows come from: Wilson's interval at 95 %."
    return Table("resample-rates", "Rate of each label before and after, by group", columns, tuple(rows[:SHOWN]), note)


def _too_small(tallies: Mapping[str, int], minimum: int) -> tuple[Finding, ...]:
    small, balanced = cells_of(tallies, "small"), tallies.get("balanced", 0)
    idle = not balanced and bool(cells_of(tallies, "in"))
    if not small and not idle:
        return ()
    named = ", ".join(f"{cell_name(pair)} ({size:,})" for pair, size in list(small.items())[:8])
    reason = f"Fewer than {minimum:,} documents: {named}. " if named else ""
    done = "Nothing was removed, for there are not two cells to balance." if idle else "They stay as they are."
    return (
        Finding(
            "HW-C071",
            "medium",
            f"{tallies.get('wanted', 0) - balanced:,} of {tallies.get('wanted', 0):,} cells could not be balanced",
            f"{reason}{done} The wanted shares are not reached.",
            "Collect documents for these cells, merge values, or lower minimum and see in the table what that costs.",
        ),
    )


def _cost(tallies: Mapping[str, int]) -> tuple[Finding, ...]:
    before, after = cells_of(tallies, "in"), cells_of(tallies, "kept")
    lost = {pair: size - after[pair] for pair, size in before.items()}
    out, total = sum(lost.values()), sum(before.values())
    if not out:
        return ()
    worst = max(lost, key=lambda pair: (lost[pair] / before[pair], pair))
    return (
        Finding(
            "HW-C072",
            "info",
            f"Resampling took {out:,} of {total:,} documents ({out / total:.1%})",
            f"Most of its own lost {cell_name(worst)}: {lost[worst]:,} of {before[worst]:,} "
            f"({lost[worst] / before[worst]:.1%}). What is balanced for one column can unbalance another.",
            "Look at what went by source and language, audit the corpus again, and consider reweigh, which loses none.",
        ),
    )
