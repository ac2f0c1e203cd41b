from pathlib import Path

import numpy as np
import pytest
from small_models import IMAGE_RECIPE, bars, image_corpus, image_rows

from headwater.core import Corpus, InputError
from headwater.models import read_images
from headwater.models.image_data import prepare_images


def test_pixels_and_labels_come_back_as_they_were(pictures: Corpus) -> None:
    images = read_images(pictures)
    pixels, labels = bars(80)
    np.testing.assert_array_equal(images.pixels, pixels)
    assert images.labels == labels and images.ids == pictures.ids()


def test_rows_can_be_chosen(pictures: Corpus) -> None:
    images = read_images(pictures, np.array([3, 70]))
    np.testing.assert_array_equal(images.pixels, bars(80)[0][[3, 70]])


def test_a_batch_has_channels_first(tmp_path: Path) -> None:
    pixels, labels = bars(20, 8, 9, 3)
    data = prepare_images(image_corpus(tmp_path / "c", pixels, labels), IMAGE_RECIPE)
    batch = data.batch(np.array([1]))
    assert batch.shape == (1, 3, 8, 9)
    np.testing.assert_array_equal(batch[0, 2].numpy(), data.images.pixels[1, :, :, 2])
    assert data.names(np.array([1])) == (data.images.ids[1],)


def test_images_of_several_shapes_are_refused(tmp_path: Path) -> None:
    from headwater.core import IMAGE_SCHEMA, CorpusWriter, record_batch

    rows = image_rows(bars(2, 8, 8)[0], [None, None]) + image_rows(bars(2, 9, 8)[0], [None, None])
    with CorpusWriter(tmp_path / "c", IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    with pytest.raises(InputError, match="images of 2 shapes"):
        read_images(Corpus(tmp_path / "c"))


def test_images_below_eight_pixels_are_refused(tmp_path: Path) -> None:
    small = np.zeros((3, 7, 9, 1), np.uint8)
    with pytest.raises(InputError, match="at least 8 x 8"):
        read_images(image_corpus(tmp_path / "c", small, [None] * 3))


def test_an_image_with_missing_bytes_is_named(tmp_path: Path) -> None:
    from headwater.core import IMAGE_SCHEMA, CorpusWriter, record_batch

    rows = image_rows(bars(2)[0], [None, None])
    rows[1]["image"] = b"short"
    with CorpusWriter(tmp_path / "c", IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    with pytest.raises(InputError, match="image 0000000000000001-00000000 does not hold"):
        read_images(Corpus(tmp_path / "c"))
