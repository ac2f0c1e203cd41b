from collections.abc import Callable

import pyarrow as pa
import pytest

from headwater.core import UsageError
from headwater.curate import length

Batch = Callable[..., pa.RecordBatch]


def rules(batch: pa.RecordBatch, **limits: int | None) -> list[tuple[int, str, float | None, float | None]]:
    ids = batch.column("id").to_pylist()
    decisions = length(**limits).judge(batch).decisions
    return [(ids.index(decision.id), decision.rule, decision.measured, decision.limit) for decision in decisions]


def test_characters_are_code_points_and_limits_are_included(batch_of: Batch) -> None:
    batch = batch_of(["é" * 4, "é" * 5, "é" * 8, "é" * 9])
    found = rules(batch, minimum_characters=5, maximum_characters=8)
    assert found == [(0, "minimum-characters", 4, 5), (3, "maximum-characters", 9, 8)]


def test_words_are_runs_without_white_space(batch_of: Batch) -> None:
    batch = batch_of(["one", " one\n\ttwo ", "one two three", "", "   "])
    found = rules(batch, minimum_characters=None, minimum_words=2, maximum_words=2)
    assert found == [
        (0, "minimum-words", 1, 2),
        (2, "maximum-words", 3, 2),
        (3, "minimum-words", 0, 2),
        (4, "minimum-words", 0, 2),
    ]


def test_a_document_gets_one_reason(batch_of: Batch) -> None:
    assert rules(batch_of(["a"]), minimum_characters=5, minimum_words=5) == [(0, "minimum-characters", 1, 5)]


def test_no_limit_removes_nothing(batch_of: Batch) -> None:
    assert rules(batch_of(["", "x" * 10_000]), minimum_characters=None) == []


@pytest.mark.parametrize("limits", [{"minimum_characters": 9, "maximum_characters": 3}, {"minimum_words": -1}])
def test_impossible_limits_are_refused(limits: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="must be from 0"):
        length(**limits)
