"""Shifts and areas: closed forms and reference libraries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_1samp
from sklearn.metrics import roc_auc_score

from headwater.curate.safety.bias_measures import auc, identity_aucs, score_shift

SCORES = st.lists(st.integers(0, 5).map(lambda n: n / 5), min_size=1, max_size=20)


def test_the_shift_is_students_test_on_the_means_of_documents() -> None:
    differences, documents = [0.1, 0.3, 0.2, 0.5, -0.1], [0, 0, 1, 2, 3]
    shift, reference = score_shift(differences, documents), ttest_1samp([0.2, 0.2, 0.5, -0.1], 0)
    assert shift is not None and shift.p == pytest.approx(reference.pvalue)
    interval = reference.confidence_interval()
    assert (shift.value, shift.low, shift.high) == pytest.approx((0.2, interval.low, interval.high))
    assert shift.n == 4


def test_no_difference_anywhere_is_no_shift_and_one_amount_everywhere_is_the_sign_test() -> None:
    none, all_alike = score_shift([0.0] * 9, range(9)), score_shift([0.5] * 9, range(9))
    assert none is not None and all_alike is not None
    assert (none.value, none.p) == (0.0, 1.0)
    assert (all_alike.value, all_alike.p) == (0.5, 2**-8)
    assert score_shift([0.5, 0.5], ["one", "one"]) is None


@given(SCORES, SCORES)
def test_the_auc_is_that_of_scikit_learn_and_lies_in_its_interval(high: list[float], low: list[float]) -> None:
    found = auc(high, low)
    assert found is not None
    assert found.value == pytest.approx(roc_auc_score([1] * len(high) + [0] * len(low), high + low))
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_the_interval_of_an_auc_is_newcombes() -> None:
    """Checked against the equation it solves: |theta - AUC| = z sqrt(var(theta))."""
    found = auc([3, 4, 5, 6], [1, 2, 3.5, 4.5])
    assert found is not None
    for theta in (found.low, found.high):
        middle = 4 - 1
        spread = 1 + middle * (1 - theta) / (2 - theta) + middle * theta / (1 + theta)
        half = 1.959963984540054 * (theta * (1 - theta) * spread / 16) ** 0.5
        assert abs(theta - found.value) == pytest.approx(half, abs=1e-9)


def test_separated_scores_still_leave_doubt() -> None:
    found = auc([1, 2, 3], [0, 0, 0])
    assert found is not None and found.high == 1.0 and 0.4 < found.low < 0.6


def test_without_positives_there_is_no_auc() -> None:
    assert auc([], [1.0]) is None and auc([1.0], []) is None


def test_the_three_areas_compare_the_right_texts() -> None:
    scores = np.array([0.9, 0.6, 0.5, 0.1])
    labels, member = np.array([True, False, True, False]), np.array([True, True, False, False])
    found = {name: area.value for name, area in identity_aucs(scores, labels, member).items() if area}
    assert found == {"subgroup-auc": 1.0, "bpsn-auc": 0.0, "bnsp-auc": 1.0}
