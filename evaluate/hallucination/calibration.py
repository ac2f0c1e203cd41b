"""Whether a model knows what it knows: calibration, Brier score, risk and coverage of a file of judged answers."""

import numpy as np

from ...core import InputError, Measurement, NotMeasured, UsageError
from ...curate import redact
from ..answer_file import AnswerFile, empty, number_of, questions_hash, read_answers, truth_of
from ..base import METRICS, Outcome, Subject
from .calibration_error import LEAST
from .judged_answers import Answers, Named, confidence_scores, coverage_scores, judged_exhibits, judged_items

METRIC = "calibration"
NEEDED = ("confidence", "correct")


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
    named = Named(
        METRIC, f"questions {questions_hash([*answers.ids, *answers.abstained])}", advice="; round the confidences"
    )
    scores: list[Measurement] = list(coverage_scores(answers, named))
    if len(answers.ids) < LEAST:
        reason = f"{len(answers.ids)} of {answers.n} rows give an answer; at least {LEAST} are needed"
        return Outcome((*scores, NotMeasured(METRIC, reason)))
    p, y = np.array(answers.confidence), np.array(answers.correct)
    scores += confidence_scores(p, y, bins, named)
    items = tuple(judged_items(answers, scores, p, y, named))
    return Outcome(tuple(scores), exhibits=tuple(judged_exhibits(p, y, bins, METRIC)), items=items)
