import numpy as np
import pytest
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate.quality.copying_test import copying_test, mann_whitney_z, nearest_distances


def normal(seed: int, n: int, d: int = 4, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, size=(n, d))


def test_copies_are_strongly_negative_and_far_samples_positive() -> None:
    train, held = normal(0, 500), normal(1, 300)
    copies = copying_test(train, held, train[:300] + 1e-3)
    far = copying_test(train, held, 3 * normal(2, 300))
    assert copies.statistic < -5 and copies.p < 1e-6
    assert far.statistic > 5 and far.p > 0.99


def test_of_one_law_it_is_standard_normal() -> None:
    """Cells are weighed by their held-out rows, so the spread is sqrt(sum of squared weights)."""
    found = [copying_test(normal(s, 200), normal(1000 + s, 150), normal(2000 + s, 150)) for s in range(150)]
    spread = [np.sqrt(sum((n / sum(one.held_out)) ** 2 for n in one.held_out)) for one in found]
    scaled = np.array([one.statistic for one in found]) / spread
    assert abs(scaled.mean()) < 4 / 150**0.5
    assert scaled.std() == pytest.approx(1, abs=0.3)
    assert stats.kstest([one.p for one in found], "uniform").pvalue > 1e-3


def test_the_rank_statistic_is_that_of_scipy() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 9, 40).astype(float), rng.integers(2, 12, 55).astype(float)
    wanted = stats.mannwhitneyu(x, y, alternative="less", method="asymptotic", use_continuity=False).pvalue
    assert stats.norm.cdf(mann_whitney_z(x, y)) == pytest.approx(wanted, rel=1e-9)
    assert mann_whitney_z(x, y) == pytest.approx(-mann_whitney_z(y, x))
    assert mann_whitney_z([1, 1, 1], [1, 1]) == 0


def test_distances_are_to_the_nearest_row_of_the_whole_training_set() -> None:
    train, rows = normal(4, 3000), normal(5, 20)
    wanted = np.linalg.norm(train[None] - rows[:, None], axis=2).min(1)
    assert nearest_distances(train, rows) == pytest.approx(wanted, rel=1e-7)


def test_order_changes_nothing_but_the_cells_of_the_seed() -> None:
    train, held, fake = normal(6, 200), normal(7, 150), normal(8, 150)
    again = copying_test(train, held[::-1], fake[::-1])
    assert again.statistic == pytest.approx(copying_test(train, held, fake).statistic, rel=1e-9)


def test_cells_that_are_too_small_are_left_out_and_counted() -> None:
    train = np.concatenate([normal(9, 200), normal(10, 200, shift=50.0)])
    held = np.concatenate([normal(11, 100), normal(12, 5, shift=50.0)])
    found = copying_test(train, held, normal(13, 100), cells=2)
    assert found.left_out == 1 and found.held_out == (100,)


def test_bad_input_is_refused_in_a_sentence() -> None:
    with pytest.raises(UsageError, match="no cell holds 20 held-out rows"):
        copying_test(normal(0, 50), normal(1, 5), normal(2, 50))
    with pytest.raises(UsageError, match="3 cells need as many training rows, not 2"):
        copying_test(normal(0, 2), normal(1, 50), normal(2, 50))
    with pytest.raises(UsageError, match="finite"):
        copying_test(normal(0, 50), np.full((30, 4), np.nan), normal(2, 50))
    with pytest.raises(UsageError, match="one dimension"):
        copying_test(normal(0, 50), normal(1, 30, 3), normal(2, 50))
