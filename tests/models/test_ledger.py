from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import IntegrityError, write_parquet
from headwater.models.ledger import TrainingLedger, ledger_table
from headwater.models.order import StepPlan, examples_at


def ledger(steps: int = 5, seed: int = 0) -> TrainingLedger:
    placed = [("a", "trained"), ("b", "trained"), ("c", "canary"), ("a", "trained")]
    table = ledger_table(placed, np.array([0, 1, 1, 3]), np.array([1, 1, 3, 4]), ["h"])
    return TrainingLedger(table, StepPlan(seed=seed, batch=2, steps=steps, examples=5))


WINDOWS = {"a": {0, 1, 3, 4}, "b": {1}, "c": {1, 2, 3}}


@given(st.integers(0, 1000), st.integers(1, 12))
def test_both_directions_agree_with_the_batches_themselves(seed: int, steps: int) -> None:
    book = ledger(steps, seed)
    for step in range(steps):
        batch = set(examples_at(book.plan, step).tolist())
        assert book.documents_at(step) == tuple(sorted(name for name in WINDOWS if WINDOWS[name] & batch))
    for name in WINDOWS:
        assert book.steps_of(name) == tuple(step for step in range(steps) if name in book.documents_at(step))


def test_a_held_out_or_unknown_document_was_never_seen() -> None:
    assert ledger().steps_of("h") == ledger().steps_of("nobody") == ()


@pytest.mark.parametrize("step", [-1, 5, 10**9])
def test_a_step_that_was_not_run_saw_nothing(step: int) -> None:
    assert ledger(5).documents_at(step) == ()


def test_ids_are_told_by_role_and_each_once() -> None:
    assert (ledger().ids("trained"), ledger().ids("canary"), ledger().ids("held-out")) == (["a", "b"], ["c"], ["h"])


def test_saving_and_loading_keeps_the_root(tmp_path: Path) -> None:
    book = ledger()
    book.save(tmp_path / "ledger.parquet")
    assert TrainingLedger.load(tmp_path / "ledger.parquet", book.to_json()).root == book.root


def test_a_changed_row_is_an_integrity_error(tmp_path: Path) -> None:
    book = ledger()
    ids = ["x" if name == "b" else name for name in book.table["id"].to_pylist()]
    write_parquet(tmp_path / "ledger.parquet", book.table.set_column(0, book.table.schema.field(0), [pa.array(ids)]))
    with pytest.raises(IntegrityError, match="does not match its root hash"):
        TrainingLedger.load(tmp_path / "ledger.parquet", book.to_json())


def test_another_plan_has_another_root() -> None:
    assert ledger(seed=0).root != ledger(seed=1).root
