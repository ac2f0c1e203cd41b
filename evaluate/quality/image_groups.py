"""Scores of images by class and by group, each gap beside the one that chance gives; what is too small says so."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...core import Chart, Measurement, NotMeasured, Score, Series, generator
from ...curate import redact
from ..statistics import Estimate, Floats, are_events, by_group
from .image_scores import NULL, Kind
from .image_sets import Side

DRAWS = 2_000
MOST_SHOWN = 40
TAKEN = ("reference", "images", "group")
"""Names that slices use already."""


@dataclass(frozen=True)
class Grouping:
    """A column by name with its value for each item, None where absent."""

    name: str
    values: np.ndarray

    @property
    def known(self) -> list[str]:
        """The values that occur, sorted."""
        return sorted({str(value) for value in self.values if value is not None})


def groupings(side: Side) -> list[Grouping]:
    """The class and the declared groups of the images of a side."""
    kinds = sorted({kind for row in side.rows for kind in side.of.groups[row]} - {"label", "class"})
    named = {kind: f"{kind} (declared)" if kind in TAKEN else kind for kind in kinds}
    return [Grouping("class", side.labels), *(Grouping(named[kind], side.group(kind)) for kind in kinds)]


def means_by_group(
    kind: Kind, values: Floats, columns: Sequence[Grouping], minimum: int, seed: int, more: Mapping[str, str] = {}
) -> Iterator[Measurement]:
    """Means of the items' ``values`` (n,) by each column with two values or more, and the gap of each column.

    Given what the items are measured against: Clopper-Pearson's interval for shares, else Student's t. A group below
    ``minimum`` (at least 2) is a :class:`NotMeasured` with its size, and stands in no gap.
    """
    given = f"{'Clopper-Pearson' if are_events(values) else 'Student'}, given the other side"
    own = replace(kind, interval=given)
    for column in columns:
        if len(column.known) < 2:
            continue
        there = np.array([value is not None for value in column.values], bool)
        names = [str(value) for value in column.values[there]]
        found = by_group(values[there], names, minimum=minimum, seed=seed)
        for value in column.known:
            place = {redact(column.name): redact(value), **more}
            if value in found.groups:
                yield own.score(found.groups[value], found.groups[value].n, place)
            else:
                yield NotMeasured(kind.metric, too_small(found.too_small[value], minimum), place)
        yield _gap(kind, column.name, found.gap, found.chance, found.p, int(there.sum()), minimum, more)


def estimates_by_class(
    kind: Kind, found: Mapping[str, Estimate], n: int, minimum: int, seed: int, what: str = ""
) -> Iterator[Measurement]:
    """The gap of what is no mean of items, a distance or a ratio: of independent ``found`` values with their errors.

    ``chance`` is then the 95 % quantile of the gap of normal errors of these sizes around one value. ``what`` names the
    number whose gap it is, where it is not the score itself.
    """
    known = {label: one for label, one in found.items() if one.se is not None}
    kind = replace(kind, method=f"{what} of {kind.method}" if what else kind.method)
    if len(known) < 2:
        yield _gap(kind, "class", None, None, None, n, minimum, {})
        return
    values = np.array([one.value for one in known.values()])
    errors = np.array([one.se for one in known.values()], np.float64)
    null = np.ptp(generator(seed, "gap of classes", kind.metric).normal(size=(DRAWS, len(errors))) * errors, axis=1)
    gap = float(np.ptp(values))
    p = (1 + int((null >= gap).sum())) / (DRAWS + 1)
    yield _gap(kind, "class", gap, float(np.quantile(null, 0.95)), p, n, minimum, {})


def too_small(n: int, minimum: int, where: str = "in this group") -> str:
    """Why a group of ``n`` images is not measured."""
    return f"{n} image{'s' if n != 1 else ''} {where}, {max(2, minimum)} are needed"


def group_charts(scores: Sequence[Measurement]) -> tuple[Chart, ...]:
    """For each metric with a score of a class or group a chart of these, samples beside real images."""
    measured = [score for score in scores if isinstance(score, Score)]
    metrics = dict.fromkeys(score.metric for score in measured if _is_cell(score, null=False))
    return tuple(_group_chart(metric, [one for one in measured if one.metric.startswith(metric)]) for metric in metrics)


def _group_chart(metric: str, scores: Sequence[Score]) -> Chart:
    series, unit = [], next(score.unit for score in scores if score.metric == metric)
    for label, null in (("generated", False), ("real images", True)):
        cells = [score for score in scores if score.metric == metric and _is_cell(score, null)][:MOST_SHOWN]
        if cells:
            y = tuple(score.value for score in cells)
            low = tuple(score.value if score.low is None else score.low for score in cells)
            high = tuple(score.value if score.high is None else score.high for score in cells)
            series.append(Series(label, tuple(map(_cell_name, cells)), y, low, high))
    gaps = [score for score in scores if score.metric == f"{metric}-gap" and not _is_null(score)]
    note = "; ".join(f"gap by {score.slice['group']}: {score.value:.3g}, {score.interval}" for score in gaps)
    title = f"{'CMMD' if metric == 'cmmd' else metric.replace('-', ' ').capitalize()} by class and group"
    return Chart(f"{metric}-by-group", title, "interval", "class or group", unit, tuple(series), note)


def _gap(
    kind: Kind, column: str, gap: float | None, chance: float | None, p: float | None, n: int, minimum: int,
    more: Mapping[str, str],
) -> Measurement:  # fmt: skip
    name, place = f"{kind.metric}-gap", {"group": redact(column), **more}
    if gap is None or chance is None or p is None:
        return NotMeasured(name, f"a gap needs two groups of {max(2, minimum)} images or more", place)
    method = f"{name}/1 largest minus smallest over groups of {max(2, minimum)} or more, {kind.method}"
    told = f"chance alone gives up to {chance:.3g} in 95 of 100 cases, p = {p:.2g}"
    return Score(name, gap, n, kind.unit, method, interval=told, direction="lower", slice=place)


def _is_null(score: Score) -> bool:
    return any(score.slice.get(key) == value for key, value in NULL.items()) or score.slice.get("images") == "real"


def _is_cell(score: Score, null: bool) -> bool:
    rest = set(score.slice) - {"reference", "images", "group"}
    return bool(rest) and "group" not in score.slice and _is_null(score) == null


def _cell_name(score: Score) -> str:
    return ", ".join(f"{key} {value}" for key, value in score.slice.items() if key not in ("reference", "images"))
