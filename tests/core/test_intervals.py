import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from headwater.core import UsageError, wilson

RATES = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(RATES, st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_agrees_with_scipy(rate: tuple[int, int], confidence: float) -> None:
    expected = binomtest(*rate).proportion_ci(confidence, method="wilson")
    assert wilson(*rate, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


@given(RATES)
def test_the_interval_holds_the_rate_and_stays_within_zero_and_one(rate: tuple[int, int]) -> None:
    low, high = wilson(*rate)
    assert 0 <= low <= rate[0] / rate[1] <= high <= 1


@given(RATES)
def test_failures_mirror_successes(rate: tuple[int, int]) -> None:
    low, high = wilson(*rate)
    mirrored = wilson(rate[1] - rate[0], rate[1])
    assert mirrored == pytest.approx((1 - high, 1 - low), abs=1e-12)


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    n, truth = 40, 0.3
    inside = [k for k in range(n + 1) if wilson(k, n)[0] <= truth <= wilson(k, n)[1]]
    coverage = sum(math.comb(n, k) * truth**k * (1 - truth) ** (n - k) for k in inside)
    assert 0.93 < coverage < 0.98


@pytest.mark.parametrize("rate", [(0, 0), (-1, 5), (6, 5)])
def test_an_impossible_rate_is_refused(rate: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="a rate needs"):
        wilson(*rate)
