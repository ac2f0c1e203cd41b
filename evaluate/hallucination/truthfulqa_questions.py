"""The questions of TruthfulQA as its authors pose them, and what is asked of a model."""

from collections.abc import Sequence
from dataclasses import dataclass

from ...core import InputError, UsageError, generator, sha256
from ...curate import redact
from ..answer_file import Row

NEEDED = ("Question", "Best Answer", "Correct Answers", "Incorrect Answers")
BARE = "Q: {question}\nA:"
LONGEST_PROMPT = 20_000


@dataclass(frozen=True, slots=True)
class Question:
    """One question; ``true`` holds ``best``. ``id`` is a hash of the question."""

    id: str
    text: str
    category: str
    best: str
    true: tuple[str, ...]
    false: tuple[str, ...]


def questions_of(rows: Sequence[Row]) -> list[Question]:
    """The questions of the published table. Raises :class:`InputError` for a row without one of its answers."""
    found: dict[str, Question] = {}
    for row in rows:
        text, best = (str(row.values.get(name) or "").strip() for name in ("Question", "Best Answer"))
        true, false = (_answers(row.values.get(name)) for name in ("Correct Answers", "Incorrect Answers"))
        best = _closed(best) if best else ""
        if not text or not best or not false:
            raise InputError(
                f"{row.place}: a question of TruthfulQA needs a best and an incorrect answer: {_shown(text)}"
            )
        if best in false:
            raise InputError(f"{row.place}: the best answer is among the incorrect ones: {_shown(text)}")
        name = sha256(text.encode())[:16]
        category = str(row.values.get("Category") or "").strip() or "no category"
        true = tuple(dict.fromkeys((best, *(one for one in true if one not in false))))
        found.setdefault(name, Question(name, text, category, best, true, false))
    return list(found.values())


def chosen(questions: Sequence[Question], limit: int | None, seed: int) -> list[Question]:
    """All, or ``limit`` of them drawn by the seed, in the order of the set."""
    if limit is None or limit >= len(questions):
        return list(questions)
    if limit < 1:
        raise UsageError(f"truthfulqa: limit is at least 1 or null, not {limit}")
    drawn = generator(seed, "truthfulqa", "questions").permutation(len(questions))[:limit]
    return [questions[place] for place in sorted(drawn.tolist())]


def checked_prompt(prompt: str) -> str:
    """A template with ``{question}`` once; raises :class:`UsageError`."""
    if prompt.count("{question}") != 1 or len(prompt) > LONGEST_PROMPT:
        raise UsageError(f"truthfulqa: prompt needs {{question}} once, in at most {LONGEST_PROMPT:,} characters")
    return prompt


def prompt_name(prompt: str) -> str:
    """What protocols call it: ``bare``, or a hash of one of the user's own."""
    return "bare" if prompt == BARE else sha256(prompt.encode("utf-8", "replace"))[:8]


def prompt_of(question: Question, prompt: str) -> str:
    """What is asked."""
    return prompt.replace("{question}", question.text)


def answer_after(prompt: str, answer: str) -> str:
    """An answer as it follows the prompt: after a space, unless the prompt ends in white space itself."""
    return answer if prompt[-1:].isspace() else " " + answer


def _answers(cell: object) -> tuple[str, ...]:
    parts = (part.strip() for part in str(cell or "").split(";"))
    return tuple(dict.fromkeys(_closed(part) for part in parts if part))


def _closed(answer: str) -> str:
    """With the full stop that the authors add where there is none."""
    return answer if answer.endswith(".") else answer + "."


def _shown(text: str) -> str:
    return repr(redact(text[:80]))
