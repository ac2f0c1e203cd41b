"""How much more often a step takes out the documents of one group than those of others: pure functions on counts.

| quantity | definition | source |
|---|---|---|
| rate | share of a group's documents that reach a step and that it takes out; Wilson's interval | Wilson 1927 |
| difference | rate of the group minus rate of the rest; hybrid score interval (method 10) | Newcombe 1998 |
| ratio | rate of the group over rate of the rest; interval on the logarithm | Katz et al. 1978 |
| effect | Cohen's h = 2 (asin sqrt(rate) - asin sqrt(rate of the rest)): 0.2 small, 0.8 large | Cohen 1988 |
| kept ratio | share kept of the group over share kept of the rest; below 4/5 is adverse impact | 29 CFR 1607.4(D) |
| p | Fisher's exact test, two-sided | Fisher 1935 |
| q | Benjamini-Hochberg over all tested cells | Benjamini & Hochberg 1995, JRSS B 57, 289-300 |
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from scipy.stats import false_discovery_control, fisher_exact

from ...core import UsageError, wilson
from .rates import Z


@dataclass(frozen=True, slots=True)
class Place:
    """A cell: the documents of one group of one dimension at one step. Step 0 stands for all steps together."""

    step: int
    dimension: str
    population: str
    group: str


@dataclass(frozen=True, slots=True)
class Impact:
    """Removal of a group at a step beside that of the rest of its population. ``q`` is None where it is not tested."""

    place: Place
    removed: int
    documents: int
    rest_removed: int
    rest_documents: int
    rate: tuple[float, float, float]
    rest_rate: float
    difference: tuple[float, float, float]
    ratio: tuple[float, float, float]
    effect: float
    kept_ratio: float
    p: float | None = None
    q: float | None = None


def impact(place: Place, removed: int, documents: int, rest_removed: int, rest_documents: int) -> Impact:
    """The estimates of one cell with their 95 % intervals, not yet tested.

    Both groups need a document, and one of them a removed one. Where exactly one count is 0 (of the removed, or of the
    kept for ``kept_ratio``), 0.5 is added to both counts of a ratio (Walter 1975), so that it stays finite.

    >>> found = impact(Place(1, "language", "", "de"), 30, 100, 20, 200)
    >>> [round(value, 3) for value in (found.rate[0], found.rest_rate, found.difference[0], found.ratio[0])]
    [0.3, 0.1, 0.2, 3.0]
    """
    if not (documents and rest_documents and removed + rest_removed):
        raise UsageError("an impact needs documents on both sides and a removed one")
    rate, rest = removed / documents, rest_removed / rest_documents
    low, high = wilson(removed, documents)
    rest_low, rest_high = wilson(rest_removed, rest_documents)
    difference = rate - rest
    below, above = math.hypot(rate - low, rest_high - rest), math.hypot(high - rate, rest - rest_low)
    kept, rest_kept = documents - removed, rest_documents - rest_removed
    return Impact(
        place, removed, documents, rest_removed, rest_documents, (rate, low, high), rest,
        (difference, max(-1.0, difference - below), min(1.0, difference + above)),
        _ratio(removed, documents, rest_removed, rest_documents),
        2 * math.asin(math.sqrt(rate)) - 2 * math.asin(math.sqrt(rest)),
        _ratio(kept, documents, rest_kept, rest_documents)[0] if kept + rest_kept else 1.0,
    )  # fmt: skip


def with_tests(impacts: Sequence[Impact]) -> list[Impact]:
    """The cells with p by Fisher's exact test and q by Benjamini-Hochberg over all of them."""
    if not impacts:
        return []
    p = [_fisher(found) for found in impacts]
    q = false_discovery_control(p, method="bh").tolist()
    return [replace(found, p=p_value, q=q_value) for found, p_value, q_value in zip(impacts, p, q, strict=True)]


def largest(impacts: Iterable[Impact]) -> list[Impact]:
    """By effect, the group that loses most before the rest first; ties by name."""
    return sorted(
        impacts, key=lambda found: (-found.effect, found.place.step, found.place.dimension, found.place.group)
    )


def _fisher(found: Impact) -> float:
    table = [
        [found.removed, found.documents - found.removed],
        [found.rest_removed, found.rest_documents - found.rest_removed],
    ]
    return min(1.0, float(fisher_exact(table).pvalue))


def _ratio(count: int, total: int, rest_count: int, rest_total: int) -> tuple[float, float, float]:
    added = 0.5 if count == 0 or rest_count == 0 else 0.0
    one, other, size, rest_size = count + added, rest_count + added, total + added, rest_total + added
    value = (one / size) / (other / rest_size)
    half = Z * math.sqrt(max(0.0, 1 / one - 1 / size + 1 / other - 1 / rest_size))
    return value, value / math.exp(half), value * math.exp(half)
