"""A metric's own prompts are asked once: what the model wrote is kept by model, prompt, options and seed."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fakes import ByteModel, random_text, write_corpus

from headwater.core import IncompleteError
from headwater.evaluate import Subject, completions, ending_logs, text_logs

TEXT = "the heron stands by the lake and waits for the fish that comes. "


def subject_of(tmp_path: Path) -> Subject:
    corpus = write_corpus(tmp_path / "corpus", [TEXT * 3, random_text(1, 100), random_text(2, 100)])
    return Subject(tmp_path, corpus, ByteModel(corpus))


def test_what_was_written_is_kept_and_samples_of_a_prompt_stand_together(tmp_path: Path) -> None:
    subject = subject_of(tmp_path)
    model = subject.checkpoint
    assert isinstance(model, ByteModel)
    asked: list[int] = []
    plain = model.complete_tokens

    def counted(prompts: Sequence[Sequence[int]], **options: Any) -> list[list[int]]:
        asked.append(len(prompts))
        return plain(prompts, **options)

    model.complete_tokens = counted  # type: ignore[method-assign]
    prompts = ["the heron ", "the fish "]
    first = completions(subject, prompts, max_new_tokens=8, use="test", samples=3)
    assert len(first) == 6 and asked == [2]
    assert completions(subject, prompts, max_new_tokens=8, use="test", samples=3) == first and asked == [2]
    completions(subject, prompts, max_new_tokens=8, use="other", samples=3)
    assert asked == [2, 2]


def test_endings_are_scored_after_their_prompts(tmp_path: Path) -> None:
    subject = subject_of(tmp_path)
    whole = text_logs(subject, ["the heron stands", ""])
    ending = ending_logs(subject, ["the heron", "the"], [" stands", ""])
    assert whole[1].shape == (0,) and ending[1] is None
    assert ending[0] is not None and ending[0].tolist() == whole[0][len("the heron") :].tolist()


def test_without_a_model_there_is_a_reason(tmp_path: Path) -> None:
    subject = Subject(tmp_path, subject_of(tmp_path).corpus)
    with pytest.raises(IncompleteError, match="no model that writes text"):
        completions(subject, ["a"], max_new_tokens=1, use="test")
    with pytest.raises(IncompleteError, match="no model that scores a text"):
        text_logs(subject, ["a"])
