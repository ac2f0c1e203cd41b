import pytest

from headwater.core import IntegrityError
from headwater.curate.counts import RunCounts, StepCounts


def counts(**changes: int) -> RunCounts:
    """Ten rows in: one unreadable, two removed by a step, seven kept, one of them edited."""
    read = StepCounts(0, "read", documents_in=10, kept=9, removed=1)
    step = StepCounts(1, "step", documents_in=9, kept=6, edited=1, removed=2)
    found = RunCounts([read, step], kept_unchanged=6, kept_edited=1, documents_in=10)
    found.actions["removed"] = 3
    for name, value in changes.items():
        target, _, field = name.partition("__")
        setattr({"run": found, "step": step}[target], field, value)
    return found


def test_counts_that_add_up_pass() -> None:
    counts().reconcile()


@pytest.mark.parametrize(
    "changes",
    [
        {"step__documents_in": 8},
        {"step__kept": 7},
        {"step__edited": 0},
        {"step__quarantined": 1},
        {"run__kept_unchanged": 5},
        {"run__kept_edited": 2},
        {"run__documents_in": 11},
    ],
)
def test_any_count_that_is_off_is_noticed(changes: dict[str, int]) -> None:
    with pytest.raises(IntegrityError):
        counts(**changes).reconcile()


def test_a_removed_row_that_is_missing_is_noticed() -> None:
    found = counts()
    found.actions["removed"] = 2
    with pytest.raises(IntegrityError):
        found.reconcile()
