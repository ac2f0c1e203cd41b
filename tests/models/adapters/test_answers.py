"""Kept answers."""

from pathlib import Path
from typing import Any

import pytest

from headwater.core import IntegrityError
from headwater.models.adapters.answers import Answers

ANSWER = {"text": "deep", "usage": {"prompt_tokens": 3, "completion_tokens": 2}}


@pytest.mark.parametrize("kept", [True, False])
def test_a_question_is_asked_once(tmp_path: Path, kept: bool) -> None:
    answers, asked = Answers(tmp_path if kept else None), list[int]()

    def ask() -> dict[str, Any]:
        asked.append(1)
        return dict(ANSWER)

    for seed in (1, 1, 2):
        assert answers.get({"prompt": "x", "seed": seed}, ask) == ANSWER
    assert len(asked) == 2
    assert answers.usage() == {"requests": 2, "prompt_tokens": 6, "completion_tokens": 4}


def test_usage_counts_what_an_earlier_process_paid(tmp_path: Path) -> None:
    Answers(tmp_path).get({"prompt": "x"}, lambda: dict(ANSWER))
    later = Answers(tmp_path)
    later.get({"prompt": "y"}, lambda: dict(ANSWER))
    assert later.usage()["requests"] == 2


def test_a_question_that_failed_leaves_nothing(tmp_path: Path) -> None:
    def fail() -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        Answers(tmp_path).get({"prompt": "x"}, fail)
    assert list(tmp_path.rglob("*.json")) == []


def test_a_damaged_answer_is_noticed(tmp_path: Path) -> None:
    Answers(tmp_path).get({"prompt": "x"}, lambda: dict(ANSWER))
    next(tmp_path.glob("??/*.json")).write_text("{")
    with pytest.raises(IntegrityError, match="not valid JSON"):
        Answers(tmp_path).get({"prompt": "x"}, lambda: dict(ANSWER))
