"""Classes of rows that are alike in quasi-identifiers, and what an attacker learns from a class: pure functions.

| quantity | definition | source |
|---|---|---|
| k | rows of the smallest class | Sweeney 2002, IJUFKS 10, 557-570 |
| distinct l | fewest different sensitive values of a class | Machanavajjhala et al. 2007, TKDD 1, 3 |
| entropy l | exp of the smallest entropy of the sensitive values of a class | the same, entropy l-diversity |
| t | largest distance of a class's sensitive values from those of the table | Li, Li & Venkatasubramanian 2007, ICDE |

The distance is the earth mover's: with equal distances between categories (half the sum of differences), with ordered
ones between numbers (the mean of the differences of the cumulative shares).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from .column_types import Typed
from .row_hashes import Equals, Hashes, row_hashes

NUMBER_CLASSES, MOST_CELLS = 50, 20_000_000
LARGEST = 3
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Diversity:
    """l-diversity and t-closeness of one sensitive column; ``worst`` is a row of the class farthest from the table.

    ``homogeneous`` (rows,) marks rows of a class of two rows or more that all have one sensitive value.
    """

    distinct: int
    entropy: float
    distance: float
    worst: int
    homogeneous: NDArray[np.bool_]
    rows: int


def diversity(classes: Equals, sensitive: Typed) -> Diversity | None:
    """Diversity over the rows that have a sensitive value; None where classes and values are too many for a table."""
    codes, ordered = sensitive_codes(sensitive)
    rows = np.flatnonzero(codes >= 0)
    if not len(rows):
        return None
    group = np.unique(classes.group[rows], return_inverse=True)[1]
    groups, values = int(group.max()) + 1, int(codes.max()) + 1
    if groups * values > MOST_CELLS:
        return None
    counts = np.bincount(group * values + codes[rows], minlength=groups * values).reshape(groups, values)
    sizes = counts.sum(1)
    shares = counts / sizes[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        entropy = -np.where(counts > 0, shares * np.log(shares), 0.0).sum(1)
    gaps = shares - counts.sum(0) / len(rows)
    if ordered and values > 1:
        distance = np.abs(np.cumsum(gaps, 1)[:, :-1]).sum(1) / (values - 1)
    else:
        distance = np.abs(gaps).sum(1) / 2
    alone = np.zeros(len(codes), bool)
    alone[rows] = ((counts > 0).sum(1) == 1)[group] & (sizes > 1)[group]
    worst = int(rows[np.flatnonzero(group == int(distance.argmax()))[0]])
    low = float(np.exp(entropy.min()))
    return Diversity(int((counts > 0).sum(1).min()), low, float(distance.max()), worst, alone, len(rows))


def sensitive_codes(one: Typed) -> tuple[Ints, bool]:
    """Codes (rows,), -1 where there is no value, and whether they have an order: of numbers at most 50 classes."""
    if one.is_numeric:
        values = one.per_row()
        known = np.isfinite(values)
        found = np.unique(values[known])
        if len(found) > NUMBER_CLASSES:
            found = np.unique(np.quantile(values[known], np.linspace(0, 1, NUMBER_CLASSES + 1)[1:-1]))
        return np.where(known, np.searchsorted(found, values, side="left"), -1).astype(np.int64), True
    return np.where(one.present, one.column.codes, -1).astype(np.int64), False


def coarsened(one: Typed, share: float = 0.05) -> Ints:
    """The column with less detail, as codes (rows,): numbers and dates in five classes, rare categories as one.

    A category is rare below ``share`` of the rows.
    """
    if one.is_numeric or one.kind == "date":
        values = one.per_row()
        known = np.isfinite(values)
        edges = np.unique(np.quantile(values[known], [0.2, 0.4, 0.6, 0.8])) if known.any() else np.zeros(0)
        return np.where(known, np.searchsorted(edges, values, side="left"), -1).astype(np.int64)
    rare = np.append(one.counts < share * len(one.column.codes), False)
    return np.where(rare[one.column.codes], len(one.counts), one.column.codes).astype(np.int64)


def singled_out(hashes: Hashes) -> NDArray[np.bool_]:
    """Whether each row (rows,) has a hash that no other has."""
    order = np.argsort(hashes, kind="stable")
    ordered = hashes[order]
    differs = np.concatenate([[True], ordered[1:] != ordered[:-1], [True]])
    mask = np.zeros(len(hashes), bool)
    mask[order] = differs[:-1] & differs[1:]
    return mask


@dataclass(frozen=True)
class Combination:
    """A few columns and the rows that they alone single out; ``minimal`` are those that fewer of them do not."""

    columns: tuple[str, ...]
    rows: int
    minimal: int


def unique_combinations(names: Sequence[str], cells: Sequence[Hashes]) -> tuple[list[Combination], Ints, Ints]:
    """Every choice of one to three columns, and for each row the fewest columns that single it out and how many do.

    A row that none singles out has 4 columns and 0 choices (Elliot et al. 2002: minimal sample uniques).
    """
    total = len(cells[0])
    fewest, choices = np.full(total, LARGEST + 1, np.int64), np.zeros(total, np.int64)
    masks: dict[tuple[int, ...], NDArray[np.bool_]] = {}
    found = []
    for size in range(1, min(LARGEST, len(cells)) + 1):
        for chosen in combinations(range(len(cells)), size):
            mask = singled_out(row_hashes([cells[place] for place in chosen], total))
            smaller = [masks[part] for part in combinations(chosen, size - 1)] if size > 1 else []
            new = mask & ~np.logical_or.reduce(smaller) if smaller else mask
            masks[chosen] = mask  # a superset of a choice that singles a row out does so too
            fewest[new] = np.minimum(fewest[new], size)
            choices += new
            found.append(Combination(tuple(names[place] for place in chosen), int(mask.sum()), int(new.sum())))
    return found, fewest, choices
