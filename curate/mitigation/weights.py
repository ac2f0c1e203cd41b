"""The weights under which a label is independent of the group, and the rates that they give, in exact fractions."""

from collections.abc import Mapping
from fractions import Fraction

from .group_cells import Pair
from .targets import margins


def weights(sizes: Mapping[Pair, int]) -> dict[Pair, Fraction]:
    """w(g, y) = P(g) P(y) / P(g, y) for each cell (group, label) that has documents.

    Source: Kamiran & Calders 2012, reweighing.

    >>> weights({("f", "yes"): 1, ("f", "no"): 3, ("m", "yes"): 3, ("m", "no"): 1})["f", "yes"]
    Fraction(2, 1)
    """
    groups, labels, total = margins(sizes, 0), margins(sizes, 1), sum(sizes.values())
    return {
        (group, label): Fraction(groups[group] * labels[label], total * size)
        for (group, label), size in sizes.items()
        if size
    }


def weighted_rates(sizes: Mapping[Pair, int]) -> dict[Pair, Fraction]:
    """The weighted share of each label in its group.

    P(label) in every group, exactly, where the group has each label; a label that it lacks no weight can give it.
    """
    found = {pair: weight * sizes[pair] for pair, weight in weights(sizes).items()}
    sums: dict[str, Fraction] = {}
    for (group, _), amount in found.items():
        sums[group] = sums.get(group, Fraction(0)) + amount
    return {(group, label): amount / sums[group] for (group, label), amount in found.items()}


def effective_number(sizes: Mapping[Pair, int]) -> float:
    """Documents of equal weight that would tell as much: (sum w)^2 / sum w^2 (Kish 1965)."""
    found = weights(sizes)
    first = sum((sizes[pair] * weight for pair, weight in found.items()), Fraction(0))
    second = sum((sizes[pair] * weight**2 for pair, weight in found.items()), Fraction(0))
    return float(first**2 / second) if second else 0.0
