"""How far the values of a column have moved between two tables: pure functions on counts.

| quantity | definition | source |
|---|---|---|
| PSI | sum of (q - p) ln(q / p) over classes, half a row added to each | Siddiqi 2006, Credit Risk Scorecards |
| Jensen-Shannon | divergence of p and q from their mean, in bits, in [0, 1] | Lin 1991, IEEE Trans. IT 37 |
| total variation | half the sum of absolute differences of the shares | Levin & Peres 2017, ch. 4 |
| KS | largest difference of the cumulative shares, for numbers and dates | Kolmogorov 1933; Smirnov 1948 |
| interval | basic bootstrap: both tables drawn anew from their own shares, 400 times | Davison & Hinkley 1997, 5.2 |
| chance | 95 % quantile of the same distance when both tables are drawn from their common shares | the same, ch. 4 |
| p | chi-squared test of the classes; two-sample KS test for numbers | Pearson 1900; Hodges 1958 |

Numbers and dates have ten classes of equal size in the reference, a class of their own for missing values, and KS is
taken over all values. Of other columns the fifty commonest values of both are classes, the rest is one.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import generator
from .column_types import Typed

BINS, CATEGORIES, DRAWS, GRID = 10, 50, 400, 200
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Moved:
    """One column in both tables. ``distance`` is KS for numbers (``rule`` says so), else total variation."""

    name: str
    rule: str
    distance: float
    low: float
    high: float
    chance: float
    p: float
    psi: float
    divergence: float
    new: tuple[str, ...]
    gone: tuple[str, ...]
    new_rows: int
    rows: int


def moved(reference: Typed, current: Typed, seed: int) -> Moved:
    """What became of a column. Both tables need a row."""
    is_number = all(one.has_numbers for one in (reference, current)) or reference.kind == current.kind == "date"
    if is_number:
        p, q, fine = _number_counts(reference, current)
        new: tuple[str, ...] = ()
        gone: tuple[str, ...] = ()
        new_rows = 0
    else:
        p, q, new, gone, new_rows = _value_counts(reference, current)
        fine = np.stack([p, q])
    measure = largest_gap if is_number else total_variation
    value = float(measure(fine[0] / fine[0].sum(), fine[1] / fine[1].sum()))
    low, high, chance = _spread(fine, value, is_number, seed)
    test = _ks_p(reference, current) if is_number else chi_squared_p(p, q)
    rule = "Kolmogorov-Smirnov" if is_number else "total variation"
    return Moved(
        current.name, rule, value, low, high, chance, test, stability_index(p, q), jensen_shannon(p, q), new, gone,
        new_rows, int(q.sum()),
    )  # fmt: skip


def _number_counts(one: Typed, other: Typed) -> tuple[Ints, Ints, Ints]:
    """Counts of the ten classes with missing values last, and of a fine grid of values for the distance."""
    values, others = one.per_row(), other.per_row()
    known, kept = values[np.isfinite(values)], others[np.isfinite(others)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1])) if len(known) else np.zeros(0)
    counts = [
        np.append(np.bincount(np.searchsorted(edges, part, side="left"), minlength=len(edges) + 1), total - len(part))
        for part, total in ((known, len(values)), (kept, len(others)))
    ]
    both = np.unique(np.concatenate([known, kept]))
    if len(both) > GRID:
        both = np.unique(np.quantile(np.concatenate([known, kept]), np.linspace(0, 1, GRID)))
    grid = [
        np.bincount(np.searchsorted(both, part, side="left"), minlength=max(1, len(both))) for part in (known, kept)
    ]
    if not len(known) or not len(kept):
        grid = counts  # one side has no number at all: what moved is whether there is one
    return counts[0], counts[1], np.stack(grid)


def _value_counts(one: Typed, other: Typed) -> tuple[Ints, Ints, tuple[str, ...], tuple[str, ...], int]:
    first, second = _by_value(one), _by_value(other)
    names = sorted(set(first) | set(second))
    p = np.array([first.get(name, 0) for name in names], np.int64)
    q = np.array([second.get(name, 0) for name in names], np.int64)
    new = [name for name in names if name and name not in first]
    gone = [name for name in names if name and name not in second]
    new_rows = sum(second[name] for name in new)
    if len(names) > CATEGORIES:
        order = np.argsort(-(p + q), kind="stable")
        p, q = (np.append(c[order[:CATEGORIES]], c[order[CATEGORIES:]].sum()) for c in (p, q))
    new.sort(key=lambda name: (-second[name], name))
    gone.sort(key=lambda name: (-first[name], name))
    return p, q, tuple(new), tuple(gone), new_rows


def _by_value(one: Typed) -> dict[str, int]:
    """Rows of each value; missing ones under the empty text, for no value is empty."""
    counts = {one.column.values[code]: int(one.counts[code]) for code in np.flatnonzero(~one.marked)}
    missing = len(one.column.codes) - one.rows
    return {**counts, **({"": missing} if missing else {})}


def total_variation(p: Floats, q: Floats) -> Floats:
    """Half the sum of absolute differences of shares (..., classes), in [0, 1]."""
    return np.asarray(np.abs(p - q).sum(-1) / 2)


def largest_gap(p: Floats, q: Floats) -> Floats:
    """Largest difference of cumulative shares (..., classes), in [0, 1]."""
    return np.asarray(np.abs(np.cumsum(p, -1) - np.cumsum(q, -1)).max(-1))


def stability_index(p: Ints, q: Ints) -> float:
    """PSI of two counts (classes,), half a row added to each class."""
    used = p + q > 0
    a, b = p[used] + 0.5, q[used] + 0.5
    a, b = a / a.sum(), b / b.sum()
    return float(((b - a) * np.log(b / a)).sum())


def jensen_shannon(p: Ints, q: Ints) -> float:
    """Jensen-Shannon divergence of two counts (classes,) in bits."""
    a, b = p / p.sum(), q / q.sum()
    mean = (a + b) / 2
    parts = (float((one[one > 0] * np.log2(one[one > 0] / mean[one > 0])).sum()) for one in (a, b))
    return min(1.0, max(0.0, sum(parts) / 2))


def chi_squared_p(p: Ints, q: Ints) -> float:
    """p of the chi-squared test that both counts come from the same shares; 1 where there is one class."""
    from scipy.stats import chi2

    used = p + q > 0
    a, b = p[used].astype(np.float64), q[used].astype(np.float64)
    if len(a) < 2:
        return 1.0
    whole = a.sum() + b.sum()
    expected = (a + b) / whole
    statistic = sum(((one - expected * one.sum()) ** 2 / (expected * one.sum())).sum() for one in (a, b))
    return float(chi2.sf(statistic, len(a) - 1))


def _ks_p(one: Typed, other: Typed) -> float:
    from scipy.stats import ks_2samp

    values, others = one.per_row(), other.per_row()
    values, others = values[np.isfinite(values)], others[np.isfinite(others)]
    if not len(values) or not len(others):
        return 1.0 if len(values) == len(others) else 0.0
    return float(ks_2samp(values, others, method="asymp").pvalue)


def _spread(counts: Ints, value: float, is_number: bool, seed: int) -> tuple[float, float, float]:
    """Low and high of the distance, and the distance that chance alone makes."""
    measure = largest_gap if is_number else total_variation
    rng = generator(seed, "drift")
    sizes = counts.sum(1)
    drawn = [rng.multinomial(size, row / size, DRAWS) / size for size, row in zip(sizes, counts, strict=True)]
    common = counts.sum(0) / sizes.sum()
    null = [rng.multinomial(size, common, DRAWS) / size for size in sizes]
    lower, upper = np.quantile(measure(*drawn), [0.025, 0.975]).tolist()
    low, high = max(0.0, 2 * value - upper), min(1.0, 2 * value - lower)
    return min(low, value), max(high, value), float(np.quantile(measure(*null), 0.95))
