import numpy as np
import pytest
from sklearn.calibration import calibration_curve
from sklearn.metrics import roc_auc_score

from headwater.core import UsageError, wilson
from headwater.curate.fairness.score_rates import area, area_spread, bins_of, calibration_spread, fit

RNG = np.random.default_rng(3)
SCORES = RNG.beta(1, 3, 1_500).round(3)
LABELS = RNG.random(1_500) < SCORES**1.3
NO = np.zeros(0)


def delong(labels: np.ndarray, scores: np.ndarray) -> float:
    """Standard error of the AUC by comparing every pair of a positive and a negative row."""
    wins = np.subtract.outer(scores[labels], scores[~labels])
    kernel = (wins > 0) + 0.5 * (wins == 0)
    parts = (kernel.mean(axis).var(ddof=1) / kernel.shape[1 - axis] for axis in (1, 0))
    return float(np.sqrt(sum(parts)))


def test_the_reliability_curve_is_that_of_scikit_learn() -> None:
    share, mean = calibration_curve(LABELS, SCORES, n_bins=10, strategy="quantile")
    found = bins_of(LABELS, SCORES)
    assert found.share == pytest.approx(share) and found.score == pytest.approx(mean)


def test_the_calibration_error_is_the_weighted_distance_of_the_curve() -> None:
    found = bins_of(LABELS, SCORES)
    edges = np.percentile(SCORES, np.linspace(0, 100, 11))
    place = np.searchsorted(edges[1:-1], SCORES)
    expected = sum(
        (place == b).mean() * abs(LABELS[place == b].mean() - SCORES[place == b].mean()) for b in set(place.tolist())
    )
    assert found.error == pytest.approx(expected)


def test_a_constant_score_is_off_by_its_distance_from_the_base_rate() -> None:
    found = fit("g", np.arange(100) < 30, np.full(100, 0.5), 0)
    assert found.error[0] == pytest.approx(0.2) and found.large[0] == pytest.approx(-0.2)
    low, high = wilson(30, 100)
    assert found.large[1:] == pytest.approx((low - 0.5, high - 0.5))
    assert found.area is not None and found.area[0] == 0.5


def test_scores_that_are_the_labels_fit_perfectly() -> None:
    labels = np.arange(100) < 30
    found = fit("g", labels, labels.astype(float), 0)
    assert found.error[0] == 0 and found.area is not None and found.area[0] == 1 and found.p == 1
    assert found.error[2] > 0 and found.area[1] < 1, "a hundred rows do not prove perfection"


def test_a_perfect_score_has_an_error_within_that_of_chance() -> None:
    """The table of biases: a calibrated score of 300 rows has an ECE of about 0.05 in ten bins."""
    inside, errors = 0, []
    for trial in range(200):
        rng = np.random.default_rng(trial)
        scores = rng.random(300)
        found = fit("g", rng.random(300) < scores, scores, trial, 299)
        inside += found.error[0] <= found.chance
        errors.append(found.error[0])
        assert found.error[1] <= found.error[0] <= found.error[2]
    assert inside / 200 >= 0.92 and 0.04 < np.mean(errors) < 0.075


def test_the_interval_of_the_calibration_error_holds_the_true_one() -> None:
    """Labels are drawn with the square of the score: the true error of the ten bins follows from the scores alone."""
    inside = 0
    for trial in range(200):
        rng = np.random.default_rng(trial)
        scores = rng.random(400)
        labels = rng.random(400) < scores**2
        place = np.searchsorted(np.percentile(scores, np.linspace(0, 100, 11))[1:-1], scores)
        true = sum(abs((scores[place == b] ** 2 - scores[place == b]).sum()) for b in range(10)) / 400
        found = fit("g", labels, scores, trial, 299)
        inside += found.error[1] <= true <= found.error[2]
    assert inside / 200 >= 0.92


def test_the_area_is_that_of_scikit_learn_with_the_error_of_delong() -> None:
    found = area(LABELS, SCORES)
    assert found is not None and found[0] == pytest.approx(roc_auc_score(LABELS, SCORES))
    assert (found[2] - found[1]) / 2 / 1.96 == pytest.approx(delong(LABELS, SCORES), rel=0.02)


def test_an_area_needs_two_rows_of_each_class() -> None:
    assert area(np.array([True, False, False]), np.array([0.1, 0.2, 0.3])) is None


def spread(labels: np.ndarray, scores: np.ndarray, codes: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    fits = [fit(str(i), labels[codes == i], scores[codes == i], seed, 299) for i in range(codes.max() + 1)]
    found = calibration_spread(fits, labels, scores, codes, seed, 299)
    return found.value, found.chance, found.p


def test_a_gap_of_calibration_is_told_from_chance() -> None:
    """The score fits group 0 and is too high for group 1; by the score alone both would have the same labels."""
    rng = np.random.default_rng(0)
    scores, codes = rng.random(20_000), np.arange(20_000) % 2
    labels = rng.random(20_000) < scores - 0.2 * codes * scores
    value, chance, p = spread(labels, scores, codes)
    assert value == pytest.approx(0.1, abs=0.02) and value > chance and p < 0.01


def test_a_score_that_is_wrong_for_all_alike_is_no_gap() -> None:
    """Groups whose scores differ, each label drawn from the square of the score: about 5 % are beyond chance."""
    beyond = 0
    for trial in range(100):
        rng = np.random.default_rng(trial)
        codes = np.arange(600) % 3
        scores = rng.beta(1 + codes, 3)
        labels = rng.random(600) < scores**2
        beyond += spread(labels, scores, codes, trial)[2] <= 0.05
    assert beyond <= 12


def test_a_gap_of_areas_is_told_from_chance() -> None:
    rng = np.random.default_rng(0)
    labels = rng.random(2_000) < 0.4
    good, bad = (rng.normal(labels * shift, 1) for shift in (2.0, 0.5))
    squash = [1 / (1 + np.exp(-values)) for values in (good, bad)]
    fits = [fit(str(i), labels, values, 0, 299) for i, values in enumerate(squash)]
    found = area_spread(fits, 0)
    assert found is not None and found.p < 0.01 and found.value > found.chance and found.low > 0.1
    assert (found.most.group, found.least.group) == ("0", "1")
    same = area_spread([fits[0], fits[0]], 0)
    assert same is not None and same.value == 0 and same.p == 1
    assert area_spread(fits[:1], 0) is None


@pytest.mark.parametrize("scores", [NO, np.array([2.0]), np.array([-0.1]), np.array([0.5, 0.5])])
def test_wrong_scores_are_refused(scores: np.ndarray) -> None:
    with pytest.raises(UsageError, match="a score between 0 and 1"):
        fit("g", np.array([True])[: len(scores)] if len(scores) < 2 else np.array([True]), scores, 0)
