import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate import mean_interval, ratio_interval
from headwater.evaluate.statistics.ratios import _variance, fieller_interval

RNG = np.random.default_rng(11)


def test_fiellers_bounds_are_where_the_t_test_of_the_residuals_turns() -> None:
    y = RNG.integers(20, 400, 25).astype(float)
    x = 3 * y + RNG.normal(0, 40, 25)
    estimate = fieller_interval(x, y)
    for bound in (estimate.low, estimate.high):
        assert stats.ttest_1samp(x - bound * y, 0).pvalue == pytest.approx(0.05, abs=1e-6)


def test_the_interval_holds_that_of_fieller() -> None:
    y = RNG.lognormal(5, 1, 20)
    x = 3 * y + RNG.exponential(1, 20) * y
    wide, narrow = ratio_interval(x, y), fieller_interval(x, y)
    assert wide.value == narrow.value and wide.se == narrow.se
    assert wide.low <= narrow.low and narrow.high <= wide.high


@pytest.mark.parametrize("level", [-0.5, 0.5])
def test_a_level_that_goes_with_the_length_is_covered_and_fieller_alone_does_not(level: float) -> None:
    rng, covered = np.random.default_rng(8), {"both": 0, "Fieller": 0}
    for _ in range(1000):
        length = rng.normal(size=30)
        y = np.exp(5 + length)
        x = (3 + 0.5 * (level * length + (1 - level**2) ** 0.5 * rng.normal(size=30))) * y
        for name, found in (("both", ratio_interval(x, y)), ("Fieller", fieller_interval(x, y))):
            covered[name] += found.low <= 3 + 0.5 * level <= found.high
    assert covered["both"] / 1000 > 0.92
    assert covered["Fieller"] / 1000 < 0.91


def test_the_degrees_of_freedom_are_the_traces_by_definition() -> None:
    y = RNG.lognormal(0, 1, 12)
    w, v = y / y.sum(), y**2
    residuals = RNG.normal(size=12)
    projection = np.eye(12) - np.outer(w, np.ones(12))
    covariance = projection @ np.diag(v) @ projection.T
    scale = v / np.diag(covariance)
    product = scale[:, None] * covariance
    variance, freedom = _variance(residuals, w, v)
    assert variance == pytest.approx(scale @ residuals**2)
    assert freedom == pytest.approx(np.trace(product) ** 2 / np.trace(product @ product))


def test_equal_sizes_leave_one_degree_of_freedom_less_than_there_are_clusters() -> None:
    _, freedom = _variance(RNG.normal(size=9), np.full(9, 1 / 9), np.ones(9))
    assert freedom == pytest.approx(8)


def test_one_document_that_weighs_almost_all_gives_a_wide_interval() -> None:
    estimate = ratio_interval([3000.0, 20.0, 1.0], [1000.0, 5.0, 1.0])
    assert estimate.high - estimate.low > 1


@pytest.mark.parametrize("n", [8, 15, 60])
def test_few_documents_of_very_different_lengths_are_covered(n: int) -> None:
    rng, covered = np.random.default_rng(5), 0
    for _ in range(600):
        y = np.ceil(np.exp(rng.normal(5, 1.0, n)))
        estimate = ratio_interval(3 * y + rng.normal(0, 0.5, n) * y, y)
        covered += estimate.low <= 3 <= estimate.high
    assert covered / 600 > 0.93


def test_clusters_of_different_sizes_are_covered() -> None:
    rng, covered = np.random.default_rng(6), 0
    sizes = np.array([1, 1, 2, 2, 3, 5, 8, 40])
    clusters = np.repeat(np.arange(8), sizes)
    for _ in range(600):
        x = rng.normal(size=8)[clusters] + 0.3 * rng.normal(size=len(clusters))
        estimate = mean_interval(x, clusters.tolist())
        covered += estimate.low <= 0 <= estimate.high
    assert covered / 600 > 0.93


@given(st.lists(st.tuples(st.floats(-50, 50), st.integers(1, 40)), min_size=3, max_size=15), st.floats(-5, 5))
def test_a_constant_per_token_moves_the_ratio_by_it(pairs: list[tuple[float, int]], by: float) -> None:
    x, y = np.array(pairs).T
    one, two = ratio_interval(x, y), ratio_interval(x + by * y, y)
    assert (two.value, two.low, two.high) == pytest.approx(
        (one.value + by, one.low + by, one.high + by), rel=1e-6, abs=1e-5
    )


def test_numerators_without_denominators_are_refused() -> None:
    with pytest.raises(UsageError, match="as many"):
        ratio_interval([1.0, 2.0], [1.0])
