"""Strength of association beside other libraries and closed forms."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from headwater.evaluate.tables import correlation_ratio, cramers_v, spearman
from headwater.evaluate.tables.association import midranks


def test_spearman_is_that_of_scipy_with_ties() -> None:
    rng = np.random.default_rng(1)
    one = rng.integers(0, 9, 200)
    two = one + rng.integers(-4, 5, 200)
    assert spearman(one, two) == pytest.approx(stats.spearmanr(one, two).statistic)
    assert np.allclose(midranks(two), stats.rankdata(two))
    assert spearman(one, -one) == pytest.approx(-1)


def test_cramers_v_without_its_correction_is_that_of_scipy_and_with_it_near() -> None:
    rng = np.random.default_rng(2)
    one = rng.integers(0, 3, 5_000)
    two = np.where(rng.random(5_000) < 0.5, one, rng.integers(0, 3, 5_000))
    table = np.histogram2d(one, two, bins=[3, 3])[0].astype(int)
    n, raw = len(one), stats.contingency.association(table, method="cramer")
    phi = raw**2 * 2 - 4 / (n - 1)
    assert cramers_v(one, two) == pytest.approx((phi / (2 - 4 / (n - 1))) ** 0.5)
    assert cramers_v(one, two) == pytest.approx(raw, abs=0.01)


def test_the_correction_takes_away_what_chance_gives_to_small_tables() -> None:
    rng = np.random.default_rng(3)
    found = [cramers_v(rng.integers(0, 8, 60), rng.integers(0, 8, 60)) for _ in range(200)]
    raw = np.sqrt(49 / 59 / 7)  # what the plain V tends to
    assert np.mean(found) < raw / 3


def test_correlation_ratio_is_epsilon_squared_of_the_kruskal_wallis_test() -> None:
    rng = np.random.default_rng(4)
    group = rng.integers(0, 4, 300)
    numbers = 10 * group + rng.integers(0, 60, 300)
    h = stats.kruskal(*(numbers[group == g] for g in range(4))).statistic
    eta = h / (300 - 1)  # H = (n - 1) SSB / SST of the ranks
    assert correlation_ratio(group, numbers) == pytest.approx((1 - (1 - eta) * 299 / 296) ** 0.5)
    assert correlation_ratio(np.arange(5).repeat(9), np.arange(5).repeat(9)) == pytest.approx(1)


@pytest.mark.parametrize("measure", [spearman, cramers_v, correlation_ratio])
def test_a_constant_column_goes_with_nothing(measure) -> None:  # type: ignore[no-untyped-def]
    assert measure(np.zeros(9, int), np.arange(9) % 3) == 0
    assert measure(np.arange(9) % 3, np.zeros(9, int)) == 0
    assert measure(np.zeros(1, int), np.zeros(1, int)) == 0


def test_the_difference_of_ranks_correlations_is_that_of_sdmetrics() -> None:
    pairs = pytest.importorskip("sdmetrics.column_pairs", reason="sdmetrics is not installed")
    rng = np.random.default_rng(9)
    sides = []
    for slope in (2, -1):
        one = rng.integers(0, 30, 200)
        sides.append((one, slope * one + rng.integers(-9, 10, 200)))
    real, made = (pd.DataFrame({"one": one, "two": two}) for one, two in sides)
    wanted = pairs.CorrelationSimilarity.compute(real, made, coefficient="Spearman")
    own = abs(spearman(*sides[0]) - spearman(*sides[1]))
    assert 1 - own / 2 == pytest.approx(wanted, abs=1e-12)
