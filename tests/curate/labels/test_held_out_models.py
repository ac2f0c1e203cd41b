import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.preprocessing import OneHotEncoder

from headwater.curate.labels.held_out_models import held_out_probabilities
from headwater.curate.labels.image_features import edge_directions, image_features

RNG = np.random.default_rng(0)


def test_probabilities_sum_to_one_and_repeat() -> None:
    codes, given = RNG.integers(0, 5, (200, 3)), np.repeat([0, 1], 100)
    one = held_out_probabilities("table", codes, given, 3, 0)
    assert one.shape == (200, 2) and np.allclose(one.sum(1), 1)
    assert np.array_equal(one, held_out_probabilities("table", codes, given, 3, 0))


def test_no_row_is_judged_by_a_model_that_saw_it() -> None:
    """A column that names every row lets a model know the labels that it has seen, and no other."""
    names = np.arange(300)[:, None]
    given = RNG.integers(0, 2, 300)
    found = held_out_probabilities("table", names, given, 3, 0)
    assert abs((found.argmax(1) == given).mean() - 0.5) < 0.12


def test_half_of_the_table_model_is_scikit_learns_out_of_fold_logistic_regression() -> None:
    codes = RNG.integers(0, 4, (300, 2))
    given = (codes[:, 0] > 1).astype(np.int64)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    onehot = OneHotEncoder().fit_transform(codes)
    linear = cross_val_predict(
        LogisticRegression(max_iter=100, tol=1e-3), onehot, given, cv=folds, method="predict_proba"
    )
    other = 2 * held_out_probabilities("table", codes, given, 3, 0) - linear
    assert np.allclose(other.sum(1), 1, atol=1e-5) and other.min() > -1e-5


def test_what_no_plane_separates_is_told_by_the_other_half() -> None:
    codes = RNG.integers(0, 2, (400, 2))
    given = codes[:, 0] ^ codes[:, 1]
    assert (held_out_probabilities("table", codes, given, 3, 0).argmax(1) == given).mean() > 0.95


def test_words_tell_texts_apart() -> None:
    texts = [f"the {'river' if row % 2 else 'engine'} number {row}" for row in range(60)]
    found = held_out_probabilities("text", texts, np.arange(60) % 2, 3, 0)
    assert (found.argmax(1) == np.arange(60) % 2).all()


@pytest.mark.parametrize(("angle", "expected"), [(0, 0), (90, 4), (45, 2), (135, 6)])
def test_an_edge_falls_into_the_bin_of_its_direction(angle: int, expected: int) -> None:
    y, x = np.mgrid[0:16, 0:16].astype(np.float64)
    turn = np.deg2rad(angle)
    ramp = 5 * (np.cos(turn) * x + np.sin(turn) * y)
    inner = edge_directions(ramp[None]).reshape(4, 4, 8)[1:3, 1:3].sum((0, 1))
    assert inner[expected] == pytest.approx(4 * 16 * 10) and inner.sum() == pytest.approx(4 * 16 * 10)


def test_features_do_not_depend_on_the_other_images() -> None:
    images = [RNG.integers(0, 256, shape).astype(np.uint8) for shape in ((8, 8), (32, 20), (8, 8))]
    colours = [np.array([1.0, 2.0, 3.0])] * 3
    together = image_features(images, colours)
    for place in range(3):
        assert np.allclose(together[place], image_features([images[place]], [colours[place]])[0], atol=1e-12)


def test_flat_images_have_finite_features() -> None:
    assert np.isfinite(image_features([np.zeros((1, 1), np.uint8)], [np.zeros(3)])).all()
