"""The difference of two sides over the same items: pure functions of the items' values.

A value is a ratio of sums. Item i moves it by n (x_i - R y_i) / sum(y) (its influence), so that R plus the influences
is a table whose mean over items is R: seeds in rows, items in columns. With one run a side and equal denominators (the
same documents, the same tokens) the difference is itself a ratio, and Fieller's interval holds. A value that is one
ratio minus another (denominators below 0) is treated so in each of its two parts.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy import stats

from .items import ItemValues, parts_of, ratio_of
from .statistics import (
    Estimate,
    Floats,
    are_events,
    difference,
    fisher_p,
    newcombe,
    paired_test,
    ratio_interval,
    t_interval,
    t_p,
)
from .statistics.ratios import fieller_interval
from .statistics.seeds import crossed_variance, mixed_p, mixed_quantile


@dataclass(frozen=True, slots=True)
class Paired:
    """Values of both sides on the items compared, their difference (of ``exp`` items that of logarithms), p, test.

    ``least`` is the smallest p that the test can give on so many items: above 0.05 it cannot decide anything.
    """

    a: float
    b: float
    difference: Estimate
    p: float
    test: str
    items: int
    least: float = 0.0


def compare_items(a: Sequence[ItemValues], b: Sequence[ItemValues], shared: Sequence[str], seed: int = 0) -> Paired:
    """Compare the runs of two sides on the items ``shared`` by all of them, two or more."""
    chosen = [[_chosen(one, shared) for one in side] for side in (a, b)]
    ratios = [[ratio_of(x, y) for x, y in side] for side in chosen]
    shown = [_shown(side, a[0].transform) for side in ratios]
    if _equal([pair for side in chosen for pair in side]):
        value = Estimate(0.0, len(shared), 0.0, 0.0, 0.0)
        return Paired(shown[0], shown[1], value, 1.0, "none: every item is equal", len(shared), 1.0)
    if len(a) == len(b) == 1:
        found, p, test = _one_run(chosen[0][0], chosen[1][0], seed)
        least = _least(chosen[0][0][0], chosen[1][0][0], test)
    else:
        found, p, test = _several([_table(side) for side in chosen])
        least = 0.0
    return Paired(shown[0], shown[1], found, p, test, len(shared), least)


def compare_other_items(a: ItemValues, b: ItemValues) -> Paired:
    """Compare two runs that have no item in common, as independent samples."""
    n = len(a.ids), len(b.ids)
    if all(are_events(one.numerators) and (one.denominators == 1).all() for one in (a, b)):
        hits = int(a.numerators.sum()), int(b.numerators.sum())
        found, p = newcombe(hits[0], n[0], hits[1], n[1]), fisher_p(hits[0], n[0], hits[1], n[1])
        test = "Fisher, other items"
    else:
        sides = [_alone(one) for one in (a, b)]
        found, test = difference(sides[0], sides[1]), "Welch, other items"
        p = _welch_p(found)
    values = [ratio_of(one.numerators, one.denominators) for one in (a, b)]
    return Paired(_shown([values[0]], a.transform), _shown([values[1]], b.transform), found, p, test, min(n))


def enough(a: ItemValues, shared: Sequence[str]) -> bool:
    """Whether two items or more are shared, in each part of a difference."""
    place = {name: index for index, name in enumerate(a.ids)}
    chosen = a.denominators[[place[name] for name in shared]]
    return all(int((chosen[part]).size) >= 2 for part in parts_of(chosen)) and len(parts_of(chosen)) == len(
        parts_of(a.denominators)
    )


def _alone(one: ItemValues) -> Estimate:
    x, y = one.numerators, one.denominators
    found = [ratio_interval(x[part], np.abs(y[part])) for part in parts_of(y)]
    return found[0] if len(found) == 1 else difference(found[0], found[1])


def _equal(pairs: Sequence[tuple[Floats, Floats]]) -> bool:
    (x, y), *rest = pairs
    return all(np.array_equal(x, u) and np.array_equal(y, v) for u, v in rest)


def _least(x: Floats, u: Floats, test: str) -> float:
    """All items that differ, to one side: the most extreme outcome of a test of signs."""
    signs = test.startswith(("McNemar", "paired permutation"))
    return 2.0 ** (1 - int((x != u).sum())) if signs else 0.0


def _welch_p(found: Estimate) -> float:
    """p by the t quantile that the interval was made with."""
    if found.low is None or found.high is None or not found.se:
        return 1.0 if found.value == 0 or not found.n > 1 else 0.0
    quantile = (found.high - found.low) / 2 / found.se
    freedom = 1e9 if quantile <= 1.96 else _freedom_of(quantile)
    return float(2 * stats.t.sf(abs(found.value) / found.se, freedom))


def _freedom_of(quantile: float) -> float:
    low, high = 1e-3, 1e9
    for _ in range(200):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if stats.t.ppf(0.975, middle) > quantile else (low, middle)
    return high


def _chosen(one: ItemValues, shared: Sequence[str]) -> tuple[Floats, Floats]:
    place = {name: index for index, name in enumerate(one.ids)}
    rows = [place[name] for name in shared]
    return one.numerators[rows], one.denominators[rows]


def _shown(ratios: Sequence[float], transform: str) -> float:
    mean = float(np.mean(ratios))
    return math.exp(mean) if transform == "exp" else mean


def _one_run(a: tuple[Floats, Floats], b: tuple[Floats, Floats], seed: int) -> tuple[Estimate, float, str]:
    (x, y), (u, v) = a, b
    if (y == 1).all() and (v == 1).all():
        found = paired_test(x, u, seed=seed)
        return found.difference, found.p, found.test
    if (y < 0).any():
        return _one_run_of_differences(a, b)
    if np.array_equal(y, v):
        found_ratio = fieller_interval(x - u, y)
        gaps = x - u
        flat = np.ptp(gaps) == 0
        p = (1.0 if gaps[0] == 0 else 0.0) if flat else float(stats.ttest_1samp(gaps, 0.0).pvalue)
        return found_ratio, p, "paired ratio (Fieller)"
    estimate = _delta(x, y, u, v)
    return estimate, t_p(estimate), "paired ratio (delta)"


def _delta(x: Floats, y: Floats, u: Floats, v: Floats) -> Estimate:
    """The difference of two ratios over the same items; the items of both have denominators of one sign."""
    gap = _influence(x, y) - _influence(u, v)
    se = float(gap.std(ddof=1)) / math.sqrt(len(gap))
    return t_interval(ratio_of(x, y) - ratio_of(u, v), se, len(gap) - 1, len(gap))


def _one_run_of_differences(a: tuple[Floats, Floats], b: tuple[Floats, Floats]) -> tuple[Estimate, float, str]:
    """Both parts by themselves, paired within each, and independent of each other."""
    (x, y), (u, v) = a, b
    parts = [_delta(x[part], y[part], u[part], v[part]) for part in parts_of(y)]
    found = parts[0]
    for part in parts[1:]:  # its value counts from below already
        found = difference(found, replace(part, value=-part.value))
    return found, _welch_p(found), "paired difference of two parts (Welch)"


def _influence(x: Floats, y: Floats) -> Floats:
    result = np.full(len(x), ratio_of(x, y))
    for part in parts_of(y):
        total = y[part].sum()
        result[part] += len(x) * (x[part] - x[part].sum() / total * y[part]) / total
    return result


def _table(runs: Sequence[tuple[Floats, Floats]]) -> Floats:
    return np.stack([_influence(x, y) for x, y in runs])


def _several(tables: Sequence[Floats]) -> tuple[Estimate, float, str]:
    """Seeds and items both as sources of variance; a side of one run borrows the other's variance between seeds."""
    a, b = tables
    n = a.shape[1]
    parts = [crossed_variance(table) for table in tables]
    counts = [len(table) for table in tables]
    known = [(part[0] * k, part[2] * k, k) for part, k in zip(parts, counts, strict=True) if k > 1]
    lent = [sum(part[i] for part in known) / len(known) for i in (0, 1)]
    by_seed = [part[0] if k > 1 else lent[0] for part, k in zip(parts, counts, strict=True)]
    rest = [part[2] if k > 1 else lent[1] for part, k in zip(parts, counts, strict=True)]
    by_item = float((a.mean(0) - b.mean(0)).var(ddof=1)) / n
    seeds = sum(by_seed)
    variance = max(seeds + by_item - sum(rest), seeds, by_item)
    freedoms = [k - 1 if k > 1 else known[0][2] - 1 for k in counts]
    sources = [*zip(by_seed, map(float, freedoms), strict=True), (by_item, n - 1.0)]
    value = float(a.mean() - b.mean())
    if variance == 0:
        return Estimate(value, n, 0.0, value, value), 1.0 if value == 0 else 0.0, "seeds and items"
    se = math.sqrt(variance)
    half = mixed_quantile(sources) * se
    return Estimate(value, n, se, value - half, value + half), mixed_p(value / se, sources), "seeds and items (t)"
