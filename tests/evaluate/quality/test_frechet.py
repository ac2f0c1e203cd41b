import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import linalg

from headwater.core import UsageError
from headwater.evaluate import Moments, frechet_distance, frechet_from_moments, frechet_interval

RNG = np.random.default_rng(11)
SIZES = [(200, 8), (60, 64), (30, 64)]  # full rank, barely rank-deficient, low-rank path


def by_definition(x: np.ndarray, y: np.ndarray) -> float:
    """With SciPy's square root of the non-symmetric product."""
    a, b = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(a + b - 2 * linalg.sqrtm(a @ b).real))


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_a_set_has_no_distance_to_itself(n: int, d: int) -> None:
    x = RNG.normal(size=(n, d))
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_a_shift_costs_its_squared_length(n: int, d: int) -> None:
    x, shift = RNG.normal(size=(n, d)), RNG.normal(size=d)
    assert frechet_distance(x, x + shift) == pytest.approx(shift @ shift, abs=1e-8)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_scaling_costs_the_trace_times_the_squared_difference_of_scales(n: int, d: int) -> None:
    x = RNG.normal(size=(n, d))
    x -= x.mean(0)
    assert frechet_distance(x, 3 * x) == pytest.approx(np.trace(np.cov(x, rowvar=False)) * (1 - 3) ** 2)


def test_diagonal_covariances_have_the_closed_form() -> None:
    a, b = RNG.uniform(0.1, 4, 6), RNG.uniform(0.1, 4, 6)
    first, second = (Moments(2, np.zeros(6), np.diag(values)) for values in (a, b))
    assert frechet_from_moments(first, second) == pytest.approx(((np.sqrt(a) - np.sqrt(b)) ** 2).sum())


def test_one_dimension_has_the_closed_form() -> None:
    x, y = RNG.normal(0, 1, 50), RNG.normal(2, 3, 70)
    expected = (x.mean() - y.mean()) ** 2 + (x.std(ddof=1) - y.std(ddof=1)) ** 2
    assert frechet_distance(x[:, None], y[:, None]) == pytest.approx(expected)


@pytest.mark.parametrize(("n", "d"), SIZES)
def test_rotation_changes_nothing(n: int, d: int) -> None:
    x, y = RNG.normal(size=(n, d)), RNG.normal(1, 2, size=(n, d))
    turn = linalg.qr(RNG.normal(size=(d, d)))[0]
    assert frechet_distance(x @ turn, y @ turn) == pytest.approx(frechet_distance(x, y))


@pytest.mark.parametrize("d", [3, 10, 40])
def test_full_rank_path_equals_the_definition(d: int) -> None:
    x, y = RNG.normal(size=(300, d)) @ RNG.normal(size=(d, d)), RNG.normal(1, 2, size=(200, d))
    assert frechet_distance(x, y) == pytest.approx(by_definition(x, y), rel=1e-9)


@pytest.mark.parametrize(("n", "m"), [(20, 30), (20, 20), (2, 5)])
def test_low_rank_path_equals_the_full_path(n: int, m: int) -> None:
    x, y = RNG.normal(size=(n, 50)), RNG.normal(1, 2, size=(m, 50))
    assert frechet_distance(x, y) == pytest.approx(frechet_from_moments(Moments.of(x), Moments.of(y)), rel=1e-6)


def test_a_singular_covariance_falls_back_to_eigenvectors() -> None:
    x, y = np.repeat(RNG.normal(size=(100, 2)), 2, axis=1), RNG.normal(size=(100, 4))
    order = by_definition(y, x)
    assert frechet_distance(x, y) == pytest.approx(order, rel=1e-6)
    assert frechet_distance(y, x) == pytest.approx(frechet_distance(x, y), rel=1e-9)


def test_a_large_common_offset_costs_no_precision() -> None:
    x, y = RNG.normal(size=(500, 8)), RNG.normal(0.3, 1.2, size=(400, 8))
    merged = Moments.of(x[:100] + 1e4).merge(Moments.of(x[100:] + 1e4))
    assert frechet_from_moments(merged, Moments.of(y + 1e4)) == pytest.approx(frechet_distance(x, y), rel=1e-8)


@given(st.integers(1, 19))
def test_moments_merge_to_those_of_the_whole(cut: int) -> None:
    x = np.random.default_rng(cut).normal(5, 2, size=(20, 3))
    whole, merged = Moments.of(x), _moments(x[:cut]).merge(_moments(x[cut:]))
    assert merged.n == 20
    assert merged.mean == pytest.approx(whole.mean)
    assert merged.scatter == pytest.approx(whole.scatter)


def _moments(x: np.ndarray) -> Moments:
    centred = x - x.mean(0)
    return Moments(len(x), x.mean(0), centred.T @ centred)


def test_row_order_does_not_matter() -> None:
    x, y = RNG.normal(size=(40, 6)), RNG.normal(size=(50, 6))
    assert frechet_distance(x[::-1], RNG.permutation(y)) == pytest.approx(frechet_distance(x, y))


def test_bias_of_equal_gaussians_falls_with_n() -> None:
    values = [frechet_distance(RNG.normal(size=(n, 64)), RNG.normal(size=(n, 64))) for n in (100, 400, 1000)]
    assert values == pytest.approx([21.6, 5.58, 2.23], rel=0.1)


def test_interval_is_calibrated_around_the_expected_value_at_this_n() -> None:
    rng = np.random.default_rng(2)

    def draw() -> tuple[np.ndarray, np.ndarray]:
        return rng.normal(size=(120, 3)), rng.normal(1, 1.5, size=(120, 3))

    expected = float(np.mean([frechet_distance(*draw()) for _ in range(800)]))
    intervals = [frechet_interval(*draw()) for _ in range(300)]
    assert 0.90 < np.mean([e.low <= expected <= e.high for e in intervals]) < 0.99


def test_too_few_rows_have_a_value_but_no_interval() -> None:
    estimate = frechet_interval([[0.0], [2.0]], [[3.0], [5.0]])
    assert (estimate.value, estimate.low) == (9.0, None)


@pytest.mark.parametrize("bad", [[[1.0]], [1.0, 2.0], [[math.nan], [1.0]]])
def test_unusable_features_are_refused(bad: list) -> None:
    with pytest.raises(UsageError, match="features must be finite"):
        frechet_distance(bad, [[1.0], [2.0]])


def test_different_dimensions_are_refused() -> None:
    with pytest.raises(UsageError, match="one dimension"):
        frechet_distance(np.zeros((3, 2)), np.zeros((3, 4)))


def test_rows_that_barely_differ_fall_back_to_singular_values() -> None:
    """Squaring M would leave half the digits of its smallest singular values."""
    rng = np.random.default_rng(5)
    x = rng.normal(size=(20, 64)) * np.logspace(0, -9, 20)[:, None]
    y = rng.normal(size=(25, 64)) * np.logspace(0, -9, 25)[:, None]
    xc, yc = x - x.mean(0), y - y.mean(0)
    roots = linalg.svdvals(xc @ yc.T).sum() / np.sqrt(19 * 24)
    spread = (xc**2).sum() / 19 + (yc**2).sum() / 24
    wanted = ((x.mean(0) - y.mean(0)) ** 2).sum() + spread - 2 * roots
    assert frechet_distance(x, y) == pytest.approx(wanted, rel=1e-12)
