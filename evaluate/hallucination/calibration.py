"""Whether a model knows what it knows: calibration, Brier score, risk and coverage of a file of judged answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ...core import Chart, Exhibit, InputError, Measurement, NotMeasured, Score, Series, Table, UsageError
from ...curate import redact
from ..answer_file import AnswerFile, empty, number_of, questions_hash, read_answers, truth_of
from ..base import METRICS, Outcome, Subject
from ..items import ItemValues
from ..statistics import Estimate, Floats, clopper_pearson
from .brier import brier
from .calibration_error import LEAST, bin_rows, bins_of, calibration_error, debiased_error, debiased_squared
from .risk_coverage import area_under_risk_coverage, risk_coverage

METRIC, POINTS = "calibration", 100
NEEDED = ("confidence", "correct")


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


def answers_of(file: AnswerFile) -> Answers:
    """A row with ``abstained`` true, or with neither confidence nor verdict, is an abstention; else it needs both."""
    found = Answers()
    names: dict[str, str] = {}
    for number, row in enumerate(file.rows, 1):
        own = row.values.get("id")
        name = f"row {number}" if empty(own) else str(own)
        if name in names:
            raise InputError(f"{row.place}: the id {redact(name[:60])!r} stands at {names[name]} already")
        names[name] = row.place
        sure, right = number_of(row, "confidence"), truth_of(row, "correct")
        if truth_of(row, "abstained") or (sure is None and right is None and truth_of(row, "abstained") is None):
            found.abstained.append(name)
            continue
        if sure is None or right is None:
            missing = "confidence" if sure is None else "verdict in 'correct'"
            raise InputError(f"{row.place}: an answer without {missing}; a missing verdict is no pass: give it")
        if not 0 <= sure <= 1:
            raise InputError(f"{row.place}: confidence {sure:g} is no probability from 0 to 1")
        found.ids.append(name)
        found.confidence.append(sure)
        found.correct.append(float(right))
    return found


@METRICS.register(
    METRIC,
    source=(
        "Kumar, Liang & Ma 2019 (arXiv 1909.10155); Murphy 1973 (Brier score in parts); Geifman et al. 2019 "
        "(arXiv 1805.08206, AURC)"
    ),
    unit="probability",
    range="[0, 1]; debiased values fall below 0 by chance",
    neutral="0",
    needs="file",
    protocol=(
        "bins of equal mass, ties together; debiased error with the sign of a bin from one half of its items; Brier "
        "parts by distinct forecast; risk over coverage with ties in random order; abstentions neither right nor wrong"
    ),
    pitfalls=(
        "The plain calibration error of a perfectly calibrated model is above 0 (0.10 at 100 answers, 10 bins): read "
        "the debiased one. Calibrated is not useful: who always states the base rate is calibrated."
    ),
)
def measure_calibration(subject: Subject, answers_file: str, bins: int = 15) -> Outcome:
    """Calibration error plain and debiased, Brier score in its parts, risk by coverage, of a file of judged answers.

    Rows of ``answers_file`` (.jsonl or .csv) have ``confidence``, the stated probability that the answer is right, and
    ``correct``; ``id`` and ``abstained`` where there are. ``bins`` have equal mass.
    """
    if not 1 <= bins <= 1_000:
        raise UsageError(f"calibration: bins is from 1 to 1,000, not {bins}")
    file = read_answers(answers_file, NEEDED, subject.progress)
    answers = answers_of(file)
    suffix = f"questions {questions_hash([*answers.ids, *answers.abstained])}"
    scores: list[Measurement] = list(_coverage(answers, suffix))
    if len(answers.ids) < LEAST:
        reason = f"{len(answers.ids)} of {answers.n} rows give an answer; at least {LEAST} are needed"
        return Outcome((*scores, NotMeasured(METRIC, reason)))
    p, y = np.array(answers.confidence), np.array(answers.correct)
    scores += [*_calibration(p, y, bins, suffix), *_brier(p, y, suffix), _area(p, y, suffix)]
    return Outcome(tuple(scores), exhibits=tuple(_exhibits(p, y, bins)), items=tuple(_items(answers, scores, p, y)))


def _score(name: str, found: Estimate, method: str, least: float, direction: str = "lower") -> Score:
    return Score(
        f"{METRIC}-{name}" if name else METRIC, found.value, found.n, "probability", method,
        direction=direction, **found.bounds(least, 1.0),  # type: ignore[arg-type]
    )  # fmt: skip


def _coverage(answers: Answers, suffix: str) -> Iterator[Measurement]:
    """Shares answered and answered wrongly of all rows, and wrong of those answered."""
    wrong, given = round(len(answers.ids) - sum(answers.correct)), len(answers.ids)
    shares = (
        ("coverage", given, answers.n, "answered of all rows", "none"),
        ("wrong", wrong, answers.n, "answered wrongly of all rows", "lower"),
        ("selective-risk", wrong, given, "wrong of the rows answered", "lower"),
    )
    for name, events, n, what, direction in shares:
        if not n:
            yield NotMeasured(f"{METRIC}-{name}", f"all {answers.n} rows abstain", {})
            continue
        low, high = clopper_pearson(events, n)
        yield Score(
            f"{METRIC}-{name}", events / n, n, "share", f"{METRIC}-{name}/1 {what}, {suffix}", low, high,
            interval="Clopper-Pearson", direction=direction,  # type: ignore[arg-type]
        )  # fmt: skip


def _calibration(p: Floats, y: Floats, bins: int, suffix: str) -> Iterator[Score]:
    found = bins_of(p, y, bins)
    method = f"{bins} bins of equal mass, {suffix}"
    yield _score("", debiased_error(found), f"{METRIC}/1 debiased by halves, {method}", -1.0)
    yield _score("squared", debiased_squared(found), f"{METRIC}-squared/1 debiased by pairs, {method}", -1.0)
    yield _score("plain", calibration_error(found), f"{METRIC}-plain/1 biased upward, {method}", 0.0)


def _brier(p: Floats, y: Floats, suffix: str) -> Iterator[Measurement]:
    found = brier(p, y)
    yield _score("brier", found.score, f"{METRIC}-brier/1 mean of (p - y) squared, {suffix}", 0.0)
    method = f"grouped by distinct forecast, {suffix}"
    for name, part, direction in (
        ("reliability", found.reliability, "lower"),
        ("resolution", found.resolution, "higher"),
        ("uncertainty", found.uncertainty, "none"),
    ):
        if found.forecasts > len(p) / 2 and name != "uncertainty":
            reason = (
                f"{len(p)} answers state {found.forecasts} distinct confidences, so that most stand alone and the "
                "parts of the Brier score say nothing; round the confidences"
            )
            yield NotMeasured(f"{METRIC}-{name}", reason)
        else:
            yield _score(name, part, f"{METRIC}-{name}/1 {method}", 0.0, direction)


def _area(p: Floats, y: Floats, suffix: str) -> Score:
    return _score("aurc", area_under_risk_coverage(p, y), f"{METRIC}-aurc/1 ties in random order, {suffix}", 0.0)


def _items(answers: Answers, scores: Sequence[Measurement], p: Floats, y: Floats) -> Iterator[ItemValues]:
    for score in scores:
        if isinstance(score, Score) and score.metric in (f"{METRIC}-brier", f"{METRIC}-selective-risk"):
            values = (p - y) ** 2 if score.metric.endswith("brier") else 1 - y
            yield ItemValues.of_means(score.metric, score.method, score.slice, answers.ids, values)


def _exhibits(p: Floats, y: Floats, bins: int) -> Iterator[Exhibit]:
    rows = []
    for row in bin_rows(p, y, bins):
        low, high = clopper_pearson(row["true"], row["n"])
        rows.append((row["n"], row["forecast"], row["true"] / row["n"], low, high))
    columns = ("Answers", "Mean confidence", "Share correct", "Low", "High")
    note = (
        "Bins of equal mass. Calibrated where the share correct equals the mean confidence; intervals Clopper-Pearson."
    )
    yield Table(f"{METRIC}-bins", "Confidence against correctness", columns, tuple(rows), note)
    said = tuple(row[1] for row in rows)
    measured = Series("share correct", said, *(tuple(row[part] for row in rows) for part in (2, 3, 4)))
    yield Chart(
        f"{METRIC}-diagram", "Confidence against correctness", "line", "mean confidence", "share correct",
        (measured, Series("calibrated", said, said)), note,
    )  # fmt: skip
    coverage, risk = risk_coverage(p, y)
    shown = np.unique(np.linspace(0, len(p) - 1, min(POINTS, len(p))).astype(int))
    line = Series("share wrong", tuple(coverage[shown].tolist()), tuple(risk[shown].tolist()))
    yield Chart(
        f"{METRIC}-risk", "Wrong answers among the most confident", "line", "share of answers given", "share wrong",
        (line,), "Good confidences keep the left of the line low. Abstentions are not among these answers.",
    )  # fmt: skip
