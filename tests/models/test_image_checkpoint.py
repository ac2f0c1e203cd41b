import numpy as np
import pytest
from small_models import bars

from headwater.core import InputError, UsageError
from headwater.models import ImageCheckpoint, load


def test_samples_have_the_shape_of_the_training_images(image_checkpoint: ImageCheckpoint) -> None:
    images = image_checkpoint.sample_images(5, seed=1)
    assert images.shape == (5, 9, 10, 1) and images.dtype == np.uint8
    assert image_checkpoint.sample_images(0).shape == (0, 9, 10, 1)


def test_an_image_depends_on_its_seed_and_number_alone(image_checkpoint: ImageCheckpoint) -> None:
    many, few = image_checkpoint.sample_images(300, seed=1), image_checkpoint.sample_images(7, seed=1)
    assert np.abs(many[:7].astype(int) - few).max() <= 1
    assert (image_checkpoint.sample_images(7, seed=2) != few).any()
    assert (few[0] != few[1]).any()


def test_training_raises_the_bound_of_its_kind_of_image_above_that_of_noise(image_checkpoint: ImageCheckpoint) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (20, 9, 10, 1)).astype(np.uint8)
    assert image_checkpoint.elbo(bars(20)[0]).mean() > image_checkpoint.elbo(noise).mean()


def test_the_bound_is_one_finite_number_an_image_and_repeatable(image_checkpoint: ImageCheckpoint) -> None:
    images = bars(20)[0]
    values = image_checkpoint.elbo(images, seed=3)
    assert values.shape == (20,) and values.dtype == np.float64 and np.isfinite(values).all()
    np.testing.assert_array_equal(values, load(image_checkpoint.folder).elbo(images, seed=3))  # type: ignore[attr-defined]


def test_images_of_another_shape_are_refused(image_checkpoint: ImageCheckpoint) -> None:
    with pytest.raises(InputError, match=r"needs uint8 \(n, 9, 10, 1\)"):
        image_checkpoint.elbo(np.zeros((2, 8, 8, 1), np.uint8))
    with pytest.raises(UsageError, match="n = -1"):
        image_checkpoint.sample_images(-1)
