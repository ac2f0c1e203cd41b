from itertools import permutations

import numpy as np
import pytest

from headwater.core import UsageError
from headwater.evaluate.quality import kernel_sums
from headwater.evaluate.quality.kernel_sums import cmmd, kernel_inception_distance


def normal(seed: int, n: int, d: int = 5, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, size=(n, d))


def cubic(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return (x @ y.T / x.shape[1] + 1) ** 3


def kid_by_pairs(x: np.ndarray, y: np.ndarray) -> float:
    """Over ordered pairs, one at a time."""
    own = np.mean([cubic(x[i : i + 1], x[j : j + 1]) for i, j in permutations(range(len(x)), 2)])
    theirs = np.mean([cubic(y[i : i + 1], y[j : j + 1]) for i, j in permutations(range(len(y)), 2)])
    return float(own + theirs - 2 * cubic(x, y).mean())


def without(x: np.ndarray) -> list[np.ndarray]:
    return [np.delete(x, i, 0) for i in range(len(x))]


def jackknifed(by: list[float]) -> float:
    rest = np.array(by)
    return (len(rest) - 1) / len(rest) * float(((rest - rest.mean()) ** 2).sum())


def test_kid_is_the_mean_over_all_pairs() -> None:
    x, y = normal(0, 12), normal(1, 9, shift=0.5)
    assert kernel_inception_distance(x, y).value == pytest.approx(kid_by_pairs(x, y), rel=1e-12)


def test_its_error_is_that_of_leaving_out_each_row_in_turn() -> None:
    x, y = normal(2, 10), normal(3, 8, shift=0.5)
    squares = jackknifed([kid_by_pairs(part, y) for part in without(x)])
    squares += jackknifed([kid_by_pairs(x, part) for part in without(y)])
    assert kernel_inception_distance(x, y).se == pytest.approx(squares**0.5, rel=1e-9)


def test_kid_of_one_law_is_zero_on_average_and_negative_about_as_often_as_not() -> None:
    values = np.array([kernel_inception_distance(normal(s, 30), normal(500 + s, 30)).value for s in range(300)])
    assert abs(values.mean()) < 4 * values.std() / 300**0.5
    assert (values < 0).sum() > 60


def test_kid_is_that_of_torchmetrics_on_one_subset_of_all_rows() -> None:
    import torch
    from torchmetrics.image.kid import poly_mmd

    x, y = normal(4, 40), normal(5, 40, shift=0.3)
    wanted = poly_mmd(torch.from_numpy(x), torch.from_numpy(y), 3, None, 1.0)
    assert kernel_inception_distance(x, y).value == pytest.approx(float(wanted), rel=1e-9)


@pytest.mark.parametrize("radius", [2**0.5, 1.0])
def test_cmmd_of_two_points_has_a_closed_form(radius: float) -> None:
    angle = 2 * np.arcsin(radius / 2)
    x, y = np.tile([1.0, 0.0], (6, 1)), np.tile([np.cos(angle), np.sin(angle)], (4, 1))
    assert cmmd(x, 3 * y).value == pytest.approx(2000 * (1 - np.exp(-(radius**2) / 200)), rel=1e-9)
    if radius == 2**0.5:
        assert cmmd(x, y).value == pytest.approx(19.9003, abs=5e-5)


def test_cmmd_of_equal_sets_is_zero() -> None:
    x = normal(6, 50)
    assert cmmd(x, x[::-1]).value == pytest.approx(0, abs=1e-9)


def cmmd_by_pairs(x: np.ndarray, y: np.ndarray) -> float:
    x, y = (side / np.linalg.norm(side, axis=1, keepdims=True) for side in (x, y))

    def kernel(a: np.ndarray, b: np.ndarray) -> float:
        return float(np.mean([[np.exp(-((u - v) ** 2).sum() / 200) for v in b] for u in a]))

    return 1000 * (kernel(x, x) + kernel(y, y) - 2 * kernel(x, y))


def test_cmmd_is_biased_mmd_over_all_pairs_with_themselves_and_its_error_leaves_out_each_row() -> None:
    x, y = normal(7, 11), normal(8, 9, shift=1.0)
    found = cmmd(x, y)
    assert found.value == pytest.approx(cmmd_by_pairs(x, y), rel=1e-9)
    squares = jackknifed([cmmd_by_pairs(part, y) for part in without(x)])
    squares += jackknifed([cmmd_by_pairs(x, part) for part in without(y)])
    assert found.se == pytest.approx(squares**0.5, rel=1e-6)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    x, y = normal(9, 50), normal(10, 40)
    wanted = kernel_inception_distance(x, y), cmmd(x, y)
    monkeypatch.setattr(kernel_sums, "BLOCK", 7)
    found = kernel_inception_distance(x, y), cmmd(x, y)
    for one, other in zip(found, wanted, strict=True):
        assert one.value == pytest.approx(other.value, rel=1e-9) and one.se == pytest.approx(other.se, rel=1e-9)


def test_float32_agrees_with_float64() -> None:
    x, y = normal(11, 200, 64), normal(12, 150, 64, 0.4)
    single, double = (kernel_inception_distance(x, y, precision) for precision in ("float32", "float64"))
    assert single.value == pytest.approx(double.value, rel=1e-4) and single.se == pytest.approx(double.se, rel=1e-4)


def test_order_of_the_rows_changes_nothing() -> None:
    x, y = normal(13, 30), normal(14, 30)
    found = kernel_inception_distance(x[np.random.default_rng(0).permutation(30)], y[::-1])
    assert found.value == pytest.approx(kernel_inception_distance(x, y).value, rel=1e-10)


@pytest.mark.parametrize("distance", [kernel_inception_distance, cmmd])
def test_bad_features_are_refused_in_a_sentence(distance) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(UsageError, match="finite"):
        distance(np.full((4, 2), np.nan), np.ones((4, 2)))
    with pytest.raises(UsageError, match="one dimension"):
        distance(np.ones((4, 2)), np.ones((4, 3)))
    with pytest.raises(UsageError, match="three rows"):
        distance(np.ones((4, 2)), np.ones((1, 2)))


def test_constant_features_are_at_no_distance_and_zeros_have_no_direction() -> None:
    ones = np.ones((5, 3))
    assert kernel_inception_distance(ones, ones).value == pytest.approx(0, abs=1e-12)
    assert cmmd(ones, ones).value == pytest.approx(0, abs=1e-9)
    with pytest.raises(UsageError, match="no direction"):
        cmmd(np.zeros((5, 3)), ones)
