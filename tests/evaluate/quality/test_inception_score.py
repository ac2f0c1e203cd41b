from pathlib import Path

import numpy as np
import pytest
from fakes import scores_of
from image_subjects import classes, image_subject, noise, pixels

from headwater.core import IncompleteError
from headwater.evaluate import Extractor, measure_inception_score


def certain(images: list[np.ndarray]) -> np.ndarray:
    """The class is the place of the bar."""
    return np.eye(8)[[int(image[0, :, 0].argmax()) for image in images]]


BARS = Extractor("bars", "0" * 64, "as they are", lambda images: pixels(np.stack(images)), certain)


def test_certain_and_balanced_classes_count_one_each_and_real_images_stand_beside(tmp_path: Path) -> None:
    labels = [str(i % 4) for i in range(80)]
    subject = image_subject(tmp_path, classes(0, labels), classes(1, ["0", "1"] * 20), labels)
    scores = scores_of(measure_inception_score(subject, extractor=BARS), "inception-score")
    assert scores[""].value == pytest.approx(2, rel=1e-9)
    assert 3.5 < scores["real"].value <= 4
    assert "8 classes" in scores[""].method


def test_without_a_class_head_nothing_is_measured(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="tells no classes; label the corpus"):
        measure_inception_score(image_subject(tmp_path, noise(0, 40), noise(1, 20)), extractor=pixels)
