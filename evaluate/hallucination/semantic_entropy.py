"""Whether answers to one question mean the same: the entropy over meanings, told apart by entailment."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ...core import Cell, Chart, Exhibit, Measurement, NotMeasured, Score, Series, Table, UsageError, generator
from ...curate import excerpt
from ..base import METRICS, Outcome, Subject
from ..entailment import Entailment, Spec, build_entailment
from ..items import ItemValues
from ..statistics import auc, mean_interval
from .meaning_clusters import (
    LINKAGES,
    Linkage,
    cluster,
    discrete_entropy,
    entailment_matrices,
    likelihood_entropy,
    quadratic_entropy,
)
from .repeated_answers import Question, Questions, repeated_answers, why_no_questions, with_likelihoods
from .risk_coverage import area_under_risk_coverage

METRIC = "semantic-entropy"
LISTED, LEAST_LABELLED = 50, 5


@dataclass(frozen=True, slots=True)
class Meanings:
    """What one question's answers amount to; ``likelihood`` is None where their likelihoods are unknown."""

    question: Question
    ids: tuple[int, ...]
    discrete: float
    quadratic: float
    likelihood: float | None


def meanings_of(
    questions: Sequence[Question], model: Entailment, threshold: float, linkage: Linkage, with_question: bool = False
) -> list[Meanings]:
    """The entropies of each question. ``with_question`` puts the question before each answer for the model."""
    groups = [[f"{one.text} {x}" if with_question else x for x in one.answers] for one in questions]
    found = []
    for one, entails in zip(questions, entailment_matrices(model, groups), strict=True):
        ids = cluster(entails, threshold, linkage)
        likelihood = likelihood_entropy(ids, one.logs) if one.logs is not None else None
        found.append(Meanings(one, tuple(ids), discrete_entropy(ids), quadratic_entropy(entails), likelihood))
    return found


def exchanged(questions: Sequence[Question], seed: int) -> list[Question]:
    """Each question with as many answers as it has, each drawn from another question: no meaning is shared."""
    every = [(place, answer) for place, one in enumerate(questions) for answer in one.answers]
    rows = []
    for place, one in enumerate(questions):
        foreign = [answer for own, answer in every if own != place]
        drawn = generator(seed, METRIC, one.id).permutation(len(foreign))[: len(one.answers)]
        rows.append(Question(one.id, one.text, tuple(foreign[i] for i in drawn)))
    return rows


@METRICS.register(
    METRIC,
    source="Farquhar et al. 2024, Nature 630, 625-630; Kuhn, Gal & Farquhar 2023 (arXiv 2302.09664); Rao 1982",
    unit="nats",
    range="[0, ln of the number of answers], lower is more certain; quadratic [0, 1)",
    needs="sample|file",
    protocol=(
        "answers that entail each other in both directions share a meaning, compared with the first answer of each "
        "meaning in order of drawing; entropy over meanings by counts, by length-normalised likelihoods, and Rao's "
        "quadratic one; t interval over questions"
    ),
    pitfalls=(
        "A model that is wrong in the same way each time has no entropy. The number of answers bounds the entropy, and "
        "the model of entailment decides what is the same: read it beside that of exchanged answers. The order of "
        "answers matters with linkage: first."
    ),
)
def measure_semantic_entropy(
    subject: Subject,
    answers_file: str | None = None,
    entailment: Spec = "words",
    threshold: float = 0.5,
    linkage: str = "first",
    with_question: bool = False,
    minimum: int = 5,
) -> Outcome:
    """Entropy over the meanings of repeated answers to a question, by counts, by likelihoods, and Rao's quadratic one.

    Of the repeated samples, or of ``answers_file`` (.jsonl or .csv: ``question``, ``answer``, where there are
    ``logprob``, ``tokens``, ``correct``); with ``correct``, how well the entropy foretells wrong answers.
    """
    if linkage not in LINKAGES or not 0 <= threshold < 1:
        raise UsageError(f"{METRIC}: linkage is one of {', '.join(LINKAGES)}, threshold from 0 to below 1")
    model = build_entailment(entailment, f"{METRIC}.entailment")
    questions = repeated_answers(subject, answers_file, 2)
    if len(questions.rows) < max(2, minimum):
        return Outcome((NotMeasured(METRIC, why_no_questions(questions, 2, max(2, minimum))),))
    questions = with_likelihoods(subject, questions)
    link: Linkage = "first" if linkage == "first" else "all"
    found = meanings_of(questions.rows, model, threshold, link, with_question)
    shuffled = meanings_of(exchanged(questions.rows, subject.seed), model, threshold, link, with_question)
    method = _method(questions, model, threshold, linkage, with_question)
    scores = [*_scores(found, shuffled, method), *_validity(found, method)]
    return Outcome(tuple(scores), (), tuple(_exhibits(found, shuffled, questions)), tuple(_items(found, scores)))


def _method(questions: Questions, model: Entailment, threshold: float, linkage: str, with_question: bool) -> str:
    asked = ", after the question" if with_question else ""
    return f"{questions.label}, {questions.sizes}, {model.protocol} above {threshold:g}{asked}, linkage {linkage}"


def _scores(found: Sequence[Meanings], shuffled: Sequence[Meanings], method: str) -> Iterator[Measurement]:
    discrete, base = [one.discrete for one in found], [one.discrete for one in shuffled]
    most = float(np.log(max(len(one.ids) for one in found)))  # answers that all mean different things
    yield _mean(METRIC, discrete, "nats", f"{METRIC}/1 {method}", most, "lower")
    yield _mean(f"{METRIC}-exchanged", base, "nats", f"{METRIC}/1 answers to other questions, {method}", most)
    quadratic = [one.quadratic for one in found]
    yield _mean(f"{METRIC}-quadratic", quadratic, "1", f"{METRIC}/1 Rao, {method}", 1.0, "lower")
    known = [one.likelihood for one in found if one.likelihood is not None]
    if known:
        part = f"{METRIC}/1 length-normalised likelihoods, {method}"
        yield _mean(f"{METRIC}-likelihood", known, "nats", part, most, "lower")
    else:
        reason = (
            f"no likelihoods of the answers to {len(found)} questions: give logprob in the file, or measure samples "
            "with a model that scores a text that it is shown (prompt_logprob)"
        )
        yield NotMeasured(f"{METRIC}-likelihood", reason)


def _mean(name: str, values: Sequence[float], unit: str, method: str, most: float, direction: str = "none") -> Score:
    estimate = mean_interval(values)
    return Score(
        name, estimate.value, estimate.n, unit, method, **estimate.bounds(0.0, most),
        direction=direction,  # type: ignore[arg-type]
    )  # fmt: skip


def _validity(found: Sequence[Meanings], method: str) -> Iterator[Measurement]:
    """Where a file says which questions are answered rightly: do high entropies foretell the wrong ones?"""
    labelled = [one for one in found if one.question.correct is not None]
    if not labelled:
        return
    for name in ("discrete", "quadratic", "likelihood"):
        rows = [(value, one.question.correct) for one in labelled if (value := getattr(one, name)) is not None]
        wrong, right = ([value for value, truth in rows if truth is side] for side in (False, True))
        place = {"entropy": name}
        if min(len(wrong), len(right)) < LEAST_LABELLED:
            if name != "likelihood":
                reason = f"{len(wrong)} questions are answered wrongly and {len(right)} rightly; 5 of each are needed"
                yield NotMeasured(f"{METRIC}-auc", reason, place)
            continue
        area = auc(wrong, right)
        yield Score(
            f"{METRIC}-auc", area.value, area.n, "area under ROC", f"{METRIC}/1 wrong above right, {method}",
            slice=place, direction="higher", **area.bounds(0.0, 1.0),
        )  # fmt: skip
        risk = area_under_risk_coverage(np.exp([-value for value, _ in rows]), [float(bool(x)) for _, x in rows])
        yield Score(
            f"{METRIC}-aurc", risk.value, risk.n, "probability", f"{METRIC}/1 lowest entropy first, {method}",
            slice=place, direction="lower", **risk.bounds(0.0, 1.0),
        )  # fmt: skip


def _items(found: Sequence[Meanings], scores: Sequence[Measurement]) -> Iterator[ItemValues]:
    kinds = {METRIC: "discrete", f"{METRIC}-quadratic": "quadratic", f"{METRIC}-likelihood": "likelihood"}
    for score in scores:
        if isinstance(score, Score) and score.metric in kinds:
            pairs = ((one.question.id, getattr(one, kinds[score.metric])) for one in found)
            own = [(name, value) for name, value in pairs if value is not None]
            ids, values = zip(*own, strict=True)
            yield ItemValues.of_means(score.metric, score.method, {}, ids, values)


def _exhibits(found: Sequence[Meanings], shuffled: Sequence[Meanings], questions: Questions) -> Iterator[Exhibit]:
    order = sorted(range(len(found)), key=lambda place: (-found[place].discrete, found[place].question.id))
    rows: list[tuple[Cell, ...]] = []
    for place in order[:LISTED]:
        one = found[place]
        text = one.question.text
        shown, _ = excerpt(text, max(0, len(text) - 1), len(text), 120)
        rows.append((shown, _meanings(one), len(one.ids), max(one.ids) + 1, one.discrete, one.quadratic))
    columns = ("Question", "An answer of each meaning", "Answers", "Meanings", "Entropy", "Quadratic")
    note = f"Least certain questions first; {questions.blank} answers without a word are left out."
    yield Table(METRIC, "Meanings of repeated answers", columns, tuple(rows), note)
    series = tuple(
        Series(label, tuple(range(len(own))), tuple(sorted((one.discrete for one in own), reverse=True)))
        for label, own in (("answers to the question", found), ("answers to other questions", shuffled))
    )
    yield Chart(f"{METRIC}-chart", "Entropy of the questions", "line", "questions, least certain first", "nats", series)


def _meanings(one: Meanings) -> str:
    """The first answer of the most common meanings, with their counts."""
    counts = np.bincount(one.ids)
    order = np.argsort(-counts, kind="stable")[:4]
    firsts = {place: one.question.answers[one.ids.index(place)] for place in order.tolist()}
    return " | ".join(f"{counts[place]} x {excerpt(text, width=80)[0]}" for place, text in firsts.items())
