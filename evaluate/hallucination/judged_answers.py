"""Scores of judged answers that several metrics share: coverage, calibration, Brier parts, risk by coverage."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...core import Chart, Exhibit, Measurement, NotMeasured, Score, Series, Table
from ..items import ItemValues
from ..statistics import Estimate, Floats, clopper_pearson
from .brier import brier
from .calibration_error import bin_rows, bins_of, calibration_error, debiased_error, debiased_squared
from .risk_coverage import area_under_risk_coverage, risk_coverage

POINTS = 100


@dataclass
class Answers:
    """Confidence and correctness of the rows that answer, with their ids, and the ids of those that abstain."""

    ids: list[str] = field(default_factory=list)
    confidence: list[float] = field(default_factory=list)
    correct: list[float] = field(default_factory=list)
    abstained: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        """Rows."""
        return len(self.ids) + len(self.abstained)


@dataclass(frozen=True, slots=True)
class Named:
    """Under which metric, protocol suffix and slice judged answers are reported."""

    metric: str
    suffix: str
    place: Mapping[str, str] = field(default_factory=dict)
    advice: str = ""  # what who gave the confidences could do about parts that say nothing

    def score(self, name: str, found: Estimate, method: str, least: float, direction: str = "lower") -> Score:
        """One probability with its interval."""
        return Score(
            f"{self.metric}-{name}" if name else self.metric, found.value, found.n, "probability",
            f"{method}, {self.suffix}", direction=direction, slice=self.place,  # type: ignore[arg-type]
            **found.bounds(least, 1.0),
        )  # fmt: skip


def coverage_scores(answers: Answers, named: Named) -> Iterator[Measurement]:
    """Shares answered and answered wrongly of all rows, and wrong of those answered."""
    wrong, given = round(len(answers.ids) - sum(answers.correct)), len(answers.ids)
    shares = (
        ("coverage", given, answers.n, "answered of all rows", "none"),
        ("wrong", wrong, answers.n, "answered wrongly of all rows", "lower"),
        ("selective-risk", wrong, given, "wrong of the rows answered", "lower"),
    )
    for name, events, n, what, direction in shares:
        metric = f"{named.metric}-{name}"
        if not n:
            yield NotMeasured(metric, f"all {answers.n} rows abstain", named.place)
            continue
        low, high = clopper_pearson(events, n)
        yield Score(
            metric, events / n, n, "share", f"{metric}/1 {what}, {named.suffix}", low, high,
            interval="Clopper-Pearson", direction=direction, slice=named.place,  # type: ignore[arg-type]
        )  # fmt: skip


def confidence_scores(p: Floats, y: Floats, bins: int, named: Named, stem: str = "") -> Iterator[Measurement]:
    """Calibration error three ways, Brier score and its parts, AURC; ``stem`` is the name of the plain error."""
    found = bins_of(p, y, bins)
    how, name = f"{bins} bins of equal mass", f"{stem}-" if stem else ""
    whole = f"{named.metric}-{stem}" if stem else named.metric
    yield named.score(stem, debiased_error(found), f"{whole}/1 debiased by halves, {how}", -1.0)
    yield named.score(f"{name}squared", debiased_squared(found), f"{whole}-squared/1 debiased by pairs, {how}", -1.0)
    yield named.score(f"{name}plain", calibration_error(found), f"{whole}-plain/1 biased upward, {how}", 0.0)
    yield from _brier(p, y, named)
    area = area_under_risk_coverage(p, y)
    yield named.score("aurc", area, f"{named.metric}-aurc/1 ties in random order", 0.0)


def _brier(p: Floats, y: Floats, named: Named) -> Iterator[Measurement]:
    found = brier(p, y)
    yield named.score("brier", found.score, f"{named.metric}-brier/1 mean of (p - y) squared", 0.0)
    for name, part, direction in (
        ("reliability", found.reliability, "lower"),
        ("resolution", found.resolution, "higher"),
        ("uncertainty", found.uncertainty, "none"),
    ):
        if found.forecasts > len(p) / 2 and name != "uncertainty":
            reason = (
                f"{len(p)} answers state {found.forecasts} distinct confidences, so that most stand alone and the "
                f"parts of the Brier score say nothing{named.advice}"
            )
            yield NotMeasured(f"{named.metric}-{name}", reason, named.place)
        else:
            method = f"{named.metric}-{name}/1 grouped by distinct forecast"
            yield named.score(name, part, method, 0.0, direction)


def judged_items(
    answers: Answers, scores: Sequence[Measurement], p: Floats, y: Floats, named: Named
) -> Iterator[ItemValues]:
    """What can be paired between two models: the Brier score and the risk."""
    for score in scores:
        if isinstance(score, Score) and score.metric in (f"{named.metric}-brier", f"{named.metric}-selective-risk"):
            values = (p - y) ** 2 if score.metric.endswith("brier") else 1 - y
            yield ItemValues.of_means(score.metric, score.method, score.slice, answers.ids, values)


def judged_exhibits(p: Floats, y: Floats, bins: int, metric: str) -> Iterator[Exhibit]:
    """Reliability table and diagram, and the risk by coverage."""
    own = metric == "calibration"
    title = "Confidence against correctness" if own else f"Confidence against correctness: {metric}"
    rows = []
    for row in bin_rows(p, y, bins):
        low, high = clopper_pearson(row["true"], row["n"])
        rows.append((row["n"], row["forecast"], row["true"] / row["n"], low, high))
    columns = ("Answers", "Mean confidence", "Share correct", "Low", "High")
    note = (
        "Bins of equal mass. Calibrated where the share correct equals the mean confidence; intervals Clopper-Pearson."
    )
    yield Table(f"{metric}-bins", title, columns, tuple(rows), note)
    said = tuple(row[1] for row in rows)
    measured = Series("share correct", said, *(tuple(row[part] for row in rows) for part in (2, 3, 4)))
    yield Chart(
        f"{metric}-diagram", title, "line", "mean confidence", "share correct",
        (measured, Series("calibrated", said, said)), note,
    )  # fmt: skip
    coverage, risk = risk_coverage(p, y)
    shown = np.unique(np.linspace(0, len(p) - 1, min(POINTS, len(p))).astype(int))
    line = Series("share wrong", tuple(coverage[shown].tolist()), tuple(risk[shown].tolist()))
    yield Chart(
        f"{metric}-risk", "Wrong answers among the most confident" + ("" if own else f": {metric}"), "line",
        "share of answers given", "share wrong", (line,),
        "Good confidences keep the left of the line low. Abstentions are not among these answers.",
    )  # fmt: skip
