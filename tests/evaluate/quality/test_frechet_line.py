import numpy as np
import pytest

from headwater.core import UsageError
from headwater.evaluate import frechet_distance
from headwater.evaluate.quality.frechet_line import frechet_limit


def normal(seed: int, n: int, d: int = 16, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, size=(n, d))


def one_sided(x: np.ndarray, y: np.ndarray) -> float:
    """What the peer computes: all real rows, ever fewer generated ones."""
    sizes = np.linspace(len(y) // 5, len(y), 10).astype(int)
    order = np.random.default_rng(0).permutation(len(y))
    return float(np.polyfit(1 / sizes, [frechet_distance(x, y[order[:n]]) for n in sizes], 1)[1])


def test_the_limit_of_one_law_is_near_zero_where_thinning_one_side_is_not() -> None:
    found, plain, thinned = [], [], []
    for seed in range(3):
        x, y = normal(seed, 800), normal(100 + seed, 800)
        found.append(frechet_limit(x, y).estimate.value)
        plain.append(frechet_distance(x, y))
        thinned.append(one_sided(x, y))
    assert abs(np.mean(found)) < np.mean(plain) / 8
    assert np.mean(thinned) > 3 * abs(np.mean(found))


def test_the_limit_of_two_laws_is_their_distance() -> None:
    x, y = normal(5, 2000, 16), 2 * normal(6, 2000, 16, 0.25)
    truth = 16 * (0.5**2 + 1)  # means 0 and 0.5 (a shift of 0.25, doubled), deviations 1 and 2
    found = frechet_limit(x, y).estimate
    assert found.value == pytest.approx(truth, rel=0.03)
    assert found.low is not None and found.low < truth < found.high


def test_same_seed_same_limit_and_points_are_even_in_one_over_n() -> None:
    x, y = normal(7, 400, 4), normal(8, 300, 4)
    first, again, other = (frechet_limit(x, y, seed) for seed in (3, 3, 4))
    assert first == again and first.estimate.value != other.estimate.value
    assert max(first.sizes) == 300 and min(first.sizes) == 60
    gaps = np.diff(1 / np.array(first.sizes))
    assert gaps == pytest.approx(np.full(len(gaps), gaps.mean()), rel=0.15)


def test_negative_limits_are_not_clipped() -> None:
    values = [frechet_limit(normal(s, 200, 4), normal(300 + s, 200, 4)).estimate.value for s in range(20)]
    assert min(values) < 0 < max(values)


def test_bad_features_are_refused_and_constant_ones_have_no_distance() -> None:
    with pytest.raises(UsageError, match="20 rows on each side, not 19 and 30"):
        frechet_limit(normal(0, 19), normal(1, 30))
    with pytest.raises(UsageError, match="finite"):
        frechet_limit(np.full((30, 2), np.inf), normal(1, 30, 2))
    with pytest.raises(UsageError, match="one dimension"):
        frechet_limit(normal(0, 30, 2), normal(1, 30, 3))
    assert frechet_limit(np.ones((30, 3)), np.ones((30, 3))).estimate.value == pytest.approx(0, abs=1e-9)
