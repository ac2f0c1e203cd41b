from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, Corpus, IntegrityError, Progress
from headwater.curate import Annotation, Decision, Judgement, shards
from headwater.curate.corpus_pass import corpus_view, judge_corpus
from headwater.curate.reading import read_all
from headwater.curate.steps import NumberedStep

Make = Callable[..., Any]


class Counting:
    """Removes the first document and counts how often it was asked."""

    name = "counting"
    asked = 0

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        self.asked += 1
        first, second, *_ = corpus.ids()
        decisions = (Decision(first, "removed", "first", 1.0, None, "why", second), Decision(second, "edited", "x"))
        return Judgement(decisions, {second: "new"}, (Annotation(second, "label", 1, 2, 0.5),), {}, {"asked": 1})


@pytest.fixture
def read(tmp_path: Path, source: Make, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, int]:
    monkeypatch.setattr(shards, "SHARD_ROWS", 3)
    return tmp_path / "read", read_all(source([f"text {number}" for number in range(8)]), tmp_path / "read", SILENT)


def test_the_shards_are_one_corpus_in_order(read: tuple[Path, int]) -> None:
    corpus = corpus_view(*read)
    corpus.verify()
    assert corpus.column("text").to_pylist() == [f"text {number}" for number in range(8)]
    assert len(corpus) == 8


def test_a_judgement_is_made_once_and_comes_back_equal(tmp_path: Path, read: tuple[Path, int]) -> None:
    step = Counting()
    first = judge_corpus(NumberedStep(1, step), read[0], tmp_path / "pass", read[1], SILENT)
    again = judge_corpus(NumberedStep(1, step), read[0], tmp_path / "pass", read[1], SILENT)
    assert step.asked == 1
    assert first == again == step.judge_corpus(corpus_view(*read), SILENT)


def test_a_damaged_judgement_is_made_again(tmp_path: Path, read: tuple[Path, int]) -> None:
    step = Counting()
    judge_corpus(NumberedStep(1, step), read[0], tmp_path / "pass", read[1], SILENT)
    (tmp_path / "pass" / "judgement" / "decisions.parquet").write_bytes(b"")
    judge_corpus(NumberedStep(1, step), read[0], tmp_path / "pass", read[1], SILENT)
    assert step.asked == 2


def test_a_step_on_the_whole_corpus_may_not_replace_columns(tmp_path: Path, read: tuple[Path, int]) -> None:
    step = Counting()
    step.judge_corpus = lambda corpus, progress: Judgement(columns={"language": None})  # type: ignore[method-assign]
    with pytest.raises(IntegrityError, match="cannot replace columns"):
        judge_corpus(NumberedStep(1, step), read[0], tmp_path / "pass", read[1], SILENT)


def test_a_step_on_the_whole_corpus_decides_once_on_each(tmp_path: Path, read: tuple[Path, int]) -> None:
    step = Counting()
    twice = (Decision("a", "removed", "x"), Decision("a", "removed", "y"))
    step.judge_corpus = lambda corpus, progress: Judgement(twice)  # type: ignore[method-assign]
    with pytest.raises(IntegrityError, match="more than one decision"):
        judge_corpus(NumberedStep(1, step), read[0], tmp_path / "pass", read[1], SILENT)
