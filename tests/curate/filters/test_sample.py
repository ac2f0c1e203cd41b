from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from headwater.core import SILENT, Corpus, CorpusWriter, UsageError
from headwater.curate import sample
from headwater.curate.base import BatchStep, CorpusStep
from headwater.curate.filters.sample import draw

Batch = Callable[..., pa.RecordBatch]
TEXTS = [f"text number {number}" for number in range(400)]


def removed(batch: pa.RecordBatch, share: float, seed: int = 0) -> set[str]:
    step = sample(share=share, seed=seed)
    assert isinstance(step, BatchStep)
    return {decision.id for decision in step.judge(batch).decisions}


def test_a_share_keeps_about_that_many(batch_of: Batch) -> None:
    assert 400 - len(removed(batch_of(TEXTS), 0.25)) == pytest.approx(100, abs=30)


def test_the_choice_does_not_depend_on_the_batch(batch_of: Batch) -> None:
    batch = batch_of(TEXTS)
    halves = removed(batch.slice(0, 150), 0.5) | removed(batch.slice(150), 0.5)
    assert halves == removed(batch, 0.5)


def test_a_smaller_share_is_part_of_a_larger_one(batch_of: Batch) -> None:
    batch = batch_of(TEXTS)
    assert removed(batch, 0.6) < removed(batch, 0.3)


def test_another_seed_makes_another_choice(batch_of: Batch) -> None:
    assert removed(batch_of(TEXTS), 0.5, seed=1) != removed(batch_of(TEXTS), 0.5, seed=2)


@pytest.mark.parametrize(("wanted", "kept"), [(1, 1), (37, 37), (400, 400), (1000, 400)])
def test_a_number_keeps_exactly_that_many(tmp_path: Path, batch_of: Batch, wanted: int, kept: int) -> None:
    with CorpusWriter(tmp_path) as writer:
        writer.write(batch_of(TEXTS))
    step = sample(documents=wanted, seed=0)
    assert isinstance(step, CorpusStep)
    decisions = step.judge_corpus(Corpus(tmp_path), SILENT).decisions
    assert 400 - len(decisions) == kept
    assert all((decision.measured or 0) > (decision.limit or 0) for decision in decisions)


def test_the_draw_is_spread_evenly() -> None:
    places = draw([str(number) for number in range(10_000)], seed=3)
    assert places.min() >= 0 and places.max() < 1
    assert places.mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "options", [{}, {"share": 0.5, "documents": 3}, {"share": 0}, {"share": 1.5}, {"documents": 0}]
)
def test_impossible_samples_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        sample(**options)  # type: ignore[arg-type]
