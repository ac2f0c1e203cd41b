import math

import numpy as np
import pytest
from scipy.stats import entropy
from scipy.stats.contingency import association

from headwater.core import UsageError
from headwater.curate.fairness.balance import balance, cramers_v, expected_rows, imbalance


def test_equal_groups_are_even_and_count_in_full() -> None:
    found = balance(np.array([100, 100, 100, 0]), 0, "x")
    assert found.groups == 3 and found.evenness is not None
    assert found.evenness[0] == pytest.approx(1) and found.effective[0] == pytest.approx(3)
    assert found.effective[2] <= 3


def test_evenness_and_effective_number_follow_from_the_entropy() -> None:
    counts = np.array([70, 20, 10])
    found = balance(counts, 0, "x")
    assert found.evenness is not None
    assert found.evenness[0] == pytest.approx(entropy(counts) / math.log(3))
    assert found.effective[0] == pytest.approx(math.exp(entropy(counts)))
    assert found.evenness[1] < found.evenness[0] < found.evenness[2]


def test_a_single_group_has_no_evenness() -> None:
    found = balance(np.array([7]), 0, "x")
    assert found.evenness is None and found.effective == (1, 1, 1)


def test_the_imbalance_is_largest_over_smallest_beside_that_of_equal_classes() -> None:
    found = imbalance(np.array([900, 100, 0]), 0, "x")
    assert found.value == 9 and found.low == pytest.approx(9 / math.exp(1.96 * math.sqrt(1 / 900 + 1 / 100)), rel=1e-3)
    assert 1 < found.chance < 1.3


def test_cramers_v_of_a_large_table_is_near_that_of_scipy() -> None:
    """The correction goes with 1 / n: in a million rows it is nothing."""
    table = np.array([[100, 200, 300], [300, 200, 100]]) * 1_000
    assert cramers_v(table, 0, "x").value == pytest.approx(association(table, method="cramer"), abs=1e-4)


def test_cramers_v_is_corrected_as_by_bergsma() -> None:
    table = np.array([[12, 5, 9], [7, 11, 6]])
    n, k = 50, 2
    squared = association(table, method="cramer") ** 2 * (k - 1)
    corrected = max(0.0, squared - 1 * 2 / (n - 1))
    least = min(2 - 1 / (n - 1), 3 - 4 / (n - 1)) - 1
    assert cramers_v(table, 0, "x").value == pytest.approx(math.sqrt(corrected / least))


def test_perfect_association_is_1_and_independence_is_within_chance() -> None:
    assert cramers_v(np.diag([50, 50]), 0, "x").value == pytest.approx(1)
    found = cramers_v(np.array([[50, 50], [50, 50]]), 0, "x")
    assert found.value == 0 and found.low == 0 and found.high > 0.05 and found.chance > 0.05


@pytest.mark.parametrize("strength", [0.0, 0.12, 0.4])
def test_the_interval_of_cramers_v_holds_the_truth_in_95_percent_of_samples(strength: float) -> None:
    rng = np.random.default_rng(0)
    shares = np.array([1 + strength, 1 - strength, 1 - strength, 1 + strength]) / 4
    found = [cramers_v(rng.multinomial(300, shares).reshape(2, 2), i, "x", 299) for i in range(200)]
    assert np.mean([one.low <= strength <= one.high for one in found]) >= 0.92


def test_rows_and_columns_without_a_row_do_not_count() -> None:
    table = np.array([[50, 0, 10], [0, 0, 0], [10, 0, 50]])
    assert cramers_v(table, 0, "x") == cramers_v(np.array([[50, 10], [10, 50]]), 0, "x")


def test_expected_rows_are_the_product_of_the_margins() -> None:
    assert expected_rows(np.array([30.0, 70.0]), np.array([50.0, 50.0])).tolist() == [[15, 15], [35, 35]]


def test_what_cannot_be_measured_is_refused() -> None:
    with pytest.raises(UsageError, match="needs a row"):
        balance(np.array([0]), 0, "x")
    with pytest.raises(UsageError, match="two classes"):
        imbalance(np.array([5, 0]), 0, "x")
    with pytest.raises(UsageError, match="two groups"):
        cramers_v(np.array([[5, 5]]), 0, "x")
