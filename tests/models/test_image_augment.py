"""What training changes in its images, drawn for (seed, step, row)."""

import numpy as np
import pytest
import torch
from small_models import IMAGE_RECIPE
from torch import Tensor

from headwater.core import ConfigError, Corpus
from headwater.models import FAMILIES
from headwater.models.image_augment import Augment
from headwater.models.image_data import prepare_images


def drawn(augment: Augment, images: Tensor, seed: int = 0) -> Tensor:
    torch.manual_seed(seed)
    return augment(images)


def ramp(n: int, height: int = 9, width: int = 13, channels: int = 3) -> Tensor:
    """Every pixel of an image is another number."""
    one = torch.arange(height * width).reshape(height, width) % 256
    return (one + torch.arange(channels)[:, None, None]).to(torch.uint8).expand(n, -1, -1, -1).contiguous()


def moved(image: np.ndarray, down: int, right: int) -> np.ndarray:
    """Pad by repeating the edge, then cut: np.pad as the oracle."""
    padded = np.pad(image, ((0, 0), (4, 4), (4, 4)), mode="edge")
    rows, columns = 4 - down, 4 - right
    return padded[:, rows : rows + image.shape[1], columns : columns + image.shape[2]]


def test_a_shift_is_one_of_all_moves_each_as_often_and_the_edge_is_repeated() -> None:
    images = ramp(2_500)
    found = drawn(Augment(shift=2), images).numpy()
    places = range(-2, 3)
    moves = [moved(images[0].numpy(), down, right) for down in places for right in places]
    which = [next(k for k, move in enumerate(moves) if (image == move).all()) for image in found]
    counts = np.bincount(which, minlength=25)
    assert counts.min() > 60 and counts.max() < 145  # 100 on average, standard deviation 10


def test_half_of_the_images_are_mirrored_left_to_right() -> None:
    images = ramp(1_000)
    found = drawn(Augment(flip=True), images)
    mirrored = (found == images.flip(3)).flatten(1).all(1)
    assert bool((mirrored | (found == images).flatten(1).all(1)).all()) and 420 < int(mirrored.sum()) < 580


def test_nothing_is_drawn_or_changed_unless_it_is_asked_for() -> None:
    images = ramp(4)
    torch.manual_seed(3)
    first = torch.rand(1)
    torch.manual_seed(3)
    assert Augment()(images) is images and torch.equal(torch.rand(1), first)


def test_the_seed_decides_and_each_row_is_changed_in_its_own_way() -> None:
    augment, images = Augment(flip=True, shift=3), ramp(64)
    assert torch.equal(drawn(augment, images, 1), drawn(augment, images, 1))
    assert not torch.equal(drawn(augment, images, 1), drawn(augment, images, 2))
    assert len({image.numpy().tobytes() for image in drawn(augment, images)}) > 30


def test_a_batch_to_train_on_is_changed_and_images_of_the_diagnostics_are_not(pictures: Corpus) -> None:
    plain = prepare_images(pictures, IMAGE_RECIPE, conditional=True)
    data = prepare_images(pictures, IMAGE_RECIPE, conditional=True, augment=Augment(shift=2))
    rows = np.arange(8)
    torch.manual_seed(0)
    (images, labels), (before, same) = data.batch(rows), plain.batch(rows)
    assert not torch.equal(images, before) and torch.equal(labels, same)
    kept = data.part(data.images, rows)
    assert isinstance(kept, tuple) and torch.equal(kept[0], before)


@pytest.mark.parametrize("family", ["vae", "gan", "diffusion"])
def test_a_shift_that_leaves_the_frame_is_one_sentence(family: str, pictures: Corpus) -> None:
    with pytest.raises(ConfigError, match="shift: -1 must be 0 or more"):
        FAMILIES.get(family)(shift=-1)
    with pytest.raises(ConfigError, match="shift: 5 pixels are half or more of images of 9 x 10; at most 4"):
        prepare_images(pictures, IMAGE_RECIPE, augment=FAMILIES.get(family)(shift=5).augment)
