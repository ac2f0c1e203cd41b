"""A column of scores of the audit decisions: what is measured of it in each dimension."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...core import Measurement, NotMeasured, Score
from ..privacy import redact
from .decision_measures import Dimension
from .row_columns import Column
from .score_rates import Bools, Fit, Floats, Spread, area_spread, calibration_spread, fit

CELLS = 200
AREA, ERROR, LARGE = "auc", "expected-calibration-error", "calibration-in-the-large"


@dataclass(frozen=True)
class Scored:
    """A label and a score: ``known`` rows have both. ``name`` and ``of`` are their columns, redacted."""

    name: str
    of: str
    known: Bools
    labels: Bools
    values: Floats


@dataclass(frozen=True)
class ScoredGroups:
    """The fits of the groups of a dimension, and their largest differences with q over all of them."""

    scored: Scored
    dimension: Dimension
    fits: tuple[Fit, ...]
    spreads: tuple[tuple[Spread, float], ...]


def holds_scores(column: Column) -> bool:
    """Whether a column has more than two values, all of them numbers from 0 to 1."""
    return len(column.values) > 2 and isinstance(score_values(column), np.ndarray)


def score_values(column: Column) -> Floats | str:
    """The scores (rows,), 0 where one is missing; or the reason why the column holds none."""
    numbers = np.zeros(len(column.values) + 1)
    for place, value in enumerate(column.values):
        try:
            numbers[place] = float(value)
        except ValueError:
            return f"the column {column.name!r} has a value that is no number: {value[:40]!r}"
    wrong = numbers[~((numbers >= 0) & (numbers <= 1))]
    if len(wrong):
        return f"the column {column.name!r} has {wrong[0]:g}; a score is a probability, a number from 0 to 1"
    if len(column.values) < 3:
        return f"the column {column.name!r} has {len(column.values)} values: name a decision with prediction, not score"
    return np.asarray(numbers[column.codes])


def measure_scores(
    scored: Scored, dimensions: Sequence[Dimension], minimum: int, seed: int, draws: int
) -> tuple[list[ScoredGroups], list[NotMeasured]]:
    """The fits and differences in every dimension; groups of fewer than ``minimum`` rows are not measured."""
    from scipy.stats import false_discovery_control

    found, gaps = [], []
    for dimension in dimensions:
        rows = scored.known & (dimension.codes >= 0)
        sizes = np.bincount(dimension.codes[rows], minlength=len(dimension.names))
        large = np.flatnonzero(sizes >= minimum)
        place = {"dimension": redact(dimension.name)}
        for group in np.flatnonzero((sizes > 0) & (sizes < minimum))[:CELLS].tolist():
            reason = f"{sizes[group]:,} rows with label and score, fewer than {minimum} (option minimum)"
            gaps.append(NotMeasured(ERROR, reason, {**place, "group": redact(dimension.names[group])}))
        if len(large) < 2:
            reason = f"fewer than two groups have {minimum} rows with label and score (option minimum)"
            gaps.append(NotMeasured(f"{LARGE}-difference", reason, place))
            continue
        member = rows & np.isin(dimension.codes, large)
        codes = np.searchsorted(large, dimension.codes[member])
        labels, values = scored.labels[member], scored.values[member]
        fits = tuple(
            fit(dimension.names[group], labels[codes == i], values[codes == i], seed, draws)
            for i, group in enumerate(large.tolist())
        )
        spreads = (calibration_spread(fits, labels, values, codes, seed, draws), area_spread(fits, seed, draws))
        gaps += [
            NotMeasured(AREA, "fewer than two positive or two negative rows", {**place, "group": redact(one.group)})
            for one in fits
            if one.area is None
        ]
        found.append(ScoredGroups(scored, dimension, fits, tuple((one, 1.0) for one in spreads if one is not None)))
    p = [one.p for entry in found for one, _ in entry.spreads]
    q = iter(false_discovery_control(p).tolist() if p else [])
    return [replace(one, spreads=tuple((spread, next(q)) for spread, _ in one.spreads)) for one in found], gaps


def score_measurements(found: Sequence[ScoredGroups], draws: int) -> Iterator[Measurement]:
    """Calibration and AUC of each group, and their differences."""
    for one in found:
        for spread, _ in one.spreads:
            yield spread_score(one, spread)
            yield Score(
                f"{spread.quantity}-difference-by-chance", spread.chance, _rows(one), "difference",
                f"chance-gap/1 95 % quantile over {draws:,} draws: {_null(spread)}",
                interval="a quantile of draws, not an estimate", slice=_place(one),
            )  # fmt: skip
        for group in one.fits[:CELLS]:
            yield from _group_scores(one, group, draws)


def spread_score(one: ScoredGroups, spread: Spread) -> Score:
    """The largest difference of two groups in one quantity."""
    return Score(
        f"{spread.quantity}-difference", spread.value, _rows(one), "difference",
        f"score-gap/1 largest minus smallest {spread.quantity}; interval of the two groups by Newcombe's method",
        spread.low, spread.high, direction="lower", slice=_place(one),
    )  # fmt: skip


def _group_scores(one: ScoredGroups, group: Fit, draws: int) -> Iterator[Score]:
    place = {**_place(one), "group": redact(group.group)}
    yield Score(
        LARGE, group.large[0], group.rows, "share minus mean score",
        "calibration-in-the-large/1 share of positive rows minus mean score, which is taken as given; Wilson",
        group.large[1], group.large[2], slice=place,
    )  # fmt: skip
    yield Score(
        ERROR, group.error[0], group.rows, "probability",
        "expected-calibration-error/1 ten bins of equal rows; biased upwards: compare with the value by chance; "
        "interval: the error of the estimated shares",
        group.error[1], group.error[2], direction="lower", slice=place,
    )  # fmt: skip
    yield Score(
        f"{ERROR}-by-chance", group.chance, group.rows, "probability",
        f"chance/1 95 % quantile over {draws:,} draws of labels by the scores",
        interval="a quantile of draws, not an estimate", slice=place,
    )  # fmt: skip
    if group.area is not None:
        yield Score(
            AREA, group.area[0], group.rows, "area under the ROC curve", "auc/1 DeLong's variance on the logit",
            group.area[1], group.area[2], direction="higher", slice=place,
        )  # fmt: skip


def _null(spread: Spread) -> str:
    if spread.quantity == AREA:
        return "areas around one value with the standard errors of the groups"
    return "labels by the bin of the score, whatever the group"


def _rows(one: ScoredGroups) -> int:
    return sum(group.rows for group in one.fits)


def _place(one: ScoredGroups) -> dict[str, str]:
    return {"dimension": redact(one.dimension.name), "of": f"{one.scored.name} for {one.scored.of}"}
