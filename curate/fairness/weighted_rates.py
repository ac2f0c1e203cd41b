"""Rates by group in a weighted corpus: what a learner that takes the weights sees."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...core import Score, Table, wilson
from ..privacy import redact
from .decision_measures import Dimension, Measure
from .group_rates import GroupRate, difference_interval

Floats = NDArray[np.float64]
LISTED = 200
ROUNDING = 1e-12
"""Weights that make rates equal are rounded themselves; a gap below this is that rounding."""
COLUMNS = ("Measure", "Groups", "Group", "Rows", "Tell as much as", "Weighted rate", "Low", "High")


@dataclass(frozen=True)
class WeightedRates:
    """The weighted rates of one measure over one dimension; ``rows`` of a rate is Kish's effective number."""

    measure: Measure
    dimension: Dimension
    rates: tuple[GroupRate, ...]
    effective: tuple[float, ...]


def weighted_rates(measure: Measure, dimension: Dimension, weights: Floats, minimum: int) -> WeightedRates | None:
    """sum(w y) / sum(w) of each group with ``minimum`` weighted rows; None for fewer than two groups.

    The interval is Wilson's with the effective number of rows (sum w)^2 / sum w^2 (Kish 1965).
    """
    usable = measure.counts & (dimension.codes >= 0) & np.isfinite(weights) & (weights > 0)
    rates, effective = [], []
    for code, name in enumerate(dimension.names):
        w = weights[usable & (dimension.codes == code)]
        if len(w) < minimum:
            continue
        hits = measure.hits[usable & (dimension.codes == code)]
        rate = min(1.0, float(w @ hits) / float(w.sum()))
        number = float(w.sum()) ** 2 / float(w @ w)
        rates.append(GroupRate(name, int(hits.sum()), len(w), rate, *wilson(rate * number, number)))
        effective.append(number)
    return WeightedRates(measure, dimension, tuple(rates), tuple(effective)) if len(rates) > 1 else None


def weighted_scores(found: WeightedRates, gap_name: str) -> Iterator[Score]:
    """The gap of the weighted rates, and each of them."""
    place = {"dimension": redact(found.dimension.name), "of": found.measure.of}
    most, least = (choose(found.rates, key=lambda one: one.rate) for choose in (max, min))
    low, high = difference_interval(most, least)
    gap = most.rate - least.rate
    yield Score(
        f"weighted-{gap_name}", gap if gap > ROUNDING else 0.0, round(sum(found.effective)), "difference of shares",
        "weighted-group-gap/1 largest minus smallest weighted share; Newcombe with effective numbers of rows (Kish)",
        low, high, direction="lower", slice=place,
    )  # fmt: skip
    for rate, number in zip(found.rates, found.effective, strict=True):
        yield Score(
            f"weighted-{found.measure.name}", rate.rate, round(number), "share of weighted rows",
            f"weighted-{found.measure.name}/1 {found.measure.meaning}; Wilson with effective number of rows (Kish)",
            rate.low, rate.high, slice={**place, "group": redact(rate.group)},
        )  # fmt: skip


def weighted_table(found: Sequence[WeightedRates]) -> Table:
    """One row for each measure and group."""
    rows = [
        (one.measure.name.replace("-", " "), redact(one.dimension.name), redact(rate.group), rate.rows, number,
         rate.rate, rate.low, rate.high)
        for one in found
        for rate, number in zip(one.rates, one.effective, strict=True)
    ]  # fmt: skip
    note = "With the weights that the last step with weights gave the rows (annotation weight). Rows without one are "
    note += "left out. Low and high: Wilson at 95 % with the number of rows of equal weight that would tell as much."
    return Table("decisions-weighted", "Rates with the rows' weights", COLUMNS, tuple(rows[:LISTED]), note)
