import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, Corpus, IntegrityError, Progress
from headwater.curate import Annotation, Decision, Judgement, shards
from headwater.curate.base import Addition, CorpusStep
from headwater.curate.corpus_pass import SharedCorpus, judge_corpus, write_view
from headwater.curate.crew import Crew
from headwater.curate.reading import read_shards
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


def judged(step: CorpusStep, read: tuple[Path, int], target: Path) -> Judgement:
    return judge_corpus(NumberedStep(1, step), *read[:1], target, read[1], Crew(1, [step]), step, SILENT)


@pytest.fixture
def read(tmp_path: Path, source: Make, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, int]:
    monkeypatch.setattr(shards, "SHARD_ROWS", 3)
    found = read_shards(source([f"text {number}" for number in range(8)]), tmp_path / "read", SILENT)
    return tmp_path / "read", len(list(found))


def test_the_shards_are_one_corpus_in_order(read: tuple[Path, int]) -> None:
    write_view(*read)
    corpus = Corpus(read[0])
    corpus.verify()
    assert corpus.column("text").to_pylist() == [f"text {number}" for number in range(8)]
    assert len(corpus) == 8


def test_a_judgement_is_made_once_and_comes_back_equal(tmp_path: Path, read: tuple[Path, int]) -> None:
    step = Counting()
    first = judged(step, read, tmp_path / "pass")
    again = judged(step, read, tmp_path / "pass")
    assert step.asked == 1
    assert first == again == step.judge_corpus(Corpus(read[0]), SILENT)


def test_a_damaged_judgement_is_made_again(tmp_path: Path, read: tuple[Path, int]) -> None:
    step = Counting()
    judged(step, read, tmp_path / "pass")
    (tmp_path / "pass" / "judgement" / "decisions.parquet").write_bytes(b"")
    judged(step, read, tmp_path / "pass")
    assert step.asked == 2


@pytest.mark.parametrize(
    "judgement", [Judgement(columns={"language": None}), Judgement(additions=(Addition("a", "b", "1", "of", "x"),))]
)
def test_a_step_on_the_whole_corpus_may_neither_replace_columns_nor_add(
    tmp_path: Path, read: tuple[Path, int], judgement: Judgement
) -> None:
    step = Counting()
    step.judge_corpus = lambda corpus, progress: judgement  # type: ignore[method-assign]
    with pytest.raises(IntegrityError, match="can neither replace columns nor add"):
        judged(step, read, tmp_path / "pass")


def test_a_step_on_the_whole_corpus_decides_once_on_each(tmp_path: Path, read: tuple[Path, int]) -> None:
    step = Counting()
    twice = (Decision("a", "removed", "x"), Decision("a", "removed", "y"))
    step.judge_corpus = lambda corpus, progress: Judgement(twice)  # type: ignore[method-assign]
    with pytest.raises(IntegrityError, match="more than one decision"):
        judged(step, read, tmp_path / "pass")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_map_over_the_corpus_is_in_order_with_any_number_of_workers(read: tuple[Path, int], workers: int) -> None:
    write_view(*read)
    plain, rows_of = Corpus(read[0]), operator.methodcaller("to_pylist")
    with Crew(workers, [len]) as crew:
        shared = [row for rows in SharedCorpus(read[0], crew, len).map(rows_of, ["id"]) for row in rows]
    assert shared == [row for rows in plain.map(rows_of, ["id"]) for row in rows]
    assert [row["id"] for row in shared] == plain.ids()
