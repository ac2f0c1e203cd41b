import base64
import io
import re
from pathlib import Path

import numpy as np
import pytest
from fakes import scores_of
from image_subjects import image_subject, noise, pixels
from PIL import Image

from headwater.core import Gallery, IncompleteError, NotMeasured
from headwater.evaluate import measure_authenticity
from headwater.evaluate.quality.authenticity import side_by_side


def test_samples_of_the_same_law_are_no_finding(tmp_path: Path) -> None:
    outcome = measure_authenticity(image_subject(tmp_path, noise(0, 600), noise(1, 200), held=0.3), extractor=pixels)
    assert not outcome.findings
    scores = scores_of(outcome, "authenticity")
    assert scores[""].low < scores["real against real"].high
    assert abs(scores_of(outcome, "copying-test")[""].value) < 4


def test_three_exact_copies_among_many_samples_are_a_finding(tmp_path: Path) -> None:
    real, made = noise(0, 600), noise(1, 300)
    made[:3] = real[:3]
    (finding,) = measure_authenticity(image_subject(tmp_path, real, made), extractor=pixels).findings
    assert "3 are a training image pixel by pixel" in finding.meaning
    real[300:] = real[:300]  # where real images are equal to one another too, equal ones tell nothing
    assert measure_authenticity(image_subject(tmp_path, real, made), extractor=pixels).findings == ()


def test_copies_are_found_with_the_documents_they_copy(tmp_path: Path) -> None:
    real = noise(0, 600)
    subject = image_subject(tmp_path, real, noise(1, 200), held=0.3)
    trained = subject.checkpoint.trained  # type: ignore[union-attr]
    places = [i for i, name in enumerate(subject.corpus.ids()) if name in set(trained)][:20]
    made = noise(1, 200)
    made[50:70] = real[places]
    outcome = measure_authenticity(image_subject(tmp_path, real, made, held=0.3), extractor=pixels)
    (finding,) = outcome.findings
    assert (finding.code, finding.severity) == ("HW-Q040", "high")
    ids = subject.corpus.ids()
    assert set(finding.document_ids[:20]) == {ids[place] for place in places}
    assert "20 are a training image pixel by pixel" in finding.meaning
    assert finding.examples[0].document_ids[0] in finding.document_ids
    gallery = next(exhibit for exhibit in outcome.exhibits if isinstance(exhibit, Gallery))
    for tile in gallery.tiles:  # a copy beside its source
        image = np.array(Image.open(io.BytesIO(base64.b64decode(tile.png))))
        assert image.shape == (8, 17) and (image[:, :8] == image[:, 9:]).all() and (image[:, 8] == 255).all()
        assert re.fullmatch(r"image-\d+ \| (\S+), made, unknown, ratio 0\.00, closeness 0\.00", tile.caption)
        assert tile.caption.split(" | ")[1].split(",")[0] in finding.document_ids


def test_a_model_that_returns_its_data_has_no_authentic_sample_and_a_low_c_t(tmp_path: Path) -> None:
    real = noise(0, 600)
    subject = image_subject(tmp_path, real, real, held=0.3)
    trained = set(subject.checkpoint.trained)  # type: ignore[union-attr]
    made = real[[i for i, name in enumerate(subject.corpus.ids()) if name in trained]][:200]
    outcome = measure_authenticity(image_subject(tmp_path, real, made, held=0.3), extractor=pixels)
    assert scores_of(outcome, "authenticity")[""].value == 0
    assert scores_of(outcome, "near-copies")[""].value == 1
    assert scores_of(outcome, "copying-test")[""].value < -5


def test_no_training_image_is_left_out_however_few_samples_are_looked_at(tmp_path: Path) -> None:
    real = noise(0, 400)
    outcome = measure_authenticity(image_subject(tmp_path, real, real), images=30, extractor=pixels)
    assert scores_of(outcome, "near-copies")[""].value == 1
    assert "400 different training images" in outcome.scores[0].method


def test_where_nobody_knows_what_was_held_out_real_images_are_left_out_in_turn_and_c_t_is_not_measured(
    tmp_path: Path,
) -> None:
    outcome = measure_authenticity(image_subject(tmp_path, noise(0, 240), noise(1, 100)), images=90, extractor=pixels)
    assert "240 different training images, 90 of them each left out" in outcome.scores[0].method
    missing = [score for score in outcome.scores if isinstance(score, NotMeasured)]
    assert [score.metric for score in missing] == ["copying-test"]


@pytest.mark.parametrize("held", [None, 0.4])
def test_samples_of_the_same_law_are_as_authentic_as_real_images(tmp_path: Path, held: float | None) -> None:
    """Over seeds the gap has mean 0, and its interval holds 0 about 95 times of 100."""
    gaps = []
    for seed in range(40):
        subject = image_subject(tmp_path, noise(2 * seed, 150), noise(2 * seed + 1, 100), held=held)
        gaps.append(scores_of(measure_authenticity(subject, extractor=pixels), "authenticity-excess")[""])
    values = np.array([gap.value for gap in gaps])
    assert abs(values.mean()) < 3.5 * values.std() / len(values) ** 0.5
    assert sum(gap.low <= 0 <= gap.high for gap in gaps) >= 34  # P(fewer of 40 at 95 %) = 0.001


@pytest.mark.parametrize("held", [None, 0.4])
def test_one_copy_in_ten_samples_is_found(tmp_path: Path, held: float | None) -> None:
    real, made = noise(0, 400), noise(1, 200)
    subject = image_subject(tmp_path, real, made, held=held)
    trained = set(subject.checkpoint.trained) if subject.checkpoint else set(subject.corpus.ids())
    made[:20] = real[[i for i, name in enumerate(subject.corpus.ids()) if name in trained][:20]]
    (finding,) = measure_authenticity(image_subject(tmp_path, real, made, held=held), extractor=pixels).findings
    assert finding.code == "HW-Q040" and "20 are a training image pixel by pixel" in finding.meaning


@pytest.mark.parametrize("held", [None, 0.4])
def test_images_that_stand_in_the_corpus_many_times_hide_no_copy(tmp_path: Path, held: float | None) -> None:
    """Counted as fresh, twins would make copies the usual case, and the quantile that a copy has to undercut 0."""
    real, made = np.tile(noise(0, 150), (3, 1, 1, 1)), noise(1, 100)
    made[:20] = real[:20]
    outcome = measure_authenticity(image_subject(tmp_path, real, made, held=held), extractor=pixels)
    assert "150 different training images" in outcome.scores[0].method or held
    assert scores_of(outcome, "near-copies")[""].value >= 0.1
    assert [finding.code for finding in outcome.findings] == ["HW-Q040"]


def test_order_of_samples_changes_nothing(tmp_path: Path) -> None:
    real, made = noise(0, 200), np.concatenate([noise(1, 50), noise(0, 200)[:20]])
    first = measure_authenticity(image_subject(tmp_path / "a", real, made), extractor=pixels)
    again = measure_authenticity(image_subject(tmp_path / "b", real, made[::-1]), extractor=pixels)
    for name in ("authenticity", "near-copies", "authenticity-excess"):
        assert scores_of(first, name)[""].value == scores_of(again, name)[""].value


def test_too_few_images_are_said(tmp_path: Path) -> None:
    with pytest.raises(IncompleteError, match="authenticity needs 20 different training images"):
        measure_authenticity(image_subject(tmp_path, noise(0, 10), noise(1, 10)), extractor=pixels)


def test_images_of_other_sizes_and_colours_stand_side_by_side() -> None:
    grey, colour = np.zeros((4, 8, 1), np.uint8), np.full((6, 16, 3), 7, np.uint8)
    pair = side_by_side(grey, colour)
    assert pair.shape == (6, 8 + 1 + 16, 3)
    assert (pair[:4, :8] == 0).all() and (pair[4:, :8] == 255).all() and (pair[:, 9:] == 7).all()
