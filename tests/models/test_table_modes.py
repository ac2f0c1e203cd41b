import numpy as np
import pytest

from headwater.core import generator
from headwater.models.table_modes import FITTED, fit_modes


def two_hills(n: int) -> np.ndarray:
    rng = generator(0, "hills")
    return np.where(rng.random(n) < 0.3, rng.normal(-40, 2, n), rng.normal(60, 5, n))


def test_planted_modes_are_found() -> None:
    found = fit_modes(two_hills(4_000), 10, 0, "x")
    order = np.argsort(found.means)
    big = [one for one in order if found.weights[one] > 0.1]
    assert found.means[big[0]] == pytest.approx(-40, abs=1) and found.means[big[-1]] == pytest.approx(60, abs=3)
    assert found.weights[found.means < 0].sum() == pytest.approx(0.3, abs=0.03)


def test_a_value_belongs_to_the_mode_that_is_near() -> None:
    found = fit_modes(two_hills(2_000), 10, 0, "x")
    shares = found.responsibilities(np.array([-40.0, 60.0, 1e9]))
    assert shares.sum(1) == pytest.approx(np.ones(3))
    assert shares[0, found.means < 0].sum() > 0.99 and shares[1, found.means > 0].sum() > 0.99


def test_modes_move_and_stretch_with_the_values() -> None:
    x = two_hills(1_000)
    one, two = fit_modes(x, 5, 0, "x"), fit_modes(1_000 * x + 7, 5, 0, "x")
    np.testing.assert_allclose(two.means, 1_000 * one.means + 7, rtol=1e-6)
    np.testing.assert_allclose(two.sds, 1_000 * one.sds, rtol=1e-6)


def test_a_mode_is_at_least_half_a_step_wide_and_one_value_has_one() -> None:
    assert (fit_modes(np.repeat(np.arange(5.0), 40), 10, 0, "x", step=1.0).sds >= 0.5).all()
    single = fit_modes(np.full(9, 3.0), 10, 0, "x")
    assert single.means.tolist() == [3.0] and single.sds[0] > 0


def test_many_values_are_fitted_by_a_part_that_the_seed_draws() -> None:
    x = two_hills(FITTED + 500)
    one, again, other = (fit_modes(x, 5, seed, "x") for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.means, again.means)
    assert not np.array_equal(one.means, other.means)
