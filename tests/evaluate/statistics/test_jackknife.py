import numpy as np
import pytest
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate import jackknife, mmd_interval, u_statistic

RNG = np.random.default_rng(4)


def off_diagonal(kernel: np.ndarray) -> np.ndarray:
    return kernel - np.diag(np.diag(kernel))


def test_row_sums_give_what_leaving_out_gives() -> None:
    x = RNG.normal(size=12)
    kernel = off_diagonal(np.abs(x[:, None] - x[None]))
    without = [
        kernel[np.ix_(keep, keep)].sum() / (11 * 10) for keep in (np.delete(np.arange(12), i) for i in range(12))
    ]
    brute = jackknife(kernel.sum() / (12 * 11), without)
    fast = u_statistic(kernel.sum(1))
    assert (fast.value, fast.se, fast.low) == pytest.approx((brute.value, brute.se, brute.low))


def test_the_kernel_of_the_variance_gives_the_variance() -> None:
    x = RNG.normal(size=30)
    assert u_statistic((0.5 * (x[:, None] - x[None]) ** 2).sum(1)).value == pytest.approx(x.var(ddof=1))


def test_the_kernel_of_the_mean_has_the_t_interval() -> None:
    x = RNG.normal(size=30)
    estimate = u_statistic(off_diagonal(0.5 * (x[:, None] + x[None])).sum(1))
    assert (estimate.value, estimate.se) == pytest.approx((x.mean(), stats.sem(x)))


def mmd(x: np.ndarray, y: np.ndarray) -> float:
    xx, yy, xy = ((a @ b.T + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    m, n = len(x), len(y)
    return off_diagonal(xx).sum() / (m * (m - 1)) + off_diagonal(yy).sum() / (n * (n - 1)) - 2 * xy.mean()


def test_the_mmd_is_the_brute_force_and_its_error_the_jackknife_over_both_sides() -> None:
    x, y = RNG.normal(size=(9, 3)), RNG.normal(0.5, 1, (14, 3))
    xx, yy, xy = ((a @ b.T + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    estimate = mmd_interval(off_diagonal(xx).sum(1), off_diagonal(yy).sum(1), xy.sum(1), xy.sum(0))
    squares = sum(
        (len(rest) - 1) / len(rest) * ((rest - rest.mean()) ** 2).sum()
        for rest in (
            np.array([mmd(np.delete(x, i, 0), y) for i in range(9)]),
            np.array([mmd(x, np.delete(y, i, 0)) for i in range(14)]),
        )
    )
    assert estimate.value == pytest.approx(mmd(x, y))
    assert estimate.se == pytest.approx(squares**0.5)


def test_too_few_items_give_a_value_without_interval_or_are_refused() -> None:
    assert u_statistic([1.0, 1.0]).low is None
    with pytest.raises(UsageError, match="two items"):
        u_statistic([1.0])
