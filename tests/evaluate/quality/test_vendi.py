import numpy as np
import pytest

from headwater.core import UsageError
from headwater.evaluate import vendi_from_features, vendi_score
from headwater.evaluate.quality.vendi import vendi_without


@pytest.mark.parametrize("n", [1, 2, 7, 50])
def test_orthogonal_items_count_one_each(n: int) -> None:
    assert vendi_score(np.eye(n)) == pytest.approx(n, rel=1e-12)
    assert vendi_from_features(np.eye(n) * 3) == pytest.approx(n, rel=1e-12)


@pytest.mark.parametrize("n", [1, 2, 7, 50])
def test_copies_count_once(n: int) -> None:
    assert vendi_score(np.ones((n, n))) == pytest.approx(1, rel=1e-12)
    assert vendi_from_features(np.tile([3.0, 4.0, 0.0], (n, 1))) == pytest.approx(1, rel=1e-12)


def test_two_kinds_of_unequal_number_count_by_their_entropy() -> None:
    shares = np.array([0.75, 0.25])
    kinds = np.repeat(np.eye(2), [9, 3], axis=0)
    assert vendi_from_features(kinds) == pytest.approx(np.exp(-(shares * np.log(shares)).sum()), rel=1e-12)


@pytest.mark.parametrize("shape", [(40, 8), (8, 40), (20, 20)])
def test_the_smaller_product_gives_what_the_kernel_gives(shape: tuple[int, int]) -> None:
    x = np.random.default_rng(0).normal(size=shape)
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    assert vendi_from_features(x) == pytest.approx(vendi_score(unit @ unit.T), rel=1e-10)


def test_order_and_scale_of_the_rows_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=(30, 5))
    shuffled = x[rng.permutation(30)] * rng.uniform(0.1, 9, size=(30, 1))
    assert vendi_from_features(shuffled) == pytest.approx(vendi_from_features(x), rel=1e-10)


def test_each_group_is_left_out_once() -> None:
    x = np.eye(6)
    assert vendi_without(x, 3) == pytest.approx([4, 4, 4])


@pytest.mark.parametrize(
    ("kernel", "message"),
    [
        ([[1.0, np.nan], [np.nan, 1.0]], "finite"),
        ([[1.0, 0.0]], "shape"),
        (np.zeros((0, 0)), "shape"),
        ([[2.0, 0.0], [0.0, 2.0]], "itself"),
        ([[1.0, 0.5], [0.0, 1.0]], "both ways"),
    ],
)
def test_what_is_no_similarity_is_refused(kernel: object, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        vendi_score(kernel)


@pytest.mark.parametrize("features", [[[0.0, 0.0]], [[np.inf, 1.0]], [1.0, 2.0], np.zeros((0, 3))])
def test_features_without_a_direction_are_refused(features: object) -> None:
    with pytest.raises(UsageError):
        vendi_from_features(features)


def test_it_is_that_of_the_reference_package() -> None:
    vendi = pytest.importorskip("vendi_score.vendi", reason="vendi-score is not installed (extra peers)")
    x = np.random.default_rng(5).normal(size=(40, 12))
    unit = x / np.linalg.norm(x, axis=1, keepdims=True)
    assert vendi_score(unit @ unit.T) == pytest.approx(vendi.score_K(unit @ unit.T), rel=1e-9)
    assert vendi_from_features(x) == pytest.approx(vendi.score_dual(x, normalize=True), rel=1e-9)
