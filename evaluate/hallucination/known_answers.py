"""Questions with known answers, and finished answers to them, from a file of rows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from ...core import InputError, UsageError, generator, sha256
from ...curate import redact
from ..answer_file import Row, empty, nested_of, number_of
from ..refusals import kind_of
from .answer_matching import contains, exact, token_f1

Verdict = Literal["correct", "wrong", "abstained", "empty"]
Match = Literal["exact", "contains"]
MOST_CHOICES, MOST_ANSWERS = 100, 1_000


@dataclass(frozen=True, slots=True)
class KnownQuestion:
    """One row. ``prediction`` is None where the model has still to answer; ``confidence`` is in [0, 1] or None."""

    id: str
    text: str
    answers: tuple[str, ...]
    choices: tuple[str, ...] = ()
    category: str = ""
    prediction: str | None = None
    confidence: float | None = None

    @property
    def right(self) -> tuple[str, ...]:
        """The choices that are right."""
        return tuple(one for one in self.choices if exact(one, self.answers))


@dataclass(frozen=True, slots=True)
class Judged:
    """What an answer is worth: a verdict, F1 of the shared words and whether a known answer stands in it."""

    question: KnownQuestion
    text: str
    verdict: Verdict
    f1: float
    held: bool
    exact: bool
    confidence: float | None


def known_questions(rows: Sequence[Row]) -> list[KnownQuestion]:
    """Every row as a question. Raises :class:`InputError` with its place for one that is broken, or an id twice."""
    found, places = list[KnownQuestion](), dict[str, str]()
    for row in rows:
        one = _question(row)
        if one.id in places:
            raise InputError(
                f"{row.place}: the id {redact(one.id[:60])!r} stands at {places[one.id]} already; give each row its own"
            )
        places[one.id] = row.place
        found.append(one)
    return found


def _question(row: Row) -> KnownQuestion:
    text = str(row.values.get("question") or "").strip()
    if not text:
        raise InputError(f"{row.place}: no question; each row needs one in the column 'question'")
    answers = listed(row, "answers") or listed(row, "answer", split=False)
    if not answers:
        raise InputError(f"{row.place}: no known answer; give it in the column 'answer', or several in 'answers'")
    choices = listed(row, "choices")
    if len(choices) > MOST_CHOICES or len(answers) > MOST_ANSWERS:
        raise InputError(f"{row.place}: more than {MOST_CHOICES} choices or {MOST_ANSWERS:,} answers")
    own = row.values.get("id")
    name = sha256(text.encode("utf-8", "replace"))[:16] if empty(own) else str(own)
    sure = number_of(row, "confidence")
    if sure is not None and not 0 <= sure <= 1:
        raise InputError(f"{row.place}: confidence {sure:g} is no probability from 0 to 1")
    given = row.values.get("prediction")
    prediction = ("" if given is None else str(given)) if "prediction" in row.values else None
    category = "" if empty(row.values.get("category")) else str(row.values["category"])
    found = KnownQuestion(name, text, answers, choices, category, prediction, sure)
    if choices and (not found.right or len(found.right) == len(choices)):
        raise InputError(f"{row.place}: of the choices at least one must be a known answer and one must not")
    return found


def listed(row: Row, column: str, split: bool = True) -> tuple[str, ...]:
    """A list in JSON, or texts with ; between them; a cell alone where it is not to be split."""
    nested = nested_of(row, column)
    if isinstance(nested, list):
        parts = [str(part) for part in nested if part is not None]
    else:
        value = row.values.get(column)
        text = "" if value is None else _plain(value)
        parts = text.split(";") if split else [text]
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _plain(value: Any) -> str:
    whole = isinstance(value, float) and math.isfinite(value) and value.is_integer()
    return str(int(value)) if whole else str(value)


def judge(question: KnownQuestion, text: str, match: Match, confidence: float | None = None) -> Judged:
    """What a text says in answer. A known answer is right even where it reads like a refusal."""
    same, held = exact(text, question.answers), contains(text, question.answers)
    kind = kind_of(text)
    verdict: Verdict
    if same:
        verdict = "correct"
    elif kind != "answer":
        verdict = "empty" if kind == "empty" else "abstained"
    else:
        verdict = "correct" if match == "contains" and held else "wrong"
    return Judged(question, text, verdict, token_f1(text, question.answers), held, same, confidence)


def drawn(questions: Sequence[KnownQuestion], limit: int | None, seed: int) -> list[KnownQuestion]:
    """All, or ``limit`` of them by the seed, in the order of the file."""
    if limit is None or limit >= len(questions):
        return list(questions)
    if limit < 1:
        raise UsageError(f"question-answers: limit is at least 1 or null, not {limit}")
    places = generator(seed, "question-answers").permutation(len(questions))[:limit]
    return [questions[place] for place in sorted(places.tolist())]


def counts(found: Sequence[Judged]) -> Mapping[Verdict, int]:
    """How many there are of each verdict."""
    names: tuple[Verdict, ...] = ("correct", "wrong", "abstained", "empty")
    return {name: sum(one.verdict == name for one in found) for name in names}
