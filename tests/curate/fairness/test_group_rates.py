import itertools

import numpy as np
import pytest
from fairlearn.metrics import demographic_parity_difference, demographic_parity_ratio

from headwater.core import UsageError, wilson
from headwater.curate.fairness.group_rates import chance_gaps, gap_of

RNG = np.random.default_rng(0)
CODES = RNG.integers(0, 3, 600)
HITS = RNG.random(600) < 0.2 + 0.2 * CODES


def test_gap_and_ratio_are_those_of_fairlearn() -> None:
    gap = gap_of(HITS, CODES, "abc")
    assert gap is not None and gap.ratio is not None
    assert gap.value == pytest.approx(demographic_parity_difference(HITS, HITS, sensitive_features=CODES))
    assert gap.ratio[0] == pytest.approx(demographic_parity_ratio(HITS, HITS, sensitive_features=CODES))


def test_each_rate_is_a_count_with_wilsons_interval() -> None:
    gap = gap_of(HITS, CODES, "abc")
    assert gap is not None
    for code, one in enumerate(gap.rates):
        hits, rows = int(HITS[code == CODES].sum()), int((code == CODES).sum())
        assert (one.hits, one.rows, one.rate) == (hits, rows, pytest.approx(hits / rows))
        assert (one.low, one.high) == wilson(hits, rows)


def test_the_interval_of_a_gap_is_newcombes() -> None:
    """The worked example of Newcombe 1998, table II, method 10: 56/70 against 48/80."""
    hits = np.repeat([True, False, True, False], [56, 14, 48, 32])
    gap = gap_of(hits, np.repeat([0, 1], [70, 80]), "ab")
    assert gap is not None and (gap.value, gap.low, gap.high) == (
        pytest.approx(0.2), pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5)
    )  # fmt: skip


def test_gaps_by_chance_have_the_distribution_of_all_shuffles() -> None:
    hits, codes = np.array([1, 1, 1, 0, 0, 0, 0, 0]), np.array([0, 0, 0, 1, 1, 1, 1, 1])
    every = [
        np.ptp(np.bincount(codes, np.isin(np.arange(8), chosen)) / np.bincount(codes))
        for chosen in itertools.combinations(range(8), int(hits.sum()))
    ]
    drawn = chance_gaps(np.array([3, 5]), 3, 40_000, 0)
    for value in np.unique(np.round(every, 9)):
        assert np.isclose(drawn, value).mean() == pytest.approx(np.isclose(every, value).mean(), abs=0.01)


def test_small_groups_make_large_gaps_by_chance() -> None:
    even = chance_gaps(np.full(5, 1000), 4000, 2_000, 0)
    one_small = chance_gaps(np.array([1000] * 4 + [20]), 3216, 2_000, 0)
    assert np.quantile(even, 0.95) == pytest.approx(0.049, abs=0.003)
    assert np.quantile(one_small, 0.95) == pytest.approx(0.178, abs=0.02)


def test_a_group_below_the_minimum_is_left_out_of_the_gap() -> None:
    hits, codes = np.append(HITS, True), np.append(CODES, 3)
    gap, without = gap_of(hits, codes, "abcd"), gap_of(HITS, CODES, "abc")
    assert gap is not None and without is not None
    assert gap.too_small == {"d": 1} and gap.value == without.value and gap.rows == 600


def test_without_a_hit_there_is_a_gap_of_zero_and_no_ratio() -> None:
    gap = gap_of(np.zeros(600, bool), CODES, "abc")
    assert gap is not None and gap.ratio is None
    assert (gap.value, gap.p, gap.rates[0].against) == (0, 1, None)


def test_hits_everywhere_are_no_gap() -> None:
    gap = gap_of(np.ones(600, bool), CODES, "abc")
    assert gap is not None and gap.ratio is not None and (gap.value, gap.ratio[0], gap.p) == (0, 1, 1)


def test_one_group_alone_has_no_gap() -> None:
    assert gap_of(np.ones(40, bool), np.zeros(40, int), "a") is None


def test_codes_that_fit_no_name_are_refused() -> None:
    with pytest.raises(UsageError, match="do not fit"):
        gap_of(np.ones(2, bool), np.array([0, 2]), "ab")
