"""How far apart the accuracies of groups lie, beside what chance makes of groups of these sizes."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import NotMeasured, generator
from ...curate import redact
from ..statistics import Estimate, difference, mean_interval, newcombe
from .distances import Ints
from .two_tables import Group, TwoTables, groups_of

DRAWS = 1_000
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class GroupGap:
    """Largest minus smallest accuracy over the groups of a column.

    ``cells``: value, right answers and test rows of each group, after synthetic rows; ``others`` the right answers
    after real ones. ``chance`` is the 95 % quantile of the gap when right answers are dealt to the rows at random,
    ``added`` how much more the worst group lost than the best one when synthetic rows took the place of real ones.
    """

    column: str
    cells: tuple[tuple[str, int, int], ...]
    others: tuple[int, ...]
    synthetic: float
    real: float
    chance: float
    bounds: tuple[float, float]
    added: Estimate

    @property
    def rows(self) -> int:
        """Test rows in all groups."""
        return sum(rows for _, _, rows in self.cells)

    @property
    def worst(self) -> int:
        """The place of the group with the lowest accuracy."""
        return int(np.argmin([hits / rows for _, hits, rows in self.cells]))


def group_gaps(
    tables: TwoTables, name: str, minimum: int, rows: Ints, synthetic: Floats, real: Floats, metric: str, seed: int
) -> Iterator[GroupGap | NotMeasured]:
    """The gap of one column over test ``rows`` (of the corpus), and a reason for each group that is too small."""
    tested = np.isin(tables.rows, rows)  # in the same order: rows are a part of the reference
    members: list[tuple[str, Ints]] = []
    for group in groups_of(tables, name, minimum, metric, both=False):
        if isinstance(group, Group):
            inside = np.flatnonzero(group.real[tested])
            if len(inside) >= minimum:
                members.append((group.value, inside))
            else:
                yield NotMeasured(metric, f"{len(inside)} test rows have a label, {minimum} are needed", group.slice)
        else:
            yield group
    if len(members) < 2:
        if members:
            yield NotMeasured(metric, "one group alone has enough test rows: no gap", {"group": redact(name)})
        return
    yield _gap(name, members, synthetic, real, seed)


def _gap(name: str, members: list[tuple[str, Ints]], synthetic: Floats, real: Floats, seed: int) -> GroupGap:
    sizes = [len(inside) for _, inside in members]
    hits, others = ([int(right[inside].sum()) for _, inside in members] for right in (synthetic, real))
    rates, reference = (np.array(each) / sizes for each in (hits, others))
    best, worst = int(rates.argmax()), int(rates.argmin())
    found = newcombe(hits[best], sizes[best], hits[worst], sizes[worst])
    assert found.low is not None and found.high is not None
    lost_worst, lost_best = (
        mean_interval(real[inside] - synthetic[inside]) for inside in (members[worst][1], members[best][1])
    )
    added = difference(lost_worst, lost_best)
    pool = np.concatenate([synthetic[inside] for _, inside in members])
    cells = tuple((value, right, size) for (value, _), right, size in zip(members, hits, sizes, strict=True))
    chance = _chance(int(pool.sum()), sizes, seed, name)
    return GroupGap(name, cells, tuple(others), float(np.ptp(rates)), float(np.ptp(reference)), chance,
                    (min(found.low, found.value), max(found.high, found.value)), added)  # fmt: skip


def _chance(hits: int, sizes: list[int], seed: int, name: str) -> float:
    """Right answers dealt to groups without regard to them: multivariate hypergeometric, as a permutation is."""
    if not 0 < hits < sum(sizes):
        return 0.0
    drawn = generator(seed, "group gap", name).multivariate_hypergeometric(sizes, hits, DRAWS, method="marginals")
    return float(np.quantile(np.ptp(drawn / np.array(sizes), axis=1), 0.95))
