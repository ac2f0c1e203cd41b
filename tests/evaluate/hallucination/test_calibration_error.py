import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate import jackknife
from headwater.evaluate.hallucination.calibration_error import (
    bins_of,
    calibration_error,
    debiased_error,
    debiased_squared,
    equal_mass_bins,
)

FUNCTIONS = (calibration_error, debiased_error, debiased_squared)
forecasts = st.lists(
    st.tuples(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.9, 1.0]), st.booleans()), min_size=9, max_size=60
)


def calibrated(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    p = rng.random(n)
    return p, (rng.random(n) < p).astype(float)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_outcomes_that_are_forecast_exactly_give_zero(function) -> None:  # type: ignore[no-untyped-def]
    y = np.array([0, 1] * 50)
    assert function(bins_of(y, y)).value == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("p", "right"), [(0.7, 40), (0.2, 90), (0.5, 50)])
def test_a_constant_forecast_gives_its_distance_from_the_base_rate(p: float, right: int) -> None:
    found = bins_of([p] * 100, [1] * right + [0] * (100 - right))
    rate = right / 100
    assert found.count == 1 and calibration_error(found).value == pytest.approx(abs(p - rate))
    assert debiased_squared(found).value == pytest.approx((p - rate) ** 2 - rate * (1 - rate) / 99)
    if abs(p - rate) > 0.2:
        assert debiased_error(found).value == pytest.approx(abs(p - rate), abs=1e-6)


@pytest.mark.parametrize(("n", "plain"), [(100, 0.10), (300, 0.058), (1_000, 0.032), (10_000, 0.010)])
def test_a_calibrated_model_is_near_zero_where_the_plain_error_is_not(n: int, plain: float) -> None:
    """The peers' defect: the plain error of a perfectly calibrated model grows as the sample shrinks."""
    values = np.array(
        [[f(bins_of(*calibrated(n, s), 10)).value for f in FUNCTIONS] for s in range(60 if n > 999 else 200)]
    )
    means, errors = values.mean(0), values.std(0) / np.sqrt(len(values))
    assert means[0] == pytest.approx(plain, rel=0.1)
    assert abs(means[1]) < plain / 10 + 3 * errors[1] and abs(means[2]) < 4 * errors[2]


def test_a_miscalibrated_model_is_measured_without_bias() -> None:
    rng = np.random.default_rng(0)
    values = []
    for _ in range(100):
        p = rng.choice([0.2, 0.5, 0.8], 600)
        y = (rng.random(600) < p - 0.15 * (p > 0.4)).astype(float)
        values.append([f(bins_of(p, y, 3)).value for f in FUNCTIONS])
    plain, error, squared = np.mean(values, 0)
    assert error == pytest.approx(0.10, abs=0.006) and squared == pytest.approx(0.0225 * 2 / 3, abs=0.002)
    assert plain > error


def test_the_debiased_error_is_the_mean_over_splits_into_halves() -> None:
    rng = np.random.default_rng(1)
    p = np.full(200, 0.5)
    y = (rng.random(200) < 0.53).astype(float)
    gaps, found = p - y, []
    for _ in range(4000):
        order = rng.permutation(gaps)
        found.append(2 * np.sign(order[:100].sum()) * order[100:].sum() / 200)
    assert debiased_error(bins_of(p, y)).value == pytest.approx(np.mean(found), abs=4 * stats.sem(found))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_interval_is_the_jackknife_of_the_definition(function) -> None:  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(2)
    p = np.repeat([0.1, 0.4, 0.9], 12)
    y = (rng.random(36) < 0.5).astype(float)
    whole = function(bins_of(p, y, 3))
    without = [function(bins_of(np.delete(p, i), np.delete(y, i), 3)).value for i in range(36)]
    assert whole.se == pytest.approx(jackknife(whole.value, without).se)


def test_the_squared_error_is_the_mean_over_pairs() -> None:
    p, y = calibrated(40, 3)
    found = bins_of(p, y, 4)
    total = 0.0
    for place in range(found.count):
        g = found.gaps[found.bin == place]
        pairs = [a * b for i, a in enumerate(g) for j, b in enumerate(g) if i != j]
        total += len(g) / 40 * float(np.mean(pairs))
    assert debiased_squared(found).value == pytest.approx(total)


@given(forecasts, st.integers(1, 20), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_ties_share_a_bin_and_the_order_of_rows_plays_no_part(items, bins, random) -> None:  # type: ignore[no-untyped-def]
    p, y = (np.array(part, float) for part in zip(*items, strict=True))
    place = equal_mass_bins(p, bins)
    assert all(len(set(place[p == value].tolist())) == 1 for value in p)
    assert np.bincount(place).min() >= 3 and (np.diff(place[np.argsort(p)]) >= 0).all()
    order = list(range(len(p)))
    random.shuffle(order)
    for function in FUNCTIONS:
        assert function(bins_of(p, y, bins)).value == pytest.approx(function(bins_of(p[order], y[order], bins)).value)


def test_bins_have_equal_mass_without_ties() -> None:
    assert np.bincount(equal_mass_bins(np.random.default_rng(0).random(1000), 10)).tolist() == [100] * 10


@pytest.mark.parametrize(
    ("p", "y"), [([1.2], [1]), ([-0.1], [0]), ([0.5], [0.5]), ([0.5, 0.5], [1]), ([], []), ([float("nan")], [1])]
)
def test_what_is_no_forecast_is_one_clear_error(p: list[float], y: list[float]) -> None:
    with pytest.raises(UsageError):
        bins_of(p, y)
