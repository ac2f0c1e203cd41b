import numpy as np
import pytest
from PIL import Image

from headwater.core import IncompleteError
from headwater.evaluate.extractors.resize import centred, resized


def picture(height: int, width: int, channels: int) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (height, width, channels)).astype(np.uint8)


@pytest.mark.parametrize(("height", "width"), [(400, 350), (32, 40), (299, 299), (13, 500)])
def test_each_channel_is_what_pillow_makes_of_floats(height: int, width: int) -> None:
    image = picture(height, width, 3)
    found = resized(image, 299)
    for channel in range(3):
        plane = Image.fromarray(image[:, :, channel].astype(np.float32), "F")
        assert np.array_equal(found[channel], np.asarray(plane.resize((299, 299), resample=Image.BICUBIC)))


def test_a_shrunken_checkerboard_is_grey_because_the_filter_widens() -> None:
    """Without antialiasing every second pixel alone would be seen, and the board would turn black or white."""
    board = (np.indices((598, 598)).sum(0) % 2 * 255).astype(np.uint8)[:, :, None]
    inner = resized(board, 299)[:, 10:-10, 10:-10]
    assert np.abs(inner - 127.5).max() < 1


def test_values_are_neither_rounded_nor_clipped() -> None:
    edge = np.zeros((20, 20, 1), np.uint8)
    edge[:, 10:] = 255
    found = resized(edge, 299)
    assert found.min() < -1 and found.max() > 256  # what bicubic filters overshoot
    assert np.abs(found - np.round(found)).max() > 0.1


def test_an_image_of_the_right_size_is_left_as_it_is() -> None:
    image = picture(299, 299, 3)
    assert np.array_equal(resized(image, 299), image.transpose(2, 0, 1).astype(np.float32))


def test_grey_stands_in_each_channel_and_alpha_is_left_out() -> None:
    grey = resized(picture(30, 30, 1), 64)
    assert np.array_equal(grey[0], grey[1]) and np.array_equal(grey[0], grey[2])
    image = picture(30, 30, 4)
    assert np.array_equal(resized(image, 64), resized(image[:, :, :3], 64))
    with pytest.raises(IncompleteError, match="neither grey nor RGB"):
        resized(picture(30, 30, 2), 64)


def test_a_batch_is_centred_as_published() -> None:
    images = [picture(299, 299, 3), picture(299, 299, 3)]
    found = centred(images, 299, 128).numpy()
    assert found.shape == (2, 3, 299, 299)
    assert found[0] == pytest.approx((images[0].transpose(2, 0, 1) - 128.0) / 128)
