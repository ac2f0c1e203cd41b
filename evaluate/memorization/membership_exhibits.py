"""Curves and tables of a membership test."""

import math
from collections.abc import Sequence

import numpy as np

from ...core import Cell, Chart, IncompleteError, Series, Table
from ..statistics import auc
from .extractable import level
from .membership_results import Attack
from .membership_texts import Candidates
from .operating_points import at_fpr, roc

POINTS = 60


def overview(attacks: Sequence[Attack], rates: Sequence[float]) -> Table:
    """All attacks and the baseline, the best first."""
    ranked = sorted(attacks, key=lambda attack: -attack.area.value)
    at_rates = (f"TPR at {rate:.1%} FPR" for rate in rates)
    columns = ("attack", "area", "low", "high", "beyond blind", "p (Holm)", *at_rates)
    rows = tuple(_row(attack, rates) for attack in ranked)
    m, n = len(ranked[0].members), len(ranked[0].others)
    note = (
        f"{m:,} members, {n:,} non-members; 0.5 is chance. The blind baseline sees no model; beyond it: above its "
        "area, or above 0.5 where that is more. An empty rate needs more non-members."
    )
    return Table("membership", "Membership attacks beside the blind baseline", columns, rows, note)


def _row(attack: Attack, rates: Sequence[float]) -> tuple[Cell, ...]:
    gap = attack.gap.value if attack.gap else None
    return (
        attack.name, attack.area.value, attack.area.low, attack.area.high, gap, told_p(attack.p),
        *(_tpr(attack, rate) for rate in rates),
    )  # fmt: skip


def told_p(p: float | None) -> Cell:
    """A p-value; below 1e-9 a normal law says no more than that it is small."""
    return "below 1e-9" if p is not None and p < 1e-9 else p


def _tpr(attack: Attack, rate: float) -> float | None:
    try:
        return at_fpr(attack.members, attack.others, rate).tpr
    except IncompleteError:
        return None


def roc_chart(attacks: Sequence[Attack]) -> Chart:
    """ROC curves on logarithmic axes, after Carlini et al. 2022, beside the diagonal of chance."""
    smallest = math.log10(1 / max(len(attacks[0].others), 2))
    grid = np.linspace(smallest, 0.0, POINTS)
    chance = Series("chance", tuple(grid.tolist()), tuple(grid.tolist()))
    note = (
        "Both axes are powers of ten: -2 is 1 %. The left is where members are named with few false alarms. "
        f"It begins at one false positive among {len(attacks[0].others):,} non-members."
    )
    title = "Members recognised against false alarms"
    series = (*(_curve(attack, grid) for attack in attacks), chance)
    x, y = "false-positive rate (log10)", "true-positive rate (log10)"
    return Chart("membership-roc", title, "line", x, y, series, note)


def _curve(attack: Attack, grid: np.ndarray) -> Series:
    fpr, tpr = roc(attack.members, attack.others)
    reached = tpr[np.searchsorted(fpr, 10**grid + 1e-12, "right") - 1]
    shown = reached > 0
    return Series(attack.name, tuple(grid[shown].tolist()), tuple(np.log10(reached[shown]).tolist()))


def levels_table(found: Candidates, attacks: Sequence[Attack]) -> tuple[Table, ...]:
    """Areas of every attack by the number of times that training saw a member, and by its exact copies."""
    member_rows = np.flatnonzero(found.member)
    tables = []
    for name, counts in (("times seen", found.seen), ("copies", found.copies)):
        labels = np.array([level(counts[row]) for row in member_rows])
        order = sorted(set(labels.tolist()), key=lambda text: int(text.split("-")[0]))
        if len(order) > 1:
            rows = tuple(
                (label, int((labels == label).sum()),
                 *(auc(attack.members[labels == label], attack.others).value for attack in attacks))
                for label in order
            )  # fmt: skip
            columns = (name, "members", *(attack.name for attack in attacks))
            title = f"Area under the curve by {name} in training"
            note = "Members of each level against all non-members. A level of few members has a wide interval."
            tables.append(Table(f"membership-by-{name.replace(' ', '-')}", title, columns, rows, note))
    return tuple(tables)
