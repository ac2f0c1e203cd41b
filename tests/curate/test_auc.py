import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from headwater.curate.auc import auc_with_interval

VALUES = st.lists(st.integers(0, 9), min_size=2, max_size=20)


@given(VALUES, VALUES)
def test_the_area_is_that_of_scikit_learn_and_lies_in_its_interval(good: list[int], bad: list[int]) -> None:
    auc, low, high = auc_with_interval(np.array(good, float), np.array(bad, float))
    assert auc == pytest.approx(roc_auc_score([1] * len(good) + [0] * len(bad), good + bad))
    assert 0 <= low <= auc <= high <= 1


def test_the_interval_covers_the_truth_as_often_as_it_says() -> None:
    rng = np.random.default_rng(0)
    truth = 0.8  # of two normal distributions, 1.19 standard deviations apart
    hits = 0
    for _ in range(400):
        _, low, high = auc_with_interval(rng.normal(1.1902, 1, 60), rng.normal(0, 1, 60))
        hits += low <= truth <= high
    assert 0.92 <= hits / 400 <= 0.98


def test_perfect_separation_still_has_an_interval() -> None:
    auc, low, high = auc_with_interval(np.arange(10, 20.0), np.arange(10.0))
    assert (auc, high) == (1.0, 1.0)
    assert 0.7 < low < 0.75
