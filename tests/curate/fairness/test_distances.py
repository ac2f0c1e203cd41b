import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy, power_divergence

from headwater.core import UsageError
from headwater.curate.fairness.distances import (
    between_parts,
    from_reference,
    jensen_shannon,
    kullback_leibler,
    noncentral,
    total_variation,
)

SHARES = st.lists(st.floats(0.001, 1.0), min_size=4, max_size=4).map(lambda x: np.array(x) / sum(x))


@given(SHARES, SHARES)
def test_distances_equal_those_of_scipy(p: np.ndarray, q: np.ndarray) -> None:
    assert float(jensen_shannon(p, q)) == pytest.approx(float(jensenshannon(p, q, base=2)), abs=1e-6)
    assert float(kullback_leibler(p, q)) == pytest.approx(float(entropy(p, q, base=2)), abs=1e-9)
    assert float(total_variation(p, q)) == pytest.approx(sum(abs(a - b) for a, b in zip(p, q, strict=True)) / 2)


@given(SHARES, SHARES, SHARES)
def test_distances_keep_the_triangle_inequality_that_their_interval_needs(
    p: np.ndarray, q: np.ndarray, r: np.ndarray
) -> None:
    for distance in (total_variation, jensen_shannon):
        assert float(distance(p, q)) <= float(distance(p, r)) + float(distance(r, q)) + 1e-9


@given(SHARES, SHARES)
def test_total_variation_obeys_pinsker(p: np.ndarray, q: np.ndarray) -> None:
    assert float(total_variation(p, q)) <= np.sqrt(float(kullback_leibler(p, q)) * np.log(2) / 2) + 1e-9


def test_the_p_value_is_that_of_the_g_test() -> None:
    counts, reference = np.array([30, 50, 20]), np.array([0.4, 0.4, 0.2])
    expected = power_divergence(counts, 100 * reference, lambda_="log-likelihood").pvalue
    found = from_reference(counts, reference, 0, "x")
    assert found.p == pytest.approx(expected) and found.test == "G-test"


def test_a_group_with_few_expected_rows_is_tested_by_draws() -> None:
    found = from_reference(np.array([98, 2]), np.array([0.99, 0.01]), 0, "x")
    assert found.test == "999 draws from the reference" and 0.1 < found.p < 0.7


def test_rows_in_a_group_of_share_0_have_no_finite_divergence() -> None:
    found = from_reference(np.array([9, 1]), np.array([1.0, 0.0]), 0, "x")
    assert found.leibler is None and found.p == 0 and found.variation.value == pytest.approx(0.1)


def test_the_chance_value_of_two_groups_is_the_quantile_of_a_binomial() -> None:
    """With two equal groups total variation is |share - 1/2|, whose 95 % quantile is 1.96 / (2 sqrt n)."""
    found = from_reference(np.array([5_000, 5_000]), np.array([0.5, 0.5]), 0, "x", 9_999)
    assert found.variation.chance == pytest.approx(1.96 * 0.5 / 100, rel=0.05)


@pytest.mark.parametrize("truth", [[0.25] * 4, [0.1, 0.2, 0.3, 0.4]])
def test_intervals_hold_the_true_distance_in_95_percent_of_samples(truth: list[float]) -> None:
    rng, p, q = np.random.default_rng(0), np.array(truth), np.full(4, 0.25)
    hits = np.zeros(3)
    for trial in range(200):
        found = from_reference(rng.multinomial(400, p), q, trial, "x", 299)
        for place, (estimate, distance) in enumerate(
            ((found.variation, total_variation), (found.shannon, jensen_shannon), (found.leibler, kullback_leibler))
        ):
            assert estimate is not None and estimate.low <= estimate.value <= estimate.high
            hits[place] += estimate.low - 1e-12 <= float(distance(p, q)) <= estimate.high + 1e-12
    assert (hits / 200 >= 0.92).all(), hits


def test_equal_parts_are_not_told_apart_and_unequal_ones_are() -> None:
    same = between_parts(np.array([50, 50]), np.array([500, 500]), 0, "x")
    other = between_parts(np.array([80, 20]), np.array([500, 500]), 0, "x")
    assert (same.variation.value, same.p) == (0, 1)
    assert other.variation.value == pytest.approx(0.3) and other.variation.value > other.variation.chance
    assert other.p == pytest.approx(0.001) and other.variation.low > 0.15


def test_the_noncentrality_interval_is_near_the_normal_root_for_a_large_statistic() -> None:
    low, high = noncentral(9_999.0, 3)
    above = noncentral(10_001.0, 3)
    assert low == pytest.approx(above[0], rel=0.01) and high == pytest.approx(above[1], rel=0.01)
    assert noncentral(5.0, 0) == (0.0, 0.0)
    assert noncentral(0.0, 3) == noncentral(3.0, 3) and noncentral(0.0, 3)[0] == 0 < noncentral(0.0, 3)[1]


@pytest.mark.parametrize(("counts", "shares"), [([0, 0], [0.5, 0.5]), ([1, 1], [0.5, 0.4]), ([1, 1], [1.0])])
def test_wrong_counts_are_refused(counts: list[int], shares: list[float]) -> None:
    with pytest.raises(UsageError, match="a distance needs"):
        from_reference(np.array(counts), np.array(shares), 0, "x")
    with pytest.raises(UsageError, match="a row in each"):
        between_parts(np.array([0, 0]), np.array([1, 1]), 0, "x")
