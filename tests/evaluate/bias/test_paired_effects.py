import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import wasserstein_distance

from headwater.core import UsageError
from headwater.evaluate.bias.paired_effects import paired_effect, wasserstein_1

VALUES = st.lists(st.floats(-100, 100, allow_nan=False), min_size=3, max_size=3)


def outputs(seed: int, templates: int = 8, n: int = 4) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 1, (templates, n))


def test_outputs_that_do_not_change_have_exactly_no_effect() -> None:
    a = outputs(0)
    found = paired_effect(list(a), list(a[:, ::-1]), 0)
    assert (found.difference.value, found.distance.value, found.p, found.distance_p) == (0, 0, 1, 1)


@pytest.mark.parametrize("c", [0.5, 10.0, -3.0])
def test_a_constant_shift_comes_out_as_itself_in_both(c: float) -> None:
    a = outputs(1)
    found = paired_effect(list(a + c), list(a), 0)
    assert found.difference.value == pytest.approx(c) and found.distance.value == pytest.approx(abs(c))
    assert found.p == pytest.approx(2 * 0.5**8)


def test_swapping_the_groups_turns_the_sign_alone() -> None:
    a, b = outputs(2), outputs(3) + 0.3
    one, other = paired_effect(list(a), list(b), 0), paired_effect(list(b), list(a), 0)
    assert one.difference.value == pytest.approx(-other.difference.value)
    assert one.distance.value == pytest.approx(other.distance.value) and one.p == other.p


def test_opposite_effects_cancel_in_the_difference_and_not_in_the_distance() -> None:
    """The peers' defect: a signed mean of 0 that hides a shift of 5 in every template."""
    a = outputs(4)
    shift = np.where(np.arange(8) % 2, 5.0, -5.0)[:, None]
    found = paired_effect(list(a + shift), list(a), 0)
    assert found.difference.value == pytest.approx(0) and found.p > 0.5
    assert found.distance.value == pytest.approx(5) and found.distance_p == pytest.approx(0.001)


def test_outputs_of_one_distribution_are_at_chance() -> None:
    p = [paired_effect(list(outputs(seed)), list(outputs(seed + 1000)), seed).distance_p for seed in range(60)]
    assert np.mean(np.array(p) <= 0.05) < 0.15 and 0.35 < np.mean(p) < 0.65


@given(VALUES, VALUES)
def test_the_distance_is_that_of_scipy(a: list[float], b: list[float]) -> None:
    assert wasserstein_1(np.array(a), np.array(b)) == pytest.approx(wasserstein_distance(a, b), abs=1e-9)


@pytest.mark.parametrize(("a", "b"), [([[1.0]], [[1.0, 2.0]]), ([], []), ([[np.nan]], [[1.0]])])
def test_what_has_no_effect_is_refused(a: list[list[float]], b: list[list[float]]) -> None:
    with pytest.raises(UsageError):
        paired_effect([np.array(row) for row in a], [np.array(row) for row in b], 0)
    with pytest.raises(UsageError):
        wasserstein_1(np.zeros(2), np.zeros(3))
