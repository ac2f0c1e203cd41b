import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.core import UsageError, wilson
from headwater.evaluate import clopper_pearson, clustered_rate, fisher_p, mid_p, newcombe, rule_of_three


@pytest.mark.parametrize(("n", "rate"), [(20, 0.95), (50, 0.98), (100, 0.99)])
def test_mid_p_covers_at_the_edges_where_wilson_does_not(n: int, rate: float) -> None:
    chances = stats.binom.pmf(np.arange(n + 1), n, rate)
    covered = {
        name: chances @ np.array([low <= rate <= high for low, high in (of(k, n) for k in range(n + 1))], float)
        for name, of in (("mid-p", mid_p), ("Wilson", wilson))
    }
    assert covered["mid-p"] > 0.95
    assert covered["Wilson"] < 0.93


def test_mid_p_solves_its_own_equation() -> None:
    low, high = mid_p(7, 40)
    assert stats.binom.sf(7, 40, low) + 0.5 * stats.binom.pmf(7, 40, low) == pytest.approx(0.025)
    assert stats.binom.cdf(6, 40, high) + 0.5 * stats.binom.pmf(7, 40, high) == pytest.approx(0.025)


@given(st.integers(1, 200), st.data())
def test_mid_p_lies_within_clopper_pearson(n: int, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    (low, high), (outer_low, outer_high) = mid_p(k, n), clopper_pearson(k, n)
    assert outer_low - 1e-9 <= low <= k / n <= high <= outer_high + 1e-9


def test_without_events_the_one_sided_bound_is_exact() -> None:
    assert pytest.approx(1 - (1 - rule_of_three(300)) ** 300) == 0.95


@pytest.mark.parametrize(("successes", "n"), [(-1, 3), (4, 3), (0, 0), (0.5, 3)])
def test_impossible_counts_are_refused(successes: float, n: int) -> None:
    with pytest.raises(UsageError):
        clopper_pearson(successes, n)  # type: ignore[arg-type]


def test_one_event_a_cluster_is_the_exact_interval() -> None:
    events = [1, 0, 0, 1, 0, 0, 0, 1]
    estimate = clustered_rate(events, [1] * 8)
    assert (estimate.low, estimate.high) == pytest.approx(clopper_pearson(3, 8))


def test_events_that_come_in_whole_clusters_count_as_few() -> None:
    together = clustered_rate([10, 0, 0, 0, 10, 0], [10] * 6)
    apart = clustered_rate([3, 4, 3, 3, 4, 3], [10] * 6)
    assert together.value == apart.value
    assert together.high - together.low > 2 * (apart.high - apart.low)


def test_no_event_in_clusters_counts_clusters() -> None:
    assert clustered_rate([0] * 5, [100] * 5).high > wilson(0, 5)[1] - 1e-9


def test_more_events_than_trials_are_refused() -> None:
    with pytest.raises(UsageError, match="events <= trials"):
        clustered_rate([3], [2])


def test_newcombe_is_the_published_example() -> None:
    estimate = newcombe(56, 70, 48, 80)  # Newcombe 1998, table II, example (a), method 10
    assert (round(estimate.low, 4), round(estimate.high, 4)) == (0.0524, 0.3339)


@given(st.integers(1, 60), st.integers(1, 60), st.data())
def test_newcombe_turns_its_sign_with_the_sides(n: int, m: int, data: st.DataObject) -> None:
    a, b = data.draw(st.integers(0, n)), data.draw(st.integers(0, m))
    one, two = newcombe(a, n, b, m), newcombe(b, m, a, n)
    assert (one.low, one.high) == pytest.approx((-two.high, -two.low))
    assert -1 <= one.low <= one.value <= one.high <= 1


def test_equal_rates_have_fishers_p_of_one() -> None:
    assert fisher_p(5, 10, 5, 10) == pytest.approx(1.0)


@pytest.mark.parametrize(("right", "n"), [(5, 6), (1, 3), (7, 11), (40, 41)])
def test_clusters_of_one_trial_are_no_clusters_whatever_the_rounding(right: int, n: int) -> None:
    found = clustered_rate([1.0] * right + [0.0] * (n - right), [1.0] * n)
    assert (found.low, found.high) == pytest.approx(clopper_pearson(right, n))


def test_a_clustered_rate_has_bounds_at_any_confidence() -> None:
    for confidence in (1e-15, 1e-9, 1e-3, 0.95, 1 - 1e-12):
        found = clustered_rate([2, 0, 1], [2, 2, 2], confidence)
        assert found.low is not None and found.high is not None and found.low <= 0.5 <= found.high


def test_pairs_that_are_even_in_clusters_have_a_p_of_one() -> None:
    from headwater.evaluate.preference import preference

    found = preference(np.array([1.0, 2.0, -1.0, -2.0, 1.0, -1.0]), ["a", "a", "b", "b", "c", "c"])
    assert found.p == pytest.approx(1.0)
