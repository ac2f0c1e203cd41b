"""Shares behind a classifier's view: identities, agreement with the two-class formula, and coverage of the truth."""

import numpy as np
import pytest

from headwater.curate import DetectorError, adjusted_share
from headwater.evaluate import corrected_shares
from headwater.evaluate.bias.corrected_shares import solved


def test_a_classifier_without_error_changes_nothing() -> None:
    assert solved(np.array([0.2, 0.5, 0.3]), np.eye(3)) == pytest.approx([0.2, 0.5, 0.3], abs=1e-6)
    found = corrected_shares(np.array([20.0, 80.0]), np.eye(2) * 1e6, np.array([0.2, 0.8]))
    assert found is not None and found[0].value == pytest.approx(0.2, abs=1e-4) and found[0].p > 0.9


def test_two_classes_are_the_formula_of_rogan_and_gladen() -> None:
    errors = np.array([[80.0, 20.0], [10.0, 90.0]])
    found = corrected_shares(np.array([30.0, 70.0]), errors, np.array([0.5, 0.5]))
    other = adjusted_share(30, 100, DetectorError(80, 100, 10, 100))
    assert found is not None and other is not None
    assert found[0].value == pytest.approx(other.value, abs=1e-6)
    assert (found[0].low, found[0].high) == pytest.approx((other.low, other.high), abs=0.03)


def test_a_classifier_that_guesses_gives_no_share() -> None:
    assert corrected_shares(np.array([30.0, 70.0]), np.full((2, 2), 50.0), np.array([0.5, 0.5])) is None


def test_the_interval_covers_the_truth_and_knows_of_the_error() -> None:
    rng = np.random.default_rng(0)
    truth, rates = np.array([0.2, 0.3, 0.5]), np.array([[0.8, 0.1, 0.1], [0.2, 0.7, 0.1], [0.05, 0.15, 0.8]])
    covered = []
    for trial in range(60):
        errors = np.stack([rng.multinomial(60, row) for row in rates]).astype(float)
        seen = rng.multinomial(300, truth @ rates).astype(float)
        found = corrected_shares(seen, errors, truth, seed=trial)
        assert found is not None
        covered += [one.low <= share <= one.high for one, share in zip(found, truth, strict=True)]
    assert 0.9 < np.mean(covered) <= 0.99
