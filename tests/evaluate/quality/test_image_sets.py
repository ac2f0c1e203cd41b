from pathlib import Path

import numpy as np
import pytest
from fakes import subject_of, write_corpus
from image_subjects import image_corpus, image_samples, image_subject, noise, pixels

from headwater.core import IncompleteError, NotMeasured
from headwater.evaluate import Subject, evaluate
from headwater.evaluate.quality.image_sets import generated_images, image_sides, real_images


def test_held_out_images_are_the_reference_of_a_model_trained_here(tmp_path: Path) -> None:
    subject = image_subject(tmp_path, noise(0, 900), noise(1, 300), held=0.3)
    sides = image_sides(subject, pixels, None, 1000)
    trained = set(subject.checkpoint.trained)  # type: ignore[union-attr]
    assert sides.reference_name == "held-out images" and "held-out images" in sides.protocol
    assert not set(sides.reference.ids) & trained and set(sides.null.ids) <= trained
    assert len(sides.generated) == len(sides.reference) == len(sides.null) == sides.n


@pytest.mark.parametrize("held", [None, 0.05])
def test_thirds_of_the_corpus_stand_in_where_few_or_none_are_known_to_be_held_out(
    tmp_path: Path, held: float | None
) -> None:
    subject = image_subject(tmp_path, noise(0, 300), noise(1, 300), held=held)
    sides = image_sides(subject, pixels, None, 1000)
    assert sides.n == 100 and sides.reference_name == "a third of the corpus"
    assert not set(sides.reference.ids) & set(sides.null.ids)


def test_features_belong_to_their_images_and_are_made_once(tmp_path: Path) -> None:
    calls = []

    def counted(images: np.ndarray) -> np.ndarray:
        calls.append(len(images))
        return pixels(images)

    counted.hash = "counted"  # type: ignore[attr-defined]
    subject = image_subject(tmp_path, noise(0, 150), noise(1, 50))
    sides = image_sides(subject, counted, None, 1000)
    assert np.array_equal(sides.reference.features, pixels(np.stack(sides.reference.of.images)[sides.reference.rows]))
    image_sides(subject, counted, None, 20)
    assert sum(calls) == 150


def test_labels_and_groups_stand_beside_the_images(tmp_path: Path) -> None:
    labels = [str(i % 3) for i in range(60)]
    subject = image_subject(tmp_path, noise(0, 60), noise(1, 60), labels, labels[::-1], groups=["left", "right"] * 30)
    sides = image_sides(subject, pixels, None, 1000)
    assert sides.labels == ["0", "1", "2"]
    generated, reference, _ = sides.of_class("1")
    assert set(generated.labels) == set(reference.labels) == {"1"} and len(generated) == len(reference)
    assert set(sides.reference.group("hand")) == {"left", "right"}


def test_images_of_any_shapes_are_read(tmp_path: Path) -> None:
    mixed = [*noise(0, 10), *noise(1, 10, shape=(9, 12, 3))]
    subject = image_subject(tmp_path, mixed, mixed)
    assert {image.shape for image in real_images(subject).images} == {(8, 8, 1), (9, 12, 3)}
    with pytest.raises(IncompleteError, match="2 different shapes"):
        image_sides(subject, pixels, None, 1000)


def test_what_is_missing_is_said(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="needs images"):
        generated_images(subject_of(write_corpus(tmp_path / "text" / "corpus", ["river"])))
    corpus = image_corpus(tmp_path / "corpus", noise(0, 20))
    with pytest.raises(IncompleteError, match="no generated images"):
        generated_images(Subject(tmp_path, corpus))
    with pytest.raises(IncompleteError, match="three a side; 1 are left"):
        image_sides(Subject(tmp_path, corpus, None, image_samples(noise(1, 1))), pixels, None, 1000)


def test_samples_in_another_mode_than_the_corpus_are_said_with_the_way_out(tmp_path: Path) -> None:
    subject = image_subject(tmp_path, noise(0, 60), noise(1, 30, shape=(8, 8, 3)))
    (score,) = evaluate(subject, [("kernel-distance", {"images": 12})]).scores
    assert isinstance(score, NotMeasured)
    assert "images of 8 x 8 x 3 (height x width x channels) stand against a corpus of 8 x 8 x 1" in score.reason
