import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate import (
    Estimate,
    clopper_pearson,
    detectable_effect,
    items_to_detect,
    mean_interval,
    more_items,
    more_trials,
)


def power_of_t(effect: float, sd: float, n: int) -> float:
    """Power of the two-sided one-sample t-test, by the noncentral t."""
    limit, shift = stats.t.ppf(0.975, n - 1), effect / sd * n**0.5
    return float(stats.nct.sf(limit, n - 1, shift) + stats.nct.cdf(-limit, n - 1, shift))


@pytest.mark.parametrize(("effect", "sd"), [(0.5, 1.0), (0.1, 1.0), (2.0, 3.0)])
def test_the_planned_number_has_the_power_it_promises(effect: float, sd: float) -> None:
    estimate = Estimate(effect, 20, sd / 20**0.5)
    n = items_to_detect(estimate, effect)
    assert power_of_t(effect, sd, n) == pytest.approx(0.8, abs=0.02)


def test_the_detectable_effect_is_detected_with_the_power() -> None:
    effect = detectable_effect(Estimate(0.0, 50, 1 / 50**0.5))
    assert power_of_t(effect, 1.0, 50) == pytest.approx(0.8, abs=0.01)


def test_what_is_settled_needs_no_more() -> None:
    assert more_items(mean_interval([5.0, 5.1, 4.9]), 0.0) == 0


def test_a_value_on_the_threshold_is_never_settled() -> None:
    assert more_items(mean_interval([-1.0, 1.0]), 0.0) is None


def test_items_that_do_not_differ_need_no_more() -> None:
    assert items_to_detect(Estimate(1.0, 5, 0.0), 1.0) == 5


@given(st.integers(1, 200), st.data(), st.sampled_from([0.005, 0.02, 0.1, 0.5]))
def test_the_trials_to_add_clear_the_limit_and_hardly_more_than_needed(
    n: int, data: st.DataObject, limit: float
) -> None:
    k = data.draw(st.integers(0, n))
    if abs(k / n - limit) < 0.004:
        return
    more = more_trials(k, n, limit)
    low, high = clopper_pearson(round(k / n * (n + more)), n + more)
    assert limit < low or limit > high


def test_without_events_the_number_has_a_closed_form() -> None:
    wanted = int(np.ceil(np.log(0.025) / np.log(1 - 0.01)))
    assert 100 + more_trials(0, 100, 0.01) == wanted


def test_a_limit_that_is_no_rate_is_refused() -> None:
    with pytest.raises(UsageError, match="limit"):
        more_trials(1, 10, 1.5)
