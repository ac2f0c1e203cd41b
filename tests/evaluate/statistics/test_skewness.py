import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.evaluate import mean_interval, paired_difference
from headwater.evaluate.statistics.skewness import SHARE, untransformed

VALUES = st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=40)


@given(st.floats(-15, 15), st.floats(-1, 1))
def test_the_inverse_solves_halls_cubic(value: float, skew: float) -> None:
    t = untransformed(value, skew)
    assert t + skew * t**2 / 3 + skew**2 * t**3 / 27 + skew / 6 == pytest.approx(value, rel=1e-6, abs=1e-5)


def test_the_bounds_are_the_middle_of_students_and_halls() -> None:
    x = np.random.default_rng(0).exponential(1, 12)
    estimate, se, t = mean_interval(x), stats.sem(x), stats.t.ppf(0.975, 11)
    skew = stats.skew(x) / 12**0.5
    hall = [x.mean() - untransformed(side, skew) * se for side in (t, -t)]
    student = [x.mean() - t * se, x.mean() + t * se]
    middle = [SHARE * one + (1 - SHARE) * other for one, other in zip(hall, student, strict=True)]
    assert (estimate.low, estimate.high) == pytest.approx(middle)


@given(VALUES)
def test_the_interval_holds_the_mean_and_turns_with_the_values(values: list[float]) -> None:
    one, other = mean_interval(values), mean_interval([-x for x in values])
    if one.low is None:
        assert np.ptp(values) <= 1e-12 * max(map(abs, values)) and other.low is None
        return
    assert one.low <= one.value <= one.high
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low), rel=1e-9, abs=1e-9)


def test_a_long_tail_to_the_right_lengthens_the_interval_there() -> None:
    estimate = mean_interval([1, 1, 1, 2, 2, 3, 4, 7, 12, 30])
    assert estimate.high - estimate.value > 1.5 * (estimate.value - estimate.low)


def test_ten_exponential_values_are_covered_and_normal_ones_as_before() -> None:
    rng, hits = np.random.default_rng(4), {"exponential": 0, "normal": 0, "Student, exponential": 0}
    for _ in range(2000):
        skewed, normal = rng.exponential(1, 10), rng.normal(1, 1, 10)
        for name, found in (
            ("exponential", mean_interval(skewed)),
            ("normal", mean_interval(normal)),
            ("Student, exponential", paired_difference(skewed, np.zeros(10))),
        ):
            hits[name] += found.low <= 1 <= found.high
    assert hits["Student, exponential"] / 2000 < 0.91
    assert hits["exponential"] / 2000 > 0.92
    assert 0.94 < hits["normal"] / 2000 < 0.965


def test_skewness_of_four_values_changes_nothing() -> None:
    x = np.array([0.0, 0.0, 0.0, 1.0])
    assert mean_interval(x).high == pytest.approx(stats.t.interval(0.95, 3, x.mean(), stats.sem(x))[1])


def test_clusters_of_one_size_count_by_their_means() -> None:
    x = np.random.default_rng(3).exponential(1, 40)
    clustered = mean_interval(x, np.repeat(np.arange(10), 4).tolist())
    plain = mean_interval(x.reshape(10, 4).mean(1))
    assert (clustered.value, clustered.low, clustered.high) == pytest.approx((plain.value, plain.low, plain.high))
