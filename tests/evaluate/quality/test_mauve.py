import math
from pathlib import Path

import numpy as np
import pytest
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from text_planted import planted, sentences

from headwater.core import IncompleteError, NotMeasured, UsageError
from headwater.evaluate import divergence_curve, mauve, measure_mauve
from headwater.evaluate.quality.mauve import quantised


def test_equal_histograms_have_area_one() -> None:
    assert divergence_curve([3, 1, 2], [3, 1, 2]).area == pytest.approx(1, abs=1e-12)


def test_the_area_is_the_same_both_ways() -> None:
    p, q = np.random.default_rng(0).uniform(size=(2, 30))
    assert divergence_curve(p, q).area == pytest.approx(divergence_curve(q, p).area, rel=1e-12)


def test_disjoint_histograms_have_the_value_of_25_points_and_the_limit() -> None:
    assert divergence_curve([1, 0], [0, 1]).area == pytest.approx(0.004072, abs=5e-7)
    limit = divergence_curve([1, 0], [0, 1], weights=20_000).area
    assert limit == pytest.approx(1 / math.comb(10, 5), rel=1e-3)


def test_equal_features_have_one_whatever_the_seed() -> None:
    x = np.random.default_rng(0).normal(size=(100, 6))
    np.testing.assert_allclose(mauve(x, x), 1, atol=1e-12)


def test_far_clouds_have_the_value_of_disjoint_histograms() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 60, 4)) * 0.01 + np.array([[[1.0, 0, 0, 0]], [[0, 0, 0, 1.0]]])
    np.testing.assert_allclose(mauve(x, y, clusters=4), 0.004072, atol=5e-7)


def test_nearer_clouds_have_more() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 5))
    areas = [mauve(x, rng.normal(size=(200, 5)) + shift, clusters=10).mean() for shift in (0.0, 1.0, 3.0)]
    assert areas[0] > areas[1] > areas[2]


def test_rows_are_counted_where_they_lie() -> None:
    x = np.repeat(np.eye(3), [4, 2, 1], axis=0)
    first, second = quantised(x, x[:5], 3, 0)
    assert (sorted(first.tolist()), sorted(second.tolist())) == ([1, 2, 4], [0, 1, 4])


def test_cells_are_those_of_a_k_means_on_principal_components_of_unit_rows() -> None:
    """Components are not whitened: with equal spread in all directions, clouds that differ in one would look alike."""
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 400, 20)) + np.array([[[0.0] * 20], [[2 / 20**0.5] * 20]])
    unit = np.concatenate([x, y])
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    z = PCA(0.9, svd_solver="full").fit_transform(unit)
    found = []
    for k in range(5):
        labels = KMeans(40, n_init=1, random_state=k).fit_predict(z)
        found.append(divergence_curve(*(np.bincount(side, minlength=40) for side in (labels[:400], labels[400:]))).area)
    own = mauve(x, y, clusters=40)
    assert abs(own.mean() - np.mean(found)) < 3 * np.hypot(own.std(ddof=1), np.std(found, ddof=1))
    whitened = PCA(0.9, svd_solver="full", whiten=True).fit_transform(unit)
    labels = KMeans(40, n_init=1, random_state=0).fit_predict(whitened)
    other = divergence_curve(*(np.bincount(side, minlength=40) for side in (labels[:400], labels[400:]))).area
    assert other > own.max() + 0.1


def test_mean_and_spread_over_five_seeds_are_shown(tmp_path: Path) -> None:
    outcome = measure_mauve(planted(tmp_path, sentences(110, 40)))
    shown = {(score.metric, score.slice["text"]): score for score in outcome.scores}
    assert shown["mauve", "samples"].n == 5 and "5 k-means seeds" in shown["mauve", "samples"].method
    assert shown["mauve-seed-sd", "samples"].value > 0
    assert shown["mauve", "samples"].value > 0.5
    other = measure_mauve(planted(tmp_path / "far", [f"x{k} y{k} z{k}" for k in range(110)])).scores[0]
    assert other.value < shown["mauve", "samples"].value


def test_a_function_of_the_users_is_an_encoder(tmp_path: Path) -> None:
    def lengths(texts: list[str]) -> np.ndarray:
        return np.array([[len(text), text.count("1"), 1.0] for text in texts])

    scores = measure_mauve(planted(tmp_path, sentences(110, 40)), encoder=lengths).scores
    assert "encoder lengths" in scores[0].method


def test_bad_encoders_seeds_and_features_are_a_sentence(tmp_path: Path) -> None:
    subject = planted(tmp_path, sentences(110, 40))
    with pytest.raises(UsageError, match="must be one of"):
        measure_mauve(subject, encoder="bert")
    with pytest.raises(IncompleteError, match="no model"):
        measure_mauve(subject, encoder="model")
    with pytest.raises(UsageError, match="at least 5"):
        measure_mauve(subject, seeds=1)
    with pytest.raises(UsageError, match="not finite"):
        measure_mauve(subject, encoder=lambda texts: np.full((len(texts), 2), np.nan))
    with pytest.raises(IncompleteError, match="one vector"):
        measure_mauve(subject, encoder=lambda texts: np.ones((len(texts), 2)))
    with pytest.raises(UsageError, match="one dimension"):
        mauve(np.ones((60, 2)), np.ones((60, 3)))
    with pytest.raises(UsageError, match="histogram"):
        divergence_curve([0, 0], [1, 0])


def test_few_texts_are_not_measured(tmp_path: Path) -> None:
    (score,) = measure_mauve(planted(tmp_path, sentences(40, 40))).scores
    assert isinstance(score, NotMeasured) and "100 texts" in score.reason


def reference():  # type: ignore[no-untyped-def]
    return pytest.importorskip("mauve.compute_mauve", reason="mauve-text is not installed (GPL: in no extra of ours)")


@pytest.mark.parametrize("scaling", [1.0, 5.0])
def test_the_curve_is_that_of_the_authors_code(scaling: float) -> None:
    authors = reference()
    p, q = np.random.default_rng(1).uniform(size=(2, 30))
    p[3] = q[7] = 0
    p, q = p / p.sum(), q / q.sum()
    own = divergence_curve(p, q, scaling)
    wanted = authors.get_divergence_curve_for_multinomials(p, q, np.linspace(1e-6, 1 - 1e-6, 25), scaling)
    np.testing.assert_allclose(np.column_stack([own.x, own.y]), wanted, rtol=1e-12)
    x, y = wanted.T
    area = authors.compute_area_under_curve
    both = area(x[np.argsort(x)], y[np.argsort(x)]) + area(y[np.argsort(y)], x[np.argsort(y)])
    assert own.area == pytest.approx(both / 2, rel=1e-9)


def test_the_score_is_that_of_the_authors_code_within_the_spread_of_k_means_seeds() -> None:
    authors = reference()
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=(2, 400, 20)) + np.array([[[0.0] * 20], [[2 / 20**0.5] * 20]])
    theirs = [authors.compute_mauve(x, y, num_buckets=40, kmeans_num_redo=1, seed=seed).mauve for seed in range(5)]
    own = mauve(x, y, clusters=40)
    assert np.std(theirs, ddof=1) > 0.002  # what one seed alone would hide
    assert abs(own.mean() - np.mean(theirs)) < 3 * np.hypot(own.std(ddof=1), np.std(theirs, ddof=1))
