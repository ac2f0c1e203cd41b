import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate import (
    clopper_pearson,
    correlation,
    difference,
    exponential,
    jackknife,
    mean_interval,
    paired_difference,
    ratio_interval,
)

RNG = np.random.default_rng(7)


@pytest.mark.parametrize(("successes", "n"), [(0, 100), (1, 3), (20, 20), (250, 1000)])
def test_clopper_pearson_equals_scipy(successes: int, n: int) -> None:
    expected = stats.binomtest(successes, n).proportion_ci(0.95, method="exact")
    assert clopper_pearson(successes, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_no_event_has_the_closed_form_upper_bound() -> None:
    assert clopper_pearson(0, 300)[1] == pytest.approx(1 - 0.025 ** (1 / 300))


@pytest.mark.parametrize(("n", "rate"), [(20, 0.95), (50, 0.98), (100, 0.99)])
def test_clopper_pearson_covers_at_least_nominally(n: int, rate: float) -> None:
    inside = [low <= rate <= high for low, high in (clopper_pearson(k, n) for k in range(n + 1))]
    assert stats.binom.pmf(np.arange(n + 1), n, rate) @ np.array(inside, float) >= 0.95


def test_the_mean_interval_of_symmetric_values_equals_the_t_interval_of_scipy() -> None:
    half = RNG.normal(0, 2, 12)
    x = np.concatenate([3 + half, 3 - half, [3.0]])
    estimate = mean_interval(x)
    expected = stats.t.interval(0.95, 24, loc=x.mean(), scale=stats.sem(x))
    assert (estimate.low, estimate.high) == pytest.approx(expected)


def test_one_item_a_cluster_changes_nothing() -> None:
    x = RNG.normal(size=30)
    assert mean_interval(x, clusters=[f"c{i}" for i in range(30)]).se == pytest.approx(mean_interval(x).se)


def test_copies_in_one_cluster_do_not_narrow_the_interval() -> None:
    x = RNG.normal(size=30)
    copied = mean_interval(np.repeat(x, 10), clusters=np.repeat(np.arange(30), 10).tolist())
    assert copied.se == pytest.approx(mean_interval(x).se)
    assert copied.n == 30


def test_clustered_interval_covers_and_the_naive_one_does_not() -> None:
    rng = np.random.default_rng(1)
    clusters = np.repeat(np.arange(20), 10)
    covered = {"clustered": 0, "naive": 0}
    for _ in range(400):
        x = rng.normal(size=20)[clusters] + 0.3 * rng.normal(size=200)
        for name, estimate in (("clustered", mean_interval(x, clusters.tolist())), ("naive", mean_interval(x))):
            covered[name] += estimate.low <= 0 <= estimate.high
    assert 0.91 < covered["clustered"] / 400 < 0.985
    assert covered["naive"] / 400 < 0.6


def test_ratio_with_constant_denominators_is_the_mean() -> None:
    x = RNG.normal(size=40)
    ratio, mean = ratio_interval(x, np.full(40, 2.0)), mean_interval(x / 2)
    assert (ratio.value, ratio.low, ratio.high) == pytest.approx((mean.value, mean.low, mean.high))


def test_exactly_proportional_sums_have_no_error() -> None:
    estimate = ratio_interval([2.0, 4.0, 10.0], [1.0, 2.0, 5.0])
    assert (estimate.value, estimate.se) == (2.0, pytest.approx(0.0, abs=1e-15))


def test_ratio_interval_covers_a_known_perplexity() -> None:
    rng, covered = np.random.default_rng(3), 0
    for _ in range(500):
        tokens = rng.integers(20, 400, 60)
        ll = np.array([rng.normal(-3, 1.2, n).sum() + rng.normal(0, 0.2) * n for n in tokens])
        estimate = exponential(ratio_interval(ll, tokens), sign=-1)
        covered += estimate.low <= math.exp(3) <= estimate.high
    assert 0.91 < covered / 500 < 0.985


def test_ratio_interval_agrees_with_the_bootstrap() -> None:
    rng = np.random.default_rng(5)
    y = rng.integers(50, 500, 300).astype(float)
    x = 2 * y + rng.normal(0, 30, 300)
    rows = rng.integers(0, 300, (4000, 300))
    low, high = np.quantile(x[rows].sum(1) / y[rows].sum(1), [0.025, 0.975])
    estimate = ratio_interval(x, y)
    assert (estimate.low, estimate.high) == pytest.approx((low, high), abs=0.1 * (high - low))


def test_jackknife_of_the_mean_is_its_standard_error() -> None:
    x = RNG.normal(size=50)
    without = (x.sum() - x) / 49
    assert jackknife(float(x.mean()), without).se == pytest.approx(stats.sem(x))


def test_paired_difference_equals_scipy() -> None:
    a, b = RNG.normal(size=20), RNG.normal(size=20)
    estimate, expected = paired_difference(a, b), stats.ttest_rel(a, b).confidence_interval(0.95)
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high))


def test_difference_of_independent_means_is_welchs() -> None:
    a, b = RNG.normal(size=20), RNG.normal(1, 3, size=35)
    expected = stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    estimate = difference(mean_interval(a), mean_interval(b))
    assert (estimate.low, estimate.high) == pytest.approx((expected.low, expected.high))


def test_one_item_gives_a_value_and_says_why_there_is_no_interval() -> None:
    estimate = mean_interval([4.0])
    assert (estimate.value, estimate.low) == (4.0, None)
    assert "two independent items" in estimate.bounds()["interval"]


@pytest.mark.parametrize("values", [[], [1.0, math.nan], [math.inf]])
def test_nothing_or_not_a_number_is_refused(values: list[float]) -> None:
    with pytest.raises(UsageError):
        mean_interval(values)


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30), st.randoms())
def test_order_of_items_does_not_matter(values: list[float], random: object) -> None:
    shuffled = list(values)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = mean_interval(values), mean_interval(shuffled)
    assert (first.low is None) == (second.low is None) == (first.alike > 0)
    assert first.low is None or first.low == pytest.approx(second.low, rel=1e-9, abs=1e-6)


@given(st.lists(st.tuples(st.floats(-100, 0), st.integers(1, 500)), min_size=2, max_size=20))
def test_the_interval_holds_its_value(pairs: list[tuple[float, int]]) -> None:
    estimate = ratio_interval([ll for ll, _ in pairs], [n for _, n in pairs])
    assert estimate.low <= estimate.value <= estimate.high


def test_the_correlation_is_that_of_numpy_and_its_bounds_stay_within_one() -> None:
    x = RNG.normal(size=40)
    y = x + RNG.normal(size=40)
    found = correlation(x, y)
    assert found.value == pytest.approx(np.corrcoef(x, y)[0, 1]) and found.n == 40
    assert -1 <= (found.low or 0) < found.value < (found.high or 0) <= 1
    assert correlation(x, -3 * y + 2).value == pytest.approx(-found.value)


@pytest.mark.parametrize("law", ["normal", "heavy"])
def test_the_interval_of_a_correlation_covers_it(law: str) -> None:
    rng = np.random.default_rng(11)
    inside = 0
    for _ in range(300):
        a, b = rng.normal(size=(2, 50)) if law == "normal" else rng.standard_t(5, size=(2, 50))
        found = correlation(a, 0.6 * a + 0.8 * b)
        assert found.low is not None and found.high is not None
        inside += found.low <= 0.6 <= found.high
    assert inside / 300 >= 0.91


def test_a_correlation_that_is_not_defined_says_so() -> None:
    with pytest.raises(UsageError, match="two measurements that vary"):
        correlation([1.0, 1.0, 1.0, 1.0], [1.0, 2.0, 3.0, 4.0])
    assert correlation([1.0, 2.0, 3.0], [1.0, 3.0, 2.0]).low is None
    assert correlation([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0]).value == pytest.approx(1)
