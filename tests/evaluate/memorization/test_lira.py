import math

import numpy as np
import pytest
from scipy import stats

from headwater.core import IncompleteError, UsageError
from headwater.evaluate import auc, lira


def gaussians(seed: int, n: int, shadows: int, d: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Texts of different difficulty; a model that saw a text values it d standard deviations higher."""
    rng = np.random.default_rng(seed)
    level, member = rng.normal(0, 5, n), np.arange(n) < n // 2
    inside = rng.random((shadows, n)) < 0.5
    signals = level + d * inside + rng.normal(size=(shadows, n))
    return level + d * member + rng.normal(size=n), signals, inside, member


@pytest.mark.parametrize("d", [0.5, 1.0, 2.0])
def test_gaussians_d_standard_deviations_apart_have_the_area_of_the_closed_form(d: float) -> None:
    target, signals, inside, member = gaussians(0, 6000, 256, d)
    scores = lira(target, signals, inside)
    assert auc(scores[member], scores[~member]).value == pytest.approx(stats.norm.cdf(d / math.sqrt(2)), abs=0.02)
    assert auc(target[member], target[~member]).value < auc(scores[member], scores[~member]).value


def test_one_variance_serves_few_shadow_models_and_loses_little() -> None:
    target, signals, inside, member = gaussians(1, 4000, 16, 2.0)
    scores = lira(target, signals, inside)
    # each mean of about 8 values adds 1/8 of the variance: Phi(d / sqrt(2 (1 + 1/8))) at best
    assert auc(scores[member], scores[~member]).value == pytest.approx(stats.norm.cdf(2 / math.sqrt(2)), abs=0.03)


def test_the_ratio_is_that_of_the_two_densities() -> None:
    rng = np.random.default_rng(2)
    signals, inside = rng.normal(size=(80, 3)), rng.random((80, 3)) < 0.5
    target = np.array([0.3, -1.0, 2.0])
    for text in range(3):
        within, without = signals[inside[:, text], text], signals[~inside[:, text], text]
        expected = stats.norm.logpdf(target[text], within.mean(), within.std(ddof=1)) - stats.norm.logpdf(
            target[text], without.mean(), without.std(ddof=1)
        )
        assert lira(target, signals, inside)[text] == pytest.approx(expected)


def test_a_text_that_no_shadow_model_saw_takes_the_distance_of_the_others() -> None:
    signals = np.array([[1.0, 5.0], [1.2, 5.2], [0.0, 5.1], [0.2, 4.9]])
    inside = np.array([[True, False], [True, False], [False, False], [False, False]])
    low, high = (lira(np.array([1.0, value]), signals, inside)[1] for value in (5.0, 6.0))
    assert high > 0 > low


def test_what_says_nothing_is_refused() -> None:
    with pytest.raises(IncompleteError, match="raise shadows"):
        lira([0.0], [[1.0], [2.0]], [[True], [True]])
    with pytest.raises(IncompleteError, match="do not vary"):
        lira([0.0], np.ones((4, 1)), [[True], [True], [False], [False]])
    with pytest.raises(UsageError):
        lira([0.0], [[math.nan]], [[True]])
    with pytest.raises(UsageError):
        lira([0.0, 1.0], [[1.0]], [[True]])
