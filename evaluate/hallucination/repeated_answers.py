"""Several answers to one question: repeated samples, or the rows of a file."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from ...core import IncompleteError, InputError, sha256
from ...curate import redact
from ..answer_file import Row, empty, number_of, questions_hash, read_answers, truth_of
from ..base import Subject
from ..text_likelihood import ending_logs

MOST_ANSWERS, LONGEST = 50, 4_000
_WORD = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Question:
    """A question and its answers. ``logs``: the mean log-probability a token of each answer, nats, where it is known.

    ``correct``: whether the model answers it rightly, where a file says so.
    """

    id: str
    text: str
    answers: tuple[str, ...]
    logs: tuple[float, ...] | None = None
    correct: bool | None = None


@dataclass(frozen=True, slots=True)
class Questions:
    """Questions with at least as many answers as are needed, in order; ``label`` names them in protocols.

    ``without`` counts questions that are left out for want of answers; ``blank`` answers without a letter or digit.
    """

    rows: tuple[Question, ...]
    label: str
    without: int
    blank: int

    @property
    def sizes(self) -> str:
        """How many answers the questions have: ``5 answers``, ``3 to 5 answers``."""
        low, high = (pick([len(one.answers) for one in self.rows] or [0]) for pick in (min, max))
        return f"{low} answers" if low == high else f"{low} to {high} answers"


def repeated_answers(subject: Subject, answers_file: str | None, fewest: int) -> Questions:
    """The questions of a file, else those of the repeated samples; each with ``fewest`` answers or more.

    A file (.jsonl or .csv) has a row for each answer: ``question``, ``answer``; where there are, ``logprob`` (of the
    whole answer, nats), ``tokens`` (how many it has) and ``correct`` (of the question: all its rows must agree).
    """
    if answers_file is None:
        found, label = list(_of_samples(subject)), "repeated samples"
    else:
        rows = read_answers(answers_file, ("question", "answer"), subject.progress).rows
        found = list(_of_rows(rows))
        label = f"questions {questions_hash(one.id for one in found)}"
    kept = [_said(one) for one in found]
    blank = sum(len(one.answers) for one in found) - sum(len(one.answers) for one in kept)
    enough = tuple(one for one in kept if len(one.answers) >= fewest)
    return Questions(enough, label, len(kept) - len(enough), blank)


def why_no_questions(questions: Questions, fewest: int, minimum: int) -> str:
    """Why there are too few questions."""
    return (
        f"{len(questions.rows)} questions have {fewest} answers or more that say something, {minimum} are needed "
        f"({questions.without} have fewer; sample.repeats and sample.repeat_samples make some, or give an answers_file)"
    )


def with_likelihoods(subject: Subject, questions: Questions) -> Questions:
    """The same with the mean log-probabilities of samples by the model that is measured, where it gives them.

    A question of which one answer has no clean reading after its prompt keeps none.
    """
    wanted = [one for one in questions.rows if one.logs is None and questions.label == "repeated samples"]
    model = subject.checkpoint
    if not wanted or model is None or "prompt_logprob" not in model.capabilities:
        return questions
    pairs = [(one.text, answer) for one in wanted for answer in one.answers]
    try:
        logs = iter(ending_logs(subject, [a for a, _ in pairs], [b for _, b in pairs], "semantic entropy"))
    except IncompleteError:
        return questions
    means = {one.id: [None if (x := next(logs)) is None else float(np.mean(x)) for _ in one.answers] for one in wanted}
    rows = (
        replace(one, logs=tuple(x for x in found if x is not None)) if None not in (found := means[one.id]) else one
        for one in wanted
    )
    return replace(questions, rows=tuple(rows))


def _of_samples(subject: Subject) -> Iterator[Question]:
    by_pair: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in subject.samples_of("repeat"):
        if row["pair"] is not None:
            by_pair[str(row["pair"])].append((str(row["prompt"] or ""), str(row["output"] or "")))
    for name in sorted(by_pair):
        answers = tuple(answer[:LONGEST] for _, answer in by_pair[name][:MOST_ANSWERS])
        yield Question(name, by_pair[name][0][0], answers)


def _of_rows(rows: Sequence[Row]) -> Iterator[Question]:
    by_question: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if empty(row.values.get("question")):
            raise InputError(f"{row.place}: no question; remove the row or give it")
        by_question[str(row.values["question"])].append(row)
    for text, own in by_question.items():
        if len(own) > MOST_ANSWERS:
            raise InputError(f"{own[MOST_ANSWERS].place}: more than {MOST_ANSWERS} answers to one question; give fewer")
        verdicts = {truth for row in own if (truth := truth_of(row, "correct")) is not None}
        if len(verdicts) > 1:
            raise InputError(
                f"{own[0].place}: 'correct' is of the question, and its rows disagree: {redact(text[:60])!r}"
            )
        answers = tuple(str(row.values.get("answer") or "")[:LONGEST] for row in own)
        name = sha256(text.encode("utf-8", "replace"))[:16]
        yield Question(name, text, answers, _logs(own), next(iter(verdicts), None))


def _logs(rows: Sequence[Row]) -> tuple[float, ...] | None:
    found = [_mean_log(row) for row in rows]
    known = tuple(x for x in found if x is not None)
    return known if len(known) == len(rows) else None


def _mean_log(row: Row) -> float | None:
    total, tokens = number_of(row, "logprob"), number_of(row, "tokens")
    if total is None:
        return None
    if total > 0 or (tokens is not None and tokens < 1):
        raise InputError(f"{row.place}: 'logprob' is at most 0 and 'tokens' at least 1, not {total:g} and {tokens}")
    return total / tokens if tokens else total


def _said(one: Question) -> Question:
    """The question without answers that hold no letter and no digit."""
    kept = [place for place, answer in enumerate(one.answers) if _WORD.search(answer)]
    if len(kept) == len(one.answers):
        return one
    logs = tuple(one.logs[place] for place in kept) if one.logs is not None else None
    return replace(one, answers=tuple(one.answers[place] for place in kept), logs=logs)
