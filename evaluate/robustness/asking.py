"""Questions to ask, from a file or from TruthfulQA, and what a model answers to them."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from ...core import InputError, UsageError, generator, sha256
from ...curate import redact
from ..answer_file import Row, empty, nested_of, questions_hash, read_answers
from ..base import Subject
from ..benchmark_sets import Data, set_rows
from ..completions import completions
from ..hallucination.meaning_clusters import normal

PROMPT = "Question: {}\nAnswer:"
TOKENS, MOST_QUESTIONS, LONGEST = 32, 10_000, 2_000
_SAID = re.compile(r"\w")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question; ``known`` are its right answers, where a file gives them; ``group`` those that ask the same."""

    id: str
    text: str
    known: tuple[str, ...] = ()
    group: str = ""
    answer: str | None = None


def questions(
    subject: Subject, file: str | None, limit: int, metric: str, data: Data = None
) -> tuple[list[Asked], str]:
    """The questions of a file (column ``question``), else of TruthfulQA; and their label for protocols.

    ``data`` is where TruthfulQA lies, if not below ``sets``. Other columns of a file: ``id``, ``group``, ``answer``,
    and ``known``, a right answer or a list of them. At most ``limit`` groups, drawn by seed.
    """
    if not 1 <= limit <= MOST_QUESTIONS:
        raise UsageError(f"{metric}: questions is from 1 to {MOST_QUESTIONS:,}, not {limit}")
    if file is not None:
        found = [_asked(row, "question") for row in read_answers(file, ("question",), subject.progress).rows]
        label = f"questions {questions_hash(f'{one.group} {one.text}' for one in found)}"
    else:
        rows, label = set_rows(subject, "truthfulqa", data, needed=("Question",))
        found = [_asked(row, "Question") for row in rows]
    names = [one.id for one in found if one.group == one.id]
    if len(set(names)) < len(names):
        name = Counter(names).most_common(1)[0][0]
        raise InputError(f"{metric}: the question or id {redact(name[:60])!r} stands in two rows; each needs its own")
    groups = list(dict.fromkeys(one.group for one in found))
    kept = {groups[i] for i in generator(subject.seed, "questions").permutation(len(groups))[:limit].tolist()}
    return [one for one in found if one.group in kept], label


def _asked(row: Row, column: str) -> Asked:
    text = row.values.get(column)
    if empty(text):
        raise InputError(f"{row.place}: no question; remove the row or give it")
    question, group, known = str(text)[:LONGEST], row.values.get("group"), row.values.get("known")
    listed = nested_of(row, "known")
    right = tuple(str(one) for one in listed) if isinstance(listed, list) else () if empty(known) else (str(known),)
    own, answer = row.values.get("id"), row.values.get("answer")
    name = sha256(question.encode("utf-8", "replace"))[:16] if empty(own) else str(own)
    return Asked(name, question, right, name if empty(group) else str(group), None if answer is None else str(answer))


@dataclass(frozen=True, slots=True)
class Frame:
    """How a question is asked: the text around it, how long the answer may be, and strings that end it."""

    prompt: str
    tokens: int
    stop: tuple[str, ...] = ()

    def check(self, metric: str) -> None:
        """Raise :class:`UsageError` unless ``{}`` stands once in the prompt, where the question goes."""
        if self.prompt.count("{}") != 1:
            raise UsageError(
                f"{metric}: prompt needs one {{}} where the question goes, not {redact(self.prompt[:60])!r}"
            )
        if not 1 <= self.tokens <= 1_000:
            raise UsageError(f"{metric}: tokens is from 1 to 1,000, not {self.tokens}")
        if not all(self.stop):
            raise UsageError(f"{metric}: a string of stop is empty")

    def around(self, question: str) -> str:
        """The question in its frame."""
        head, tail = self.prompt.split("{}")
        return head + question + tail

    @property
    def protocol(self) -> str:
        """As it stands in protocols."""
        return f"greedy, {self.tokens} tokens, prompt {self.prompt!r}" + (
            f", stop {list(self.stop)}" if self.stop else ""
        )

    def cut(self, answer: str) -> str:
        """The first line that holds something before any of the strings that end an answer."""
        for one in self.stop:
            answer = answer.split(one, 1)[0]
        return first_line(answer)


def greedy_answers(subject: Subject, texts: Sequence[str], frame: Frame, use: str) -> list[str]:
    """The first line that a model answers greedily to each question; each different question is asked once."""
    distinct = list(dict.fromkeys(texts))
    prompts = [frame.around(text) for text in distinct]
    given = completions(subject, prompts, max_new_tokens=frame.tokens, use=use, temperature=0.0)
    found = {text: frame.cut(answer) for text, answer in zip(distinct, given, strict=True)}
    return [found[text] for text in texts]


def first_line(answer: str) -> str:
    """The first line that holds something; models go on with questions of their own."""
    return next((line.strip() for line in answer.splitlines() if line.strip()), "")


def says(answer: str) -> bool:
    """Whether an answer holds a letter or a digit; one that does not agrees with nothing."""
    return bool(_SAID.search(answer))


def same_answer(one: str, two: str) -> bool:
    """Equal but for case, spaces and marks at the ends; blank answers agree with nothing.

    >>> same_answer("In Paris.", "in  paris"), same_answer("", "")
    (True, False)
    """
    return says(one) and normal(one) == normal(two)


def is_known(answer: str, known: Sequence[str]) -> bool:
    """Whether one of the right answers stands in an answer, word for word.

    >>> is_known("It is Paris, I think.", ["paris"]), is_known("Parisian", ["Paris"])
    (True, False)
    """
    said = " ".join(re.findall(r"\w+", answer.casefold()))
    wanted = (" ".join(re.findall(r"\w+", one.casefold())) for one in known)
    return any(one and f" {one} " in f" {said} " for one in wanted)
