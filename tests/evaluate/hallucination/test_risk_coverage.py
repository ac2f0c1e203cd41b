import math

import numpy as np
import pytest

from headwater.evaluate import jackknife
from headwater.evaluate.hallucination.risk_coverage import area_under_risk_coverage, risk_coverage


def by_hand(p: np.ndarray, y: np.ndarray, seed: int = 0) -> float:
    """Mean over random orders of ties of the mean risk over coverages."""
    rng, found = np.random.default_rng(seed), []
    for _ in range(3000):
        order = np.lexsort((rng.random(len(p)), -p))
        found.append(np.mean(np.cumsum(1 - y[order]) / np.arange(1, len(p) + 1)))
    return float(np.mean(found))


def test_ties_count_as_in_random_order() -> None:
    p, y = np.array([0.9, 0.5, 0.5, 0.5, 0.1]), np.array([1.0, 0, 1, 0, 1])
    assert area_under_risk_coverage(p, y).value == pytest.approx(by_hand(p, y), abs=0.01)
    assert area_under_risk_coverage(p, y).value == pytest.approx(risk_coverage(p, y)[1].mean())


def test_equal_confidences_give_the_error_rate_at_every_coverage() -> None:
    y = np.array([1.0, 0, 0, 1, 1])
    assert risk_coverage([0.5] * 5, y)[1].tolist() == pytest.approx([0.4] * 5)
    assert area_under_risk_coverage([0.5] * 5, y).value == pytest.approx(0.4)


def test_the_best_order_gives_its_closed_form() -> None:
    y = np.array([1.0] * 7000 + [0.0] * 3000)
    best = area_under_risk_coverage(y, y).value
    p = 1 - np.arange(10_000) / 10_000
    assert area_under_risk_coverage(p, y).value == pytest.approx(0.7 * math.log(0.7) + 0.3, abs=1e-3)
    assert best == pytest.approx(0.7 * math.log(0.7) + 0.3, abs=1e-3)


def test_a_better_order_has_a_smaller_area() -> None:
    y = np.array([1.0, 1, 1, 0, 0, 0])
    good, bad = (area_under_risk_coverage(p, y).value for p in (np.arange(6)[::-1] / 6, np.arange(6) / 6))
    assert good < 0.5 < bad


def test_the_last_risk_is_the_error_rate() -> None:
    coverage, risk = risk_coverage([0.1, 0.4, 0.9, 0.3], [0, 1, 1, 0])
    assert coverage[-1] == 1 and risk[-1] == 0.5 and risk[0] == 0


@pytest.mark.parametrize("levels", [1, 3, 1000])
def test_the_interval_is_the_jackknife_of_the_definition(levels: int) -> None:
    rng = np.random.default_rng(4)
    p = rng.integers(0, levels, 40) / levels
    y = (rng.random(40) < 0.6).astype(float)
    whole = area_under_risk_coverage(p, y)
    without = [area_under_risk_coverage(np.delete(p, i), np.delete(y, i)).value for i in range(40)]
    assert whole.se == pytest.approx(jackknife(whole.value, without).se)


def test_one_answer_has_no_interval() -> None:
    assert area_under_risk_coverage([0.5], [0]).low is None
