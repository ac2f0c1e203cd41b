import pytest
from scipy.stats import binomtest

from headwater.core import UsageError, wilson


@pytest.mark.parametrize(("successes", "n"), [(0, 1), (0, 20), (3, 7), (19, 20), (20, 20), (49, 50), (500, 100_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95, 0.99])
def test_wilson_equals_scipy(successes: int, n: int, confidence: float) -> None:
    expected = binomtest(successes, n).proportion_ci(confidence, method="wilson")
    assert wilson(successes, n, confidence) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_no_trial_has_no_rate() -> None:
    with pytest.raises(UsageError, match="n > 0"):
        wilson(0, 0)


def test_more_successes_than_trials_are_refused() -> None:
    with pytest.raises(UsageError):
        wilson(3, 2)
