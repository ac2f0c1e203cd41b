"""Which groups generated images show: a planted shift is found by the label and by what is seen."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image_subjects import image_subject, noise

from headwater.core import IncompleteError, NotMeasured, Score
from headwater.evaluate import Outcome, measure_image_representation
from headwater.models import feature_net

LABELS = ["left" if i % 4 else "right" for i in range(400)]  # a quarter is right


@pytest.fixture(scope="module", autouse=True)
def short_training() -> Iterator[None]:
    def short(data, seed, progress):  # type: ignore[no-untyped-def]
        return feature_net(data, seed, steps=60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headwater.evaluate.quality.class_consistency.feature_net", short)
        yield


def bars(seed: int, labels: Sequence[str]) -> np.ndarray:
    images = noise(seed, len(labels), 0, 60)
    for image, label in zip(images, labels, strict=True):
        if label == "left":
            image[4] = 255
        else:
            image[:, 4] = 255
    return images


def by(outcome: Outcome, how: str) -> dict[str, Score]:
    return {
        one.slice["label"]: one for one in outcome.scores if isinstance(one, Score) and one.slice["by"].startswith(how)
    }


def test_a_planted_shift_is_found_by_the_label_and_by_what_is_seen(tmp_path: Path) -> None:
    shown = ["left"] * 190 + ["right"] * 10
    outcome = measure_image_representation(image_subject(tmp_path, bars(0, LABELS), bars(1, shown), LABELS, shown))
    for how in ("declared", "seen"):
        right = by(outcome, how)["right"]
        assert right.value == pytest.approx(0.2, abs=0.08) and right.high is not None and right.high < 0.6
    assert {finding.code for finding in outcome.findings} == {"HW-B020"}
    assert any(
        "'right' less often" in finding.title and len(finding.document_ids) == 20 for finding in outcome.findings
    )


def test_what_is_seen_counts_where_the_label_lies(tmp_path: Path) -> None:
    told, shown = ["left", "left", "left", "right"] * 50, ["left"] * 200
    outcome = measure_image_representation(image_subject(tmp_path, bars(0, LABELS), bars(1, shown), LABELS, told))
    assert by(outcome, "declared")["right"].value == pytest.approx(1)
    assert by(outcome, "seen")["right"].value < 0.2


def upright(images: Sequence[np.ndarray]) -> np.ndarray:
    """A detector of the user's own that misses one image in five, whatever it shows."""
    found = [float(image[:, 4].mean() > 200) for image in images]
    return np.array([0.0 if number % 5 == 0 else score for number, score in enumerate(found)])


def test_the_error_of_a_detector_of_the_users_own_is_taken_out(tmp_path: Path) -> None:
    shown = ["left", "left", "left", "right"] * 50
    subject = image_subject(tmp_path, bars(0, LABELS), bars(1, shown), LABELS, shown)
    outcome = measure_image_representation(subject, detectors={"right": upright, "up": upright})
    found = by(outcome, "detector")["right"]
    assert found.low is not None and found.high is not None and found.low < 1 < found.high
    assert found.value == pytest.approx(1, abs=0.1)
    (missing,) = [one for one in outcome.scores if isinstance(one, NotMeasured)]
    assert missing.slice["group"] == "up" and "the error is unknown" in missing.reason


def test_samples_without_a_label_are_judged_by_what_they_show(tmp_path: Path) -> None:
    outcome = measure_image_representation(image_subject(tmp_path, bars(0, LABELS), bars(1, LABELS[:100]), LABELS))
    (missing,) = [one for one in outcome.scores if isinstance(one, NotMeasured)]
    assert "carry no 'label'" in missing.reason
    found = by(outcome, "seen")["left"]
    assert found.low is not None and found.high is not None and found.low < 1 < found.high


@pytest.mark.parametrize("labels", [None, ["one"] * 60])
def test_one_group_or_none_is_nothing_to_compare(labels: Any, tmp_path: Path) -> None:
    subject = image_subject(tmp_path, noise(0, 60), noise(1, 20), labels)
    with pytest.raises(IncompleteError, match="different values of 'label'; two are needed"):
        measure_image_representation(subject)


def test_a_group_of_few_images_is_not_judged_and_a_wild_name_is_shown_as_text(tmp_path: Path) -> None:
    labels = ["<script>"] * 5 + LABELS[:395]
    outcome = measure_image_representation(image_subject(tmp_path, bars(0, labels), bars(1, LABELS[:60]), labels))
    (missing,) = [one for one in outcome.scores if isinstance(one, NotMeasured) and "group" in one.slice]
    assert missing.slice["group"] == "<script>" and "5 images of the corpus, 30 are needed" in missing.reason
