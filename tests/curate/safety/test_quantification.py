"""The share behind what a detector flags."""

import numpy as np
import pytest

from headwater.core import UsageError
from headwater.curate.safety import DetectorError, adjusted_share
from headwater.curate.safety.quantification import mixture_misfit


def test_a_perfect_detector_flags_the_share_itself() -> None:
    share = adjusted_share(300, 1000, DetectorError(5000, 5000, 0, 5000))
    assert share is not None and share.value == pytest.approx(0.3)
    assert share.low < 0.3 < share.high


def test_the_estimate_solves_the_equation_of_rogan_and_gladen() -> None:
    error = DetectorError(80, 100, 10, 100)
    share = adjusted_share(380, 1000, error)
    assert share is not None
    assert share.value * error.sensitivity + (1 - share.value) * (1 - error.specificity) == pytest.approx(0.38)


def test_fewer_flags_than_false_alarms_mean_no_share_and_not_a_negative_one() -> None:
    share = adjusted_share(1, 1000, DetectorError(80, 100, 10, 100))
    assert share is not None and (share.value, share.low) == (0.0, 0.0)


def test_a_detector_that_tells_nothing_gives_no_share() -> None:
    assert adjusted_share(5, 10, DetectorError(50, 100, 50, 100)) is None
    assert adjusted_share(5, 10, DetectorError(0, 100, 0, 100)) is None


def test_nothing_labelled_is_an_error() -> None:
    with pytest.raises(UsageError):
        adjusted_share(1, 10, DetectorError(0, 0, 0, 5))


@pytest.mark.parametrize("truth", [0.02, 0.2, 0.9])
def test_the_interval_holds_the_truth_as_often_as_it_says(truth: float) -> None:
    rng, held = np.random.default_rng(1), 0
    for _ in range(500):
        flagged = rng.binomial(500, truth * 0.8 + (1 - truth) * 0.05)
        error = DetectorError(int(rng.binomial(100, 0.8)), 100, int(rng.binomial(100, 0.05)), 100)
        share = adjusted_share(int(flagged), 500, error)
        held += share is not None and share.low <= truth <= share.high
    assert held / 500 > 0.92


def test_counts_are_taken_at_or_above_the_threshold() -> None:
    assert DetectorError.of([0.5, 0.4, 0.9, 0.1], [True, True, False, False], 0.5) == DetectorError(1, 2, 1, 2)


def labelled_scores(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Scores of 300 texts of each kind, and their labels."""
    return np.concatenate([rng.beta(4, 2, 300), rng.beta(2, 5, 300)]), np.repeat([True, False], 300)


@pytest.mark.parametrize("machine", [0, 100, 500, 1000])
def test_a_mixture_of_the_labelled_kinds_fits(machine: int) -> None:
    rng = np.random.default_rng(machine)
    scores = np.concatenate([rng.beta(4, 2, machine), rng.beta(2, 5, 1000 - machine)])
    assert mixture_misfit(scores, *labelled_scores(rng))[1] > 0.001


def test_a_third_kind_of_text_does_not_fit() -> None:
    rng = np.random.default_rng(0)
    scores = np.concatenate([rng.beta(4, 2, 300), rng.beta(2, 5, 300), np.full(400, 0.45)])
    distance, p = mixture_misfit(scores, *labelled_scores(rng))
    assert distance > 0.1 and p < 1e-6


def test_a_corpus_that_is_exactly_the_labelled_texts_fits_exactly() -> None:
    scores, labels = labelled_scores(np.random.default_rng(3))
    assert mixture_misfit(scores, scores, labels)[0] == pytest.approx(0.0, abs=1e-12)
