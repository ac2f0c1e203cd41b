import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.core import IncompleteError, UsageError
from headwater.evaluate import at_fpr, auc, epsilon_bound
from headwater.evaluate.memorization.operating_points import needed_for, roc

SCORES = st.lists(st.integers(-4, 4), min_size=1, max_size=30)


@given(SCORES, SCORES)
def test_the_area_is_one_minus_that_of_the_negated_scores_and_the_chance_of_a_higher_one(
    members: list[int], others: list[int]
) -> None:
    x, y = np.array(members, float), np.array(others, float)
    brute = float(((x[:, None] > y) + 0.5 * (x[:, None] == y)).mean())
    assert auc(x, y).value == pytest.approx(brute)
    assert auc(-x, -y).value == pytest.approx(1 - brute)


@given(SCORES, SCORES)
def test_the_area_under_the_curve_is_the_area(members: list[int], others: list[int]) -> None:
    fpr, tpr = roc(members, others)
    assert float(np.trapezoid(tpr, fpr)) == pytest.approx(auc(members, others).value)
    assert (fpr[0], tpr[0], fpr[-1], tpr[-1]) == (0, 0, 1, 1)


def test_exchangeable_halves_cover_one_half() -> None:
    rng = np.random.default_rng(0)
    found = [auc(*rng.normal(size=(2, 80))) for _ in range(600)]
    covered = np.mean([one.low <= 0.5 <= one.high for one in found if one.low is not None and one.high is not None])
    assert 0.93 <= covered <= 0.975


@given(st.lists(st.integers(-5, 5), min_size=10, max_size=60), SCORES)
def test_no_more_than_the_rate_passes_and_a_lower_threshold_would_pass_more(
    others: list[int], members: list[int]
) -> None:
    point = at_fpr(members, others, 0.1)
    assert point.fpr <= 0.1
    lower = [value for value in others if value <= point.threshold]
    assert not lower or (np.array(others) >= max(lower)).mean() > 0.1
    assert point.members == sum(value > point.threshold for value in members)


def test_a_rate_below_one_non_member_cannot_be_claimed_and_the_needed_number_is_named() -> None:
    with pytest.raises(IncompleteError, match="takes 1,000"):
        at_fpr([1.0], np.zeros(999), 0.001)
    assert at_fpr([1.0], np.zeros(1000), 0.001).tpr == 1
    assert (needed_for(0.01), needed_for(0.001)) == (100, 1000)
    with pytest.raises(UsageError, match="between 0 and 1"):
        at_fpr([1.0], [0.0], 1.0)


def test_randomized_response_proves_no_more_than_its_epsilon() -> None:
    """Members answer 1 with probability 1 - p, non-members with p: epsilon is ln((1 - p) / p)."""
    rng, truth = np.random.default_rng(3), math.log(0.75 / 0.25)
    bounds = []
    for _ in range(300):
        members, others = rng.random((2, 400)) < 0.75, rng.random((2, 400)) < 0.25
        bounds.append(epsilon_bound(tuple(members.astype(float)), tuple(others.astype(float))).epsilon)
    assert np.mean(np.array(bounds) <= truth) >= 0.95
    assert np.median(bounds) > truth / 2


def test_an_attack_that_knows_nothing_proves_nothing() -> None:
    rng = np.random.default_rng(4)
    bounds = [
        epsilon_bound(tuple(rng.normal(size=(2, 200))), tuple(rng.normal(size=(2, 200)))).epsilon for _ in range(100)
    ]
    assert np.mean(np.array(bounds) == 0) >= 0.95


def test_recognising_non_members_counts_as_well() -> None:
    rng = np.random.default_rng(5)
    members, others = rng.normal(size=(2, 300)), np.where(rng.random((2, 300)) < 0.3, -9.0, rng.normal(size=(2, 300)))
    found = epsilon_bound(tuple(members), tuple(others))
    assert found.reverse and found.epsilon > 1.5


def test_an_empty_half_is_said() -> None:
    with pytest.raises(IncompleteError, match="both halves"):
        epsilon_bound(([], [1.0]), ([0.0], [0.0]))


def test_scores_of_gaussians_d_apart_have_the_area_of_the_closed_form() -> None:
    rng, d = np.random.default_rng(6), 1.5
    found = auc(rng.normal(d, 1, 4000), rng.normal(0, 1, 4000))
    assert found.value == pytest.approx(stats.norm.cdf(d / math.sqrt(2)), abs=0.01)
