"""Slices of labelled texts, and where a detector is worse than on all other texts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy import stats

from ...core import InputError
from ...curate import IdentityTerms, language
from ..answer_file import Row, empty
from ..statistics import Estimate, Floats, area_gap, benjamini_hochberg, clustered_auc

MOST_VALUES = 50
Slices = Sequence[tuple[str, str, np.ndarray]]
"""Kind, value, and which rows."""


@dataclass(frozen=True, slots=True)
class SliceAuc:
    """AUC of a slice and ``gap`` to that of all other rows; None where a side is below the minimum. ``q`` over
    slices."""

    kind: str
    value: str
    positives: int
    negatives: int
    minimum: int
    area: Estimate | None = None
    gap: float | None = None
    p: float = 1.0
    q: float = 1.0

    @property
    def fails(self) -> bool:
        """Whether the detector is worse here than elsewhere, by Benjamini and Hochberg at 5 %."""
        return self.gap is not None and self.gap < 0 and self.q < 0.05


def slices_of(
    rows: Sequence[Row], texts: Sequence[str], clusters: Sequence[str], columns: Sequence[str], languages: bool
) -> Slices:
    """Thirds by length, languages, groups of people that are named, and the values of columns."""
    found = [*_lengths(texts)]
    if languages:
        reader: Any = language()
        codes: Any = np.array([code for code, _ in reader.identify(list(texts))], dtype=object)
        found += [("language", str(code), codes == code) for code in sorted(set(codes.tolist()))]
    counts = IdentityTerms().count(texts)
    for column, (category, group) in enumerate(counts.groups):
        found.append(("group", f"{category}: {group}", counts.mentions[:, column] > 0))
    for name in columns:
        values: Any = np.array(["" if empty(row.values.get(name)) else str(row.values[name]) for row in rows], object)
        distinct = sorted(set(values.tolist()))
        if len(distinct) > MOST_VALUES:
            raise InputError(
                f"detector-validity: {name!r} has {len(distinct):,} different values; {MOST_VALUES} at most"
            )
        found += [(name, value or "(empty)", values == value) for value in distinct]
    return [one for one in found if one[2].any() and not one[2].all()]


def _lengths(texts: Sequence[str]) -> Slices:
    sizes = np.array([len(text) for text in texts])
    low, high = np.quantile(sizes, [1 / 3, 2 / 3])
    masks = (("short", sizes <= low), ("middle", (sizes > low) & (sizes <= high)), ("long", sizes > high))
    return [("length", f"{name} ({sizes[mask].min():,} to {sizes[mask].max():,} characters)", mask)
            for name, mask in masks if mask.any()]  # fmt: skip


def slice_aucs(
    values: Floats, positive: np.ndarray, clusters: Sequence[str], parts: Slices, minimum: int
) -> list[SliceAuc]:
    """AUC in each slice, against that of all rows outside; q-values over all slices that could be tested.

    Groups of people that nobody names are left out; those that too few rows name stay, without an area.
    """
    names = np.array(clusters, object)
    found = [_one(values, positive, names, part, minimum) for part in parts]
    tested = [i for i, one in enumerate(found) if one.gap is not None]
    adjusted = benjamini_hochberg([found[i].p for i in tested])
    for i, q in zip(tested, adjusted.tolist(), strict=True):
        found[i] = replace(found[i], q=q)
    return found


def _one(
    values: Floats, positive: np.ndarray, names: np.ndarray, part: tuple[str, str, np.ndarray], minimum: int
) -> SliceAuc:
    kind, value, mask = part
    base = SliceAuc(kind, value, int((mask & positive).sum()), int((mask & ~positive).sum()), minimum)
    if min(base.positives, base.negatives) < minimum:
        return base
    own = _auc(values, positive, names, mask)
    rest = [int((~mask & side).sum()) for side in (positive, ~positive)]
    if min(rest) < minimum:
        return replace(base, area=own)
    other = _auc(values, positive, names, ~mask)
    gap, error = area_gap(own, other)
    p = float(2 * stats.norm.sf(abs(gap) / error)) if error else 1.0
    return replace(base, area=own, gap=gap, p=p)


def _auc(values: Floats, positive: np.ndarray, names: np.ndarray, mask: np.ndarray) -> Estimate:
    a, b = mask & positive, mask & ~positive
    return clustered_auc(values[a], values[b], names[a].tolist(), names[b].tolist())
