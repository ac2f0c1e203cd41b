import sys
from pathlib import Path

import numpy as np
import pytest

from headwater.core import UsageError
from headwater.evaluate.quality import distances
from headwater.evaluate.quality.neighbours import Neighbourhoods, expected_coverage, nearest_to, neighbourhoods


def normal(seed: int, n: int, d: int = 6, shift: float = 0.0) -> np.ndarray:
    return np.random.default_rng(seed).normal(shift, size=(n, d))


def rates(found: Neighbourhoods) -> tuple[float, float, float, float]:
    """Precision, recall, density, coverage."""
    return found.in_manifold.mean(), found.reached.mean(), found.density_terms.mean(), found.covered.mean()


def by_definition(real: np.ndarray, fake: np.ndarray, k: int) -> tuple[float, float, float, float]:
    """Row by row, with loops: slow, and plainly right."""

    def far(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return np.array([[np.linalg.norm(a - b) for b in y] for a in x])

    def radii(x: np.ndarray) -> np.ndarray:
        return np.array([sorted(np.delete(row, i))[k - 1] for i, row in enumerate(far(x, x))])

    across = far(real, fake)
    inside, held = across < radii(real)[:, None], across < radii(fake)[None]
    return inside.any(0).mean(), held.any(1).mean(), inside.sum(0).mean() / k, inside.any(1).mean()


@pytest.mark.parametrize("k", [1, 3, 5])
def test_precision_recall_density_and_coverage_are_those_of_the_definition(k: int) -> None:
    real, fake = normal(0, 60), normal(1, 45, shift=0.4)
    assert rates(neighbourhoods(real, fake, k)) == pytest.approx(by_definition(real, fake, k), abs=1e-12)


def test_they_are_those_of_the_reference_package() -> None:
    prdc = pytest.importorskip("prdc", reason="the package prdc is not installed")
    real, fake = normal(2, 300, 16), normal(3, 250, 16, 0.2)
    wanted = prdc.compute_prdc(real, fake, 5)
    names = ("precision", "recall", "density", "coverage")
    assert rates(neighbourhoods(real, fake, 5)) == pytest.approx([wanted[name] for name in names], abs=1e-12)


def test_of_the_same_rows_all_rates_are_one() -> None:
    x = normal(4, 100)
    precision, recall, _, coverage = rates(neighbourhoods(x, x))
    assert (precision, recall, coverage) == (1, 1, 1)


def test_far_clusters_have_nothing_in_common() -> None:
    assert rates(neighbourhoods(normal(5, 50), normal(6, 50, shift=100))) == (0, 0, 0, 0)


def test_density_of_one_law_is_one_on_average() -> None:
    values = [neighbourhoods(normal(s, 80, 3), normal(1000 + s, 60, 3)).density_terms.mean() for s in range(200)]
    assert np.mean(values) == pytest.approx(1, abs=4 * np.std(values) / 200**0.5)


def test_coverage_of_one_law_has_the_expected_value() -> None:
    assert expected_coverage(400, 400, 5) == pytest.approx(0.96933, abs=5e-6)
    values = [neighbourhoods(normal(s, 60, 3), normal(1000 + s, 30, 3), 3).covered.mean() for s in range(200)]
    assert np.mean(values) == pytest.approx(expected_coverage(60, 30, 3), abs=4 * np.std(values) / 200**0.5)


def test_a_ball_around_copies_of_a_row_holds_nothing_not_even_another_copy() -> None:
    """Strictly inside, as in the reference package; with <= each of the 20 copies would count."""
    copies = np.tile([1.0, 2.0], (20, 1))
    assert rates(neighbourhoods(copies, copies, 3)) == (0, 0, 0, 0)


def test_copies_are_not_authentic_and_far_samples_are() -> None:
    real = normal(7, 80)
    assert not neighbourhoods(real, real[:40]).authentic.any()
    assert neighbourhoods(real, normal(8, 40, shift=50)).authentic.all()


def test_authenticity_does_not_depend_on_the_order_of_either_side() -> None:
    """The peer that fails here looks the radius of a real row up by the number of the sample."""
    rng = np.random.default_rng(9)
    real = normal(10, 120)
    fake = np.concatenate([real[:30], normal(11, 30)])
    wanted = neighbourhoods(real, fake).authentic
    for _ in range(5):
        rows, samples = rng.permutation(len(real)), rng.permutation(len(fake))
        assert np.array_equal(neighbourhoods(real[rows], fake[samples]).authentic, wanted[samples])
    assert not wanted[:30].any()


def test_the_nearest_real_row_is_named() -> None:
    real = normal(12, 50)
    order = np.random.default_rng(0).permutation(50)[:20]
    assert np.array_equal(neighbourhoods(real, real[order] + 1e-3).source, order)


def test_closeness_is_zero_for_a_copy_and_above_one_for_an_authentic_sample() -> None:
    real, fake = normal(23, 60), np.concatenate([normal(23, 60)[:5], normal(24, 40)])
    found = neighbourhoods(real, fake)
    assert found.closeness[:5] == pytest.approx(0, abs=1e-5)
    assert np.array_equal(found.closeness > 1, found.authentic)


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_copy_of_a_row_that_stands_twice_is_a_copy_and_not_zero_over_zero(precision: str) -> None:
    twins = np.tile(normal(25, 10), (2, 1))
    found = neighbourhoods(twins, np.concatenate([twins[:8], twins[:8] + 1.0]), 2, precision)
    assert not found.authentic[:8].any() and found.authentic[8:].all()
    assert (found.closeness[:8] == 0).all() and (found.closeness[8:] == np.inf).all()


def test_ratio_of_distances_is_zero_for_a_copy_and_one_between_two_copies() -> None:
    real = np.concatenate([normal(13, 30), np.full((2, 6), 9.0)])
    fake = np.concatenate([real[:1], np.full((1, 6), 9.0), normal(14, 10)])
    ratios = neighbourhoods(real, fake).ratios
    assert ratios[0] == pytest.approx(0, abs=1e-6) and ratios[1] == 1
    distance = np.sort(np.linalg.norm(real[None] - fake[2:, None], axis=2), 1)
    assert ratios[2:] == pytest.approx(distance[:, 0] / distance[:, 1], rel=1e-9)


def test_one_planted_copy_among_many_rows_is_found() -> None:
    real = normal(15, 20_000, 8)
    found = neighbourhoods(real, np.concatenate([normal(16, 50, 8), real[12_345:12_346]]))
    assert found.source[-1] == 12_345 and not found.authentic[-1]
    assert found.nearest.argmin() == 50


def test_both_precisions_agree() -> None:
    real, fake = normal(17, 400, 32, 3.0), normal(18, 300, 32, 3.1)
    single, double = (neighbourhoods(real, fake, precision=p) for p in ("float32", "float64"))
    assert (single.precision, double.precision) == ("float32", "float64")
    assert rates(single) == pytest.approx(rates(double), abs=1e-4)
    assert single.nearest == pytest.approx(double.nearest, rel=1e-4)


def test_a_large_common_offset_changes_nothing() -> None:
    real, fake = normal(19, 100), normal(20, 100)
    assert rates(neighbourhoods(real + 1e4, fake + 1e4)) == rates(neighbourhoods(real, fake))


def test_the_size_of_the_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real, fake = normal(21, 150), normal(22, 130)
    wanted = neighbourhoods(real, fake)
    monkeypatch.setattr(distances, "BLOCK", 17)
    found = neighbourhoods(real, fake)
    assert np.array_equal(found.inside, wanted.inside) and np.array_equal(found.source, wanted.source)
    assert np.array_equal(found.covered, wanted.covered) and np.array_equal(found.reached, wanted.reached)
    assert np.array_equal(found.authentic, wanted.authentic)


@pytest.mark.parametrize(
    ("real", "fake", "words"),
    [
        (np.full((9, 2), np.nan), np.ones((9, 2)), "finite"),
        (np.ones((9, 2)), np.ones((9, 3)), "one dimension"),
        (np.ones((5, 2)), np.ones((9, 2)), "more than 5 rows, not 5"),
        (np.ones((9, 2)), np.ones((1, 2)), "more than 5 rows, not 1"),
        (np.ones(9), np.ones((9, 1)), "shape"),
        (np.ones((0, 2)), np.ones((9, 2)), "shape"),
    ],
)
def test_what_has_no_neighbours_is_refused_in_a_sentence(real: np.ndarray, fake: np.ndarray, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        neighbourhoods(real, fake)
    with pytest.raises(UsageError, match="k = 0"):
        neighbourhoods(normal(0, 9), normal(1, 9), k=0)


def test_constant_features_have_neighbours_and_no_rate_above_zero() -> None:
    assert rates(neighbourhoods(np.ones((9, 2)), np.ones((9, 2)))) == (0, 0, 0, 0)


@pytest.mark.skipif(sys.platform != "linux", reason="peak memory is read from /proc")
def test_no_matrix_of_all_distances_is_ever_held() -> None:
    def peak() -> int:
        return int(
            next(line for line in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in line).split()[1]
        )

    neighbourhoods(normal(1, 3000, 4), normal(2, 3000, 4), precision="float32")
    before = peak()
    neighbourhoods(normal(1, 16_000, 4), normal(2, 16_000, 4), precision="float32")
    assert peak() - before < 16_000**2 * 4 / 1024 / 4  # a quarter of one matrix, kB


@pytest.mark.parametrize(("n", "m"), [(2, 5), (40, 30), (256, 9), (700, 300)])
def test_looking_only_around_what_is_nearest_tells_the_same_as_all_balls(n: int, m: int) -> None:
    real, fake = normal(0, n), normal(1, m, shift=0.3)
    fake[:2] = real[:2]
    part, whole = nearest_to(real, fake), neighbourhoods(real, fake, 1)
    for name in ("nearest", "second", "spacing"):
        assert getattr(part, name) == pytest.approx(getattr(whole, name), abs=1e-9), name
    assert (part.source == whole.source).all() and (part.authentic == whole.authentic).all()
    assert part.nearest[:2].tolist() == [0.0, 0.0]


def test_a_copy_is_at_distance_nought_in_either_precision_also_far_from_the_origin() -> None:
    real = normal(0, 600, 64) * 1e3 + 1e4
    for precision in ("float32", "float64"):
        found = nearest_to(real, real[:50].copy(), precision)
        assert (found.nearest == 0).all() and (found.closeness == 0).all()
        assert (found.source == np.arange(50)).all() and not found.authentic.any()
    twins = np.concatenate([real[:30], real[:30]])
    assert (nearest_to(twins, normal(3, 20, 64)).spacing == 0).all()


def test_one_real_row_has_no_spacing() -> None:
    with pytest.raises(UsageError, match="needs two of them"):
        nearest_to(normal(0, 1), normal(1, 3))
