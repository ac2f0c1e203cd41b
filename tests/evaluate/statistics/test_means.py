"""Means of equal items, which know nothing of the spread of others, and clusters that agree."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.statistics import (
    Estimate,
    clopper_pearson,
    clustered_rate,
    correlation,
    difference,
    mean_interval,
    paired_difference,
)


@pytest.mark.parametrize("values", [[0.3] * 12, [0.1 + 0.2, 0.3, 0.3], [0.0] * 2, [-7.5] * 100])
def test_equal_values_have_no_bounds_but_a_reason(values: list[float]) -> None:
    found = mean_interval(values)
    assert found.value == pytest.approx(values[0]) and (found.se, found.low, found.high) == (None, None, None)
    assert "have one value" in found.bounds()["interval"] and set(found.bounds(0.0)) == {"interval"}


def test_equal_values_within_a_range_have_the_exact_bounds_of_events() -> None:
    for value in (0.0, 1.0):
        found = mean_interval([value] * 40).bounds(0.0, 1.0)
        assert (found["low"], found["high"]) == pytest.approx(clopper_pearson(round(40 * value), 40))


@given(st.integers(2, 400), st.floats(0, 1))
def test_the_worst_law_gives_equal_values_as_seldom_as_the_bounds_say(n: int, value: float) -> None:
    found = mean_interval([value] * n).within(0.0, 1.0)
    assert found.low is not None and found.high is not None
    others = 1 - 0.025 ** (1 / n)  # a law that gives ``value`` but with this chance the end of the range
    assert found.high == pytest.approx(value + others * (1 - value))
    assert found.low == pytest.approx(value - others * value) and (1 - others) ** n == pytest.approx(0.025)


def test_an_interval_that_exists_is_left_alone() -> None:
    found = mean_interval([0.1, 0.2, 0.4])
    assert found.within(0.0, 1.0) == found


def test_clusters_of_other_sizes_that_agree_are_equal_items_too() -> None:
    found = mean_interval([0.2] * 9, ["a"] * 6 + ["b", "c", "c"])
    assert found.low is None and found.n == 3 and found.alike == pytest.approx(9**2 / (36 + 1 + 4))


def test_a_difference_with_a_side_of_equal_values_has_no_bounds() -> None:
    gap = difference(mean_interval([0.5] * 9), mean_interval([0.1, 0.2, 0.4]))
    assert gap.low is None and "no spread" in gap.bounds()["interval"]
    assert paired_difference([2.0, 3.0, 4.0], [1.0, 2.0, 3.0]).low is None


def test_an_estimate_of_zero_width_is_no_certainty() -> None:
    assert set(Estimate(0.4, 9, 0.0, 0.4, 0.4).bounds(0.0, 1.0)) == {"interval"}


@pytest.mark.parametrize("events, trials", [(1, 49), (2, 98), (3, 147), (0, 5)])
def test_one_cluster_is_one_item_whatever_the_rounding(events: float, trials: float) -> None:
    found = clustered_rate([events], [trials])
    assert found.high is not None and found.low is not None and found.se is None
    assert found.high - found.low > 0.9


@pytest.mark.parametrize("events", [1, 7, 24.5])
def test_clusters_with_one_rate_count_as_clusters_whatever_the_rounding(events: float) -> None:
    found = clustered_rate([events, 2 * events, 3 * events], [49, 98, 147])  # of 1 / 49 the rest is 1e-16, not 0
    assert found.high is not None and found.low is not None and found.high - found.low > 0.3


def test_points_on_a_line_have_fishers_interval() -> None:
    x = np.arange(12.0)
    found = correlation(x, 3 * x + 1)
    assert found.low is not None and found.high is not None and found.low < found.high
    assert correlation(x, -x).value == pytest.approx(-1)
