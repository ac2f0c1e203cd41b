import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate import mcnemar, paired_test, permutation_p

RNG = np.random.default_rng(9)


def test_mcnemar_is_the_binomial_test_of_the_items_that_differ() -> None:
    a = np.array([1] * 12 + [0] * 3 + [1] * 40 + [0] * 45)
    b = np.array([0] * 12 + [1] * 3 + [1] * 40 + [0] * 45)
    found = mcnemar(a, b)
    assert found.p == pytest.approx(stats.binomtest(12, 15).pvalue)
    assert found.difference.value == pytest.approx(0.09)
    assert found.difference.low < 0.09 < found.difference.high


def test_equal_answers_do_not_differ() -> None:
    found = mcnemar([1, 0, 1], [1, 0, 1])
    assert (found.p, found.difference.value) == (1.0, 0.0)
    assert found.difference.low < 0 < found.difference.high


@given(st.lists(st.floats(-10, 10), min_size=1, max_size=9))
def test_all_signs_are_tried_for_few_items(d: list[float]) -> None:
    sums = [
        abs(sum(s * x for s, x in zip(signs, d, strict=True))) for signs in itertools.product((1, -1), repeat=len(d))
    ]
    observed = abs(sum(d)) - 1e-9 * sum(map(abs, d))
    assert permutation_p(d) == pytest.approx(np.mean([value >= observed for value in sums]))


def test_random_signs_agree_with_scipy() -> None:
    d = RNG.normal(0.4, 1, 25)
    expected = stats.permutation_test(
        (d,), np.mean, permutation_type="samples", n_resamples=20_000, rng=np.random.default_rng(0)
    ).pvalue
    assert permutation_p(d, 3) == pytest.approx(expected, abs=0.015)


def test_the_same_seed_gives_the_same_p() -> None:
    d = RNG.normal(0.2, 1, 40)
    assert permutation_p(d, 5) == permutation_p(d, 5)


def test_without_a_difference_p_is_uniform_at_most() -> None:
    rng = np.random.default_rng(0)
    small = [permutation_p(rng.normal(size=10)) <= 0.05 for _ in range(600)]
    assert np.mean(small) < 0.075


def test_the_test_fits_the_values() -> None:
    x = RNG.normal(size=40)
    assert paired_test(x, x + RNG.normal(0, 1, 40)).test == "paired t"
    assert paired_test(x[:10], x[10:20]).test == "paired permutation of signs"
    assert paired_test([1, 0, 0], [0, 0, 1]).test == "McNemar, exact"


def test_paired_t_is_scipys() -> None:
    a, b = RNG.normal(size=50), RNG.normal(size=50)
    assert paired_test(a, b).p == pytest.approx(stats.ttest_rel(a, b).pvalue)


def test_a_constant_difference_is_tested_by_its_signs_and_has_no_interval() -> None:
    found = paired_test(np.arange(40.0) + 1, np.arange(40.0))
    assert found.p == pytest.approx(1 / 10_001) and found.test == "paired permutation of signs"
    assert found.difference.value == 1.0 and found.difference.low is None


def test_other_numbers_of_items_are_refused() -> None:
    with pytest.raises(UsageError, match="same items"):
        paired_test([1.0], [1.0, 2.0])
