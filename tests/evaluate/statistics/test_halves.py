import numpy as np
import pytest

from headwater.core import UsageError, wilson
from headwater.evaluate.statistics import mean_interval, positive_from_halves, share_from_halves


def halves_of(x: np.ndarray, splits: int, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    deals = [rng.permutation(len(x)) % 2 == 0 for _ in range(splits)]
    return np.array([(x[deal].mean(), x[~deal].mean()) for deal in deals])


def test_of_a_mean_the_standard_error_is_the_classical_one() -> None:
    x = np.random.default_rng(0).exponential(size=200)
    found = positive_from_halves(float(x.mean()), len(x), halves_of(x, 4000))
    assert found.se == pytest.approx(mean_interval(x).se, rel=0.03)
    assert found.low < x.mean() < found.high


def test_of_independent_events_the_interval_is_wilsons() -> None:
    x = (np.random.default_rng(1).random(300) < 0.2).astype(float)
    found = share_from_halves(float(x.mean()), len(x), halves_of(x, 4000))
    assert (found.low, found.high) == pytest.approx(wilson(float(x.sum()), len(x)), abs=0.003)


def test_few_splits_widen_it() -> None:
    x = (np.random.default_rng(2).random(100) < 0.5).astype(float)
    few, many = (halves_of(x, 40)[:4], halves_of(x, 40)[:4].repeat(10, 0))  # the same spread, as of 4 and of 40 splits
    one, other = (share_from_halves(0.5, 100, part) for part in (few, many))
    assert one.high - one.low > 1.2 * (other.high - other.low)


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_a_share_that_is_nothing_or_all_has_the_bounds_of_its_items(value: float) -> None:
    found = share_from_halves(value, 100, np.full((20, 2), value))
    low, high = wilson(value * 88.28, 88.28)  # 100 (1.960 / 2.086)^2
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-3)


def test_a_number_above_zero_has_bounds_above_zero_and_zero_has_a_bound() -> None:
    assert positive_from_halves(0.5, 9, [[0.1, 2.0]] * 3).low > 0
    assert positive_from_halves(0.0, 9, [[0.0, 0.2]] * 3).high > 0


def test_halves_of_another_shape_are_refused() -> None:
    with pytest.raises(UsageError, match="halves need the shape"):
        share_from_halves(0.5, 10, [0.5, 0.5])
