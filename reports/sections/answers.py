"""Seven questions and their answers, the second thing on the page."""

from dataclasses import dataclass

from ..answers import QUESTIONS, Answer
from ..run import Run
from .base import SECTIONS


@dataclass(frozen=True, slots=True)
class Answers:
    """One answer for each question, in the order of the page."""

    answers: tuple[Answer, ...]


@SECTIONS.register("answers", title="Seven questions", order="5")
def answers(run: Run) -> Answers | None:
    """What it was trained on, what was removed, what leaks, whom it treats worse, what it makes up, who signed."""
    if run.main.apart:
        return None
    return Answers(tuple(question(run) for question in QUESTIONS))
