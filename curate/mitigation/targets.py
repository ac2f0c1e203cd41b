"""How many documents of each cell stay, so that the cells have the wanted shares and none is made up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import product
from math import floor

from ...core import UsageError
from .group_cells import Pair

EQUAL, INDEPENDENT = "equal", "independent"
Sizes = Mapping[Pair, int]


def equal_shares(sizes: Sizes) -> dict[Pair, Fraction]:
    """The same share for each pair of a group and a label; pairs that no document has are among them."""
    cells = list(product(margins(sizes, 0), margins(sizes, 1)))
    return {cell: Fraction(1, len(cells)) for cell in cells}


def independent_shares(sizes: Sizes) -> dict[Pair, Fraction]:
    """P(group) P(label) for each pair: the shares in which the label says nothing of the group.

    Source: Kamiran & Calders 2012, uniform sampling.
    """
    groups, labels, total = margins(sizes, 0), margins(sizes, 1), sum(sizes.values())
    return {
        (group, label): Fraction(groups[group] * labels[label], total * total)
        for group, label in product(groups, labels)
    }


def declared_shares(shares: Mapping[str, float], sizes: Sizes) -> dict[Pair, Fraction]:
    """The declared shares as exact decimals, by the names of the cells: ``Female``, or ``Female & >50K``."""
    names: dict[str, Pair] = {}
    for cell in sizes:
        if names.setdefault(cell_name(cell), cell) != cell:
            raise UsageError(f"shares: {cell_name(cell)!r} names two cells; rename a value")
    return {names.get(name, (name, "")): Fraction(str(share)) for name, share in shares.items()}


def targets(sizes: Sizes, shares: Mapping[Pair, Fraction], minimum: int) -> dict[Pair, int]:
    """Documents of each cell that stay: the most for which the cells of ``minimum`` documents have the shares.

    With N the smallest size / share over those cells, a cell keeps floor(N share), so that the scarcest keeps all of
    its documents. Empty where fewer than two cells are large enough.
    """
    large = [cell for cell in shares if sizes.get(cell, 0) >= minimum]
    if len(large) < 2:
        return {}
    total = min(sizes[cell] / shares[cell] for cell in large)
    return {cell: floor(total * shares[cell]) for cell in large}


def margins(sizes: Sizes, place: int) -> Counter[str]:
    """Documents of each group (place 0) or label (place 1), in the order in which they appear."""
    found: Counter[str] = Counter()
    for cell, size in sizes.items():
        found[cell[place]] += size
    return found


def cell_name(cell: Sequence[str]) -> str:
    """How a cell is written in a config: its values that are not empty, with `` & `` between."""
    return " & ".join(value for value in cell if value)
