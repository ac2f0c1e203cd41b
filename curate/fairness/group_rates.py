"""Rates by group, their gap, and the gap that chance alone would show: pure functions on counts.

| quantity | definition | source |
|---|---|---|
| rate | hits over rows of a group, as fairlearn's ``MetricFrame``; Wilson's interval | Wilson 1927 |
| gap, ratio | largest minus smallest rate of the groups; smallest over largest | fairlearn ``difference``, ``ratio`` |
| interval of the gap | hybrid score interval (method 10) of the two extreme groups | Newcombe 1998 |
| chance | 95 % quantile of the gap when hits are shuffled over all rows | Phipson & Smyth 2010 |
| effect | Cohen's h of a group against all other groups | Cohen 1988 |
| p of a group, q | Fisher's exact test against the rest; Benjamini-Hochberg | Fisher 1935; Benjamini & Hochberg 1995 |
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ...core import UsageError, generator, wilson
from ..audits.rates import Z
from ..audits.removal_impact import Impact, Place, impact

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class GroupRate:
    """A group's rate with its interval; ``against`` is None where the group cannot be compared with the rest."""

    group: str
    hits: int
    rows: int
    rate: float
    low: float
    high: float
    against: Impact | None = None


@dataclass(frozen=True)
class Gap:
    """Rates of all groups that are large enough, and the largest difference of two of them.

    ``ratio`` (value, low, high) is None where no group has a hit. ``chance`` is the 95 % quantile of the gap and ``p``
    the share of gaps at least as large when hits are shuffled. ``too_small`` holds the rows of each group left out.
    """

    rates: tuple[GroupRate, ...]
    value: float
    low: float
    high: float
    ratio: tuple[float, float, float] | None
    chance: float
    p: float
    most: GroupRate
    least: GroupRate
    too_small: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """Rows of all groups that are compared."""
        return sum(one.rows for one in self.rates)


def gap_of(
    hits: Bools, codes: Ints, names: Sequence[str], *, minimum: int = 30, permutations: int = 9_999, seed: int = 0,
    dimension: str = "",
) -> Gap | None:  # fmt: skip
    """The gap of the share of ``hits`` (rows,) between the groups ``codes`` (rows,) with their ``names``.

    None where fewer than two groups have ``minimum`` rows. Every code must be an index of ``names``.
    """
    if len(hits) != len(codes) or (len(codes) and not 0 <= codes.min() <= codes.max() < len(names)):
        raise UsageError(f"{len(hits)} hits do not fit {len(codes)} rows of {len(names)} groups")
    sizes = np.bincount(codes, minlength=len(names))
    large = sizes >= max(1, minimum)
    small = {name: int(size) for name, size, ok in zip(names, sizes, large, strict=True) if not ok and size}
    if large.sum() < 2:
        return None
    counts = np.bincount(codes, hits, len(names)).astype(np.int64)
    shown = np.flatnonzero(large).tolist()
    values, value = _metric_frame(counts[large], sizes[large], shown)
    total_rows, total_hits = int(sizes[large].sum()), int(counts[large].sum())
    rates = tuple(
        GroupRate(
            names[i], int(counts[i]), int(sizes[i]), values[i], *wilson(int(counts[i]), int(sizes[i])),
            _against(dimension, names[i], int(counts[i]), int(sizes[i]), total_hits, total_rows),
        )
        for i in shown
    )  # fmt: skip
    most, least = max(rates, key=lambda one: one.rate), min(rates, key=lambda one: one.rate)
    null = chance_gaps(sizes[large], total_hits, permutations, seed)
    p = (1 + int((null >= value - 1e-12).sum())) / (permutations + 1)
    chance = float(np.quantile(null, 0.95))
    ratio = _ratio(least, most) if total_hits else None
    return Gap(rates, value, *difference_interval(most, least), ratio, chance, p, most, least, small)


def chance_gaps(sizes: Ints, hits: int, permutations: int, seed: int) -> NDArray[np.float64]:
    """Gaps (permutations,) of groups of these sizes when ``hits`` fall on rows at random.

    Shuffling a column of hits deals a multivariate hypergeometric number of them to each group, which is drawn here.
    """
    rng = generator(seed, "chance-gap")
    drawn = rng.multivariate_hypergeometric(sizes, hits, permutations, method="marginals")
    return np.asarray(np.ptp(drawn / sizes, axis=1))


def difference_interval(one: GroupRate, other: GroupRate) -> tuple[float, float]:
    """Newcombe's hybrid score interval of the difference of two independent rates."""
    difference = one.rate - other.rate
    below = math.hypot(one.rate - one.low, other.high - other.rate)
    above = math.hypot(one.high - one.rate, other.rate - other.low)
    return max(-1.0, difference - below), min(1.0, difference + above)


def _metric_frame(hits: Ints, rows: Ints, names: Sequence[int]) -> tuple[dict[int, float], float]:
    """Rates by group and their difference; fairlearn gets a hit and a miss of each group, weighted by their number."""
    from fairlearn.metrics import MetricFrame, mean_prediction  # imports scikit-learn and pandas: 2 s

    y = np.repeat([1.0, 0.0], len(names))
    frame = MetricFrame(
        metrics=mean_prediction, y_true=y, y_pred=y, sensitive_features=np.tile(names, 2),
        sample_params={"sample_weight": np.concatenate([hits, rows - hits])},
    )  # fmt: skip
    return {int(name): float(rate) for name, rate in frame.by_group.items()}, float(frame.difference())


def _against(dimension: str, name: str, hits: int, rows: int, all_hits: int, all_rows: int) -> Impact | None:
    if not all_hits or rows == all_rows:
        return None
    return impact(Place(0, dimension, "", name), hits, rows, all_hits - hits, all_rows - rows)


def _ratio(least: GroupRate, most: GroupRate) -> tuple[float, float, float]:
    """Smallest rate over largest, Katz's interval on the logarithm; with no hit, one of half a row (Walter 1975)."""
    a, b = max(least.hits, 0.5), max(most.hits, 0.5)
    half = Z * math.sqrt(max(0.0, 1 / a - 1 / least.rows + 1 / b - 1 / most.rows))
    value = least.rate / most.rate
    centre = (a / least.rows) / (b / most.rows)
    low = 0.0 if not least.hits else centre / math.exp(half)
    return value, min(value, low), centre * math.exp(half)
