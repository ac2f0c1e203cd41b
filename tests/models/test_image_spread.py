import numpy as np
import pytest

from headwater.models.image_spread import diversity, nearness, pixel_distances


def cloud(seed: int, n: int = 60, centre: int = 100) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return np.clip(rng.normal(centre, 20, (n, 4, 4, 1)), 0, 255).astype(np.uint8)


def test_distances_are_those_of_a_loop() -> None:
    a, b = cloud(0, 5), cloud(1, 7)
    for i, j in np.ndindex(5, 7):
        wanted = np.sqrt(((a[i].astype(float) - b[j].astype(float)) ** 2).mean())
        assert pixel_distances(a, b)[i, j] == pytest.approx(wanted)


def test_images_that_are_all_the_same_have_no_diversity_and_one_image_has_none_to_differ_from() -> None:
    assert diversity(np.repeat(cloud(0, 1), 9, 0)) == pytest.approx(0, abs=1e-4)
    assert diversity(cloud(0, 1)) == 0.0
    assert diversity(cloud(0, 40)) == pytest.approx(20 * np.sqrt(2), rel=0.05)


def test_nearness_is_that_of_a_loop() -> None:
    real, made = cloud(0, 20), cloud(1, 9)
    found = nearness(real, made, neighbours=3)
    for i in range(20):
        others = sorted(np.sqrt(((real[i].astype(float) - real[j]) ** 2).mean()) for j in range(20) if j != i)
        nearest = min(np.sqrt(((real[i].astype(float) - image) ** 2).mean()) for image in made)
        assert found[i] == pytest.approx(nearest / others[2])


def test_coverage_of_one_kind_is_one_less_two_to_the_minus_k() -> None:
    covered = [np.mean(nearness(cloud(seed, 200), cloud(seed + 50, 200), neighbours=2) < 1) for seed in range(8)]
    assert np.mean(covered) == pytest.approx(1 - 2**-2, abs=0.05)  # Naeem et al. 2020, section 3.2


def test_a_collapsed_set_covers_little_and_a_far_one_nothing() -> None:
    real = np.concatenate([cloud(0, 50, 60), cloud(1, 50, 200)])
    assert np.mean(nearness(real, cloud(2, 100, 60)) < 1) == pytest.approx(0.5, abs=0.1)
    assert np.mean(nearness(real, np.zeros((50, 4, 4, 1), np.uint8)) < 1) == 0
