import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.curate.audits.rates import group_share, mention_rate, mention_ratio

COUNTS = st.lists(st.integers(0, 20), min_size=2, max_size=20)


def test_a_rate_is_mentions_over_words() -> None:
    rate = mention_rate([1, 2, 0], [100, 200, 700])
    assert rate.value == pytest.approx(3000) and rate.n == 3


def test_no_mention_has_the_exact_poisson_bound() -> None:
    rate = mention_rate([0, 0], [500, 500], per=1)
    assert (rate.value, rate.low) == (0, 0)
    assert math.exp(-rate.high * 1000) == pytest.approx(0.025)


def test_a_rate_without_words_is_refused() -> None:
    with pytest.raises(UsageError):
        mention_rate([0], [0])


def test_mentions_in_one_document_are_less_certain_than_spread_ones() -> None:
    words = np.full(100, 1000)
    bundled, spread = np.zeros(100), np.zeros(100)
    bundled[0], spread[:50] = 50, 1
    assert mention_rate(bundled, words).low < mention_rate(spread, words).low


@given(COUNTS.filter(any))
def test_the_interval_holds_the_rate(mentions: list[int]) -> None:
    rate = mention_rate(mentions, [50] * len(mentions))
    assert 0 < rate.low <= rate.value <= rate.high


@given(COUNTS.filter(any))
def test_a_group_that_is_its_whole_category_has_share_one(mentions: list[int]) -> None:
    share, variance = group_share(mentions, mentions)
    assert (share.value, share.high, variance) == (1, 1, 0)


def test_an_absent_group_has_share_zero_and_an_upper_bound_by_clusters() -> None:
    share, variance = group_share([0] * 10, [1] * 10)
    assert share.value == 0 and math.isinf(variance)
    assert (1 - share.high) ** 10 == pytest.approx(0.025)


@given(COUNTS.filter(any))
def test_a_group_against_itself_has_ratio_one(mentions: list[int]) -> None:
    ratio = mention_ratio(mentions, mentions)
    assert ratio.value == 1 and ratio.low <= 1 <= ratio.high


@given(COUNTS.filter(any), COUNTS.filter(any))
def test_swapping_the_groups_inverts_the_ratio(a: list[int], b: list[int]) -> None:
    n = max(len(a), len(b))
    first, second = a + [0] * (n - len(a)), b + [0] * (n - len(b))
    one, other = mention_ratio(first, second), mention_ratio(second, first)
    assert one.value == pytest.approx(1 / other.value)
    assert one.low == pytest.approx(1 / other.high)


def test_a_ratio_over_nothing_is_infinite_with_a_lower_bound() -> None:
    ratio = mention_ratio([10, 10], [0, 0])
    assert math.isinf(ratio.value) and ratio.low == pytest.approx(20 / -math.log(0.025))


def test_the_interval_of_a_rate_covers_the_truth() -> None:
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(400):
        words = rng.integers(50, 150, 200)
        mentions = rng.poisson(words * 0.005 * rng.gamma(2, 0.5, 200))
        rate = mention_rate(mentions, words, per=1)
        hits += rate.low <= 0.005 <= rate.high
    assert hits / 400 > 0.92
