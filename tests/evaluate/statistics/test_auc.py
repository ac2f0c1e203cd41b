import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import roc_auc_score

from headwater.core import UsageError
from headwater.evaluate import auc, clustered_auc, paired_auc, placements
from headwater.evaluate.statistics import Estimate, area_gap

SCORES = st.lists(st.integers(-5, 5), min_size=2, max_size=25)


def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """DeLong's psi for every pair, (m, n): the definition, in quadratic time."""
    return np.where(x[:, None] > y[None], 1.0, np.where(x[:, None] == y[None], 0.5, 0.0))


@given(SCORES, SCORES)
def test_the_area_is_scikit_learns(positive: list[int], negative: list[int]) -> None:
    expected = roc_auc_score([1] * len(positive) + [0] * len(negative), positive + negative)
    assert auc(positive, negative).value == pytest.approx(expected)


@given(SCORES, SCORES)
def test_midranks_give_delongs_components(positive: list[int], negative: list[int]) -> None:
    psi = kernel(np.array(positive), np.array(negative))
    found = placements(positive, negative)
    assert found.positive == pytest.approx(psi.mean(1))
    assert found.negative == pytest.approx(psi.mean(0))
    m, n = psi.shape
    assert found.variance == pytest.approx(psi.mean(1).var(ddof=1) / m + psi.mean(0).var(ddof=1) / n)


@given(SCORES, SCORES)
def test_scores_turned_around_turn_the_area_around(positive: list[int], negative: list[int]) -> None:
    one, two = auc(positive, negative), auc([-x for x in positive], [-x for x in negative])
    assert (one.value, one.low, one.high) == pytest.approx((1 - two.value, 1 - two.high, 1 - two.low), abs=1e-12)
    assert 0 <= one.low <= one.value <= one.high <= 1


def test_perfect_separation_has_an_interval() -> None:
    estimate = auc(np.arange(10) + 100, np.arange(10))
    assert (estimate.value, estimate.high) == (1.0, 1.0)
    assert 0.6 < estimate.low < 0.8


def test_far_from_the_edge_the_interval_is_delongs() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(0.5, 1, 2000), rng.normal(0, 1, 2000)
    estimate = auc(x, y)
    half = 1.959964 * placements(x, y).variance ** 0.5
    assert (estimate.low, estimate.high) == pytest.approx((estimate.value - half, estimate.value + half), abs=2e-4)


@pytest.mark.parametrize(("shift", "m", "n"), [(1.0, 20, 20), (3.0, 20, 20), (3.6, 100, 100), (2.0, 10, 200)])
def test_the_interval_covers_near_one_where_delongs_alone_does_not(shift: float, m: int, n: int) -> None:
    rng, truth, covered = np.random.default_rng(1), stats.norm.cdf(shift / 2**0.5), 0
    for _ in range(400):
        estimate = auc(rng.normal(shift, 1, m), rng.normal(0, 1, n))
        covered += estimate.low <= truth <= estimate.high
    assert covered / 400 >= 0.93


def test_the_same_score_twice_does_not_differ() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(1, 1, 30), rng.normal(0, 1, 40)
    estimate, p = paired_auc((x, y), (2 * x + 1, 2 * y + 1))
    assert (estimate.value, p) == (0.0, 1.0)


def test_the_paired_variance_is_delongs_by_definition() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(1, 1, 25), rng.normal(0, 1, 35)
    x2, y2 = x + rng.normal(0, 1, 25), y + rng.normal(0, 1, 35)
    gap = kernel(x, y) - kernel(x2, y2)
    variance = gap.mean(1).var(ddof=1) / 25 + gap.mean(0).var(ddof=1) / 35
    estimate, p = paired_auc((x, y), (x2, y2))
    assert estimate.se == pytest.approx(variance**0.5)
    assert p == pytest.approx(2 * stats.norm.sf(abs(gap.mean()) / variance**0.5))


def test_paired_scores_need_the_same_items() -> None:
    with pytest.raises(UsageError, match="same items"):
        paired_auc(([1, 2], [0, 1]), ([1, 2, 3], [0, 1]))


def test_one_positive_gives_no_interval() -> None:
    assert auc([1.0], [0.0, 2.0]).low is None


def test_clusters_of_one_item_give_the_interval_without_clusters() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.normal(1, 1, 40), rng.normal(0, 1, 50)
    plain = auc(x, y)
    alone = clustered_auc(x, y, [f"p{i}" for i in range(40)], [f"n{i}" for i in range(50)])
    assert alone.value == plain.value
    assert [alone.low, alone.high] == pytest.approx([plain.low, plain.high], abs=0.005)


def test_copies_of_items_do_not_narrow_a_clustered_area() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(1, 1, 30), rng.normal(0, 1, 30)
    names = [f"p{i}" for i in range(30)], [f"n{i}" for i in range(30)]
    once = clustered_auc(x, y, *names)
    many = clustered_auc(np.repeat(x, 8), np.repeat(y, 8), *(np.repeat(own, 8).tolist() for own in names))
    narrow = auc(np.repeat(x, 8), np.repeat(y, 8))
    assert many.value == pytest.approx(once.value) and many.n == 30
    width = [(one.high or 0) - (one.low or 0) for one in (once, many, narrow)]
    assert width[1] == pytest.approx(width[0], rel=0.1) and width[2] < width[1] / 2


def test_a_difference_of_perfect_areas_has_an_error_and_equal_ones_none() -> None:
    x, y = np.arange(5.0) + 10, np.arange(5.0)
    estimate, p = paired_auc((x, y), (-x, -y))
    assert estimate.value == 1.0 and 1e-6 < p < 0.05 and estimate.low is not None and estimate.low < 1
    assert paired_auc((x, y), (x, y)) == (Estimate(0.0, 5), 1.0)


def test_copies_in_clusters_add_nothing_to_a_paired_difference() -> None:
    rng = np.random.default_rng(5)
    sides = [rng.normal(shift, 1, 30) for shift in (1.0, 0.0, 0.4, 0.0)]
    names = [f"p{k}" for k in range(30)], [f"n{k}" for k in range(30)]
    once, _ = paired_auc((sides[0], sides[1]), (sides[2], sides[3]), names)
    thrice, _ = paired_auc(
        (np.tile(sides[0], 3), np.tile(sides[1], 3)), (np.tile(sides[2], 3), np.tile(sides[3], 3)),
        (names[0] * 3, names[1] * 3),
    )  # fmt: skip
    assert thrice.n == once.n == 30
    assert thrice.high - thrice.low == pytest.approx(once.high - once.low, rel=0.05)


def test_slices_of_ten_rows_without_variance_are_not_certain_to_differ() -> None:
    one, other = auc(np.arange(10.0) + 10, np.arange(10.0)), auc(np.arange(10.0), np.arange(10.0) + 10)
    gap, error = area_gap(other, one)
    assert gap == -1.0 and 0.1 < error < 0.4
    assert area_gap(one, Estimate(0.5, 1))[1] == np.inf
