"""Cells of a group and a label, as numbers that a report can be made of."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from ...core import UsageError
from .cells import Cell, entries, shown

MOST_CELLS = 1_000
Pair = tuple[str, str]


def pairs_of(names: Sequence[Cell], groups: int) -> list[Pair]:
    """(group, label) of each cell: the first ``groups`` values as one name, and the label, empty where there is none.

    Names of different cells stay different: a `` & `` inside of a value is doubled.
    """
    several = groups > 1
    return [
        (
            " & ".join(value.replace("&", "&&") if several else value for value in name[:groups]),
            name[groups] if len(name) > groups else "",
        )
        for name in names
    ]


def require_grid(cells: Collection[Pair], step: str) -> None:
    """Raise :class:`UsageError` where groups x labels are more cells than a report can show."""
    groups, labels = (len({cell[place] for cell in cells}) for place in (0, 1))
    if groups * labels > MOST_CELLS:
        raise UsageError(
            f"{step}: {groups:,} groups x {labels:,} labels are more than {MOST_CELLS:,} cells; use coarser columns"
        )


def cell_tallies(amounts: Mapping[str, Mapping[Pair, int]]) -> dict[str, int]:
    """``kind<tab>group<tab>label`` for each kind and cell; names that look alike once redacted get a number."""
    cells = list(dict.fromkeys(cell for found in amounts.values() for cell in found))
    groups, labels = (_names(cell[place] for cell in cells) for place in (0, 1))
    return {
        f"{kind}\t{groups[group]}\t{labels[label]}": amount
        for kind, found in amounts.items()
        for (group, label), amount in found.items()
    }


def _names(values: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    used: set[str] = set()
    for value in dict.fromkeys(values):
        name, number = shown([value]), 1
        while (unique := name if number == 1 else f"{name} ({number})") in used:
            number += 1
        used.add(unique)
        found[value] = unique
    return found


def cells_of(tallies: Mapping[str, int], kind: str) -> dict[Pair, int]:
    """The cells of :func:`cell_tallies`, by name."""
    return {(group, label): amount for (group, label), amount in sorted(entries(tallies, kind))}


def group_sizes(cells: Mapping[Pair, int]) -> dict[str, int]:
    """Documents of each group."""
    found: dict[str, int] = {}
    for (group, _), amount in cells.items():
        found[group] = found.get(group, 0) + amount
    return found


def grid(cells: Mapping[Pair, int]) -> Iterator[Pair]:
    """Every pair of a group and a label, also those that no document has."""
    labels = sorted({label for _, label in cells})
    for group in sorted({group for group, _ in cells}):
        for label in labels:
            yield group, label
