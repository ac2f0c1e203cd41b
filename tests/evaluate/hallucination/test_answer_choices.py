import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.evaluate.hallucination.answer_choices import single_true, true_mass

LOGS = st.lists(st.floats(-2000, 0), min_size=1, max_size=6)


def test_the_best_answer_has_to_be_the_likeliest() -> None:
    assert single_true(-1, [-1.5, -9]).correct and not single_true(-2, [-1.5, -9]).correct


def test_a_tie_is_wrong_and_told() -> None:
    found = single_true(-3, [-3, -4])
    assert not found.correct and found.tied and found.confidence < 0.5


def test_a_tie_among_false_answers_below_the_best_is_no_tie() -> None:
    found = single_true(-1, [-3, -3])
    assert found.correct and not found.tied


@given(LOGS, LOGS)
def test_mass_of_true_and_of_false_sum_to_one_even_far_below_zero(true: list[float], false: list[float]) -> None:
    """exp(-2000) is 0: without the largest taken off both sums would be 0 / 0."""
    assert true_mass(true, false) + true_mass(false, true) == pytest.approx(1)


def test_the_mass_is_that_of_the_definition() -> None:
    e = math.exp
    assert true_mass([-1, -2], [-3]) == pytest.approx((e(-1) + e(-2)) / (e(-1) + e(-2) + e(-3)))


@given(LOGS, st.floats(-50, 50))
def test_a_constant_for_all_answers_changes_nothing(logs: list[float], shift: float) -> None:
    assert single_true(logs[0] + shift, [-5 + shift]).confidence == pytest.approx(
        single_true(logs[0], [-5]).confidence, abs=1e-6
    )


def test_a_choice_needs_two_sides() -> None:
    with pytest.raises(UsageError):
        single_true(-1, [])
    with pytest.raises(UsageError):
        true_mass([], [-1])
