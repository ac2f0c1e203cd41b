import numpy as np
import pytest
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate import crossed_interval, mean_interval, seed_interval, variance_of
from headwater.evaluate.statistics.seeds import mixed_p, mixed_quantile


def planted(rng: np.random.Generator, k: int, n: int, seeds: float, items: float, rest: float) -> np.ndarray:
    return rng.normal(0, seeds, (k, 1)) + rng.normal(0, items, (1, n)) + rng.normal(0, rest, (k, n))


def test_over_runs_it_is_the_t_interval_of_their_means() -> None:
    runs = [np.arange(5.0), np.arange(5.0) + 2, np.arange(7.0)]
    means = [2.0, 4.0, 3.0]
    estimate = seed_interval(runs)
    assert (estimate.low, estimate.high) == pytest.approx(stats.t.interval(0.95, 2, loc=3.0, scale=stats.sem(means)))


def test_the_planted_variances_are_found() -> None:
    found = variance_of(planted(np.random.default_rng(0), 60, 800, 1.0, 2.0, 0.5))
    assert (found.items, found.rest) == pytest.approx((4.0, 0.25), rel=0.15)
    assert found.seeds == pytest.approx(1.0, rel=0.5)


def test_seeds_and_items_are_covered_and_items_alone_are_not_enough() -> None:
    rng, covered = np.random.default_rng(1), {"both": 0, "items": 0}
    for _ in range(500):
        x = planted(rng, 4, 50, 0.5, 1.0, 0.5)
        for name, estimate in (("both", crossed_interval(x)), ("items", mean_interval(x.mean(0)))):
            covered[name] += estimate.low <= 0 <= estimate.high
    assert covered["both"] / 500 > 0.92
    assert covered["items"] / 500 < 0.75


def test_one_seed_is_the_interval_over_items() -> None:
    x = np.random.default_rng(2).normal(size=(1, 30))
    assert crossed_interval(x).low == pytest.approx(mean_interval(x[0]).low)


def test_one_run_gives_no_interval() -> None:
    assert seed_interval([[1.0, 2.0]]).low is None


def test_equal_runs_have_no_variance_of_seeds() -> None:
    row = np.arange(6.0)
    assert variance_of([row, row]).seeds == 0.0


def test_ragged_or_empty_tables_are_refused() -> None:
    for table in (np.zeros((0, 3)), np.zeros(3), [[np.nan, 1.0]]):
        with pytest.raises(UsageError):
            crossed_interval(table)


@pytest.mark.parametrize(("k", "sd"), [(2, 0.3), (2, 1.0), (3, 1.0)])
def test_few_seeds_are_covered(k: int, sd: float) -> None:
    rng, covered = np.random.default_rng(3), 0
    for _ in range(600):
        found = crossed_interval(planted(rng, k, 50, sd, 1.0, 0.5))
        covered += found.low <= 0 <= found.high
    assert covered / 600 > 0.925


def test_the_quantile_of_one_source_is_students() -> None:
    assert mixed_quantile([(2.0, 7), (0.0, 1)]) == pytest.approx(stats.t.ppf(0.975, 7))
    assert mixed_quantile([(1.0, 4), (3.0, 4)]) == pytest.approx(stats.t.ppf(0.975, 4))


@pytest.mark.parametrize("size", [0.5, 3.0, 8.0])
def test_p_is_where_the_interval_ends(size: float) -> None:
    parts = [(0.4, 1), (0.6, 49)]
    p = mixed_p(size, parts)
    assert mixed_quantile(parts, 1 - p) == pytest.approx(size, rel=1e-6)


def test_a_value_of_zero_has_p_of_one_and_a_huge_one_has_next_to_none() -> None:
    parts = [(0.4, 3), (0.6, 49)]
    assert mixed_p(0.0, parts) == 1.0
    assert mixed_p(1e9, parts) < 1e-9
