from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from headwater.core import ConfigError, IntegrityError, NotMeasured, wilson
from headwater.curate import IMAGE_DETECTORS, build_audits

PICTURES = [np.full((4, 4, 3), level, np.uint8) for level in (0, 50, 100, 200, 255)]


def brightness(images: Sequence[np.ndarray]) -> list[float]:
    """A detector of brightness, in place of one of anything else."""
    return [float(image.mean()) / 255 for image in images]


def test_share_is_that_of_the_scores_from_the_threshold_on(images: Any, examine: Any) -> None:
    corpus = images(PICTURES)
    report = examine("image-content", corpus, detector=brightness, threshold=200 / 255, subject="bright pictures")
    (score,) = report.scores
    assert (score.value, score.low, score.high) == (0.4, *wilson(2, 5)) and "brightness" in score.method
    (finding,) = report.findings
    assert finding.code == "HW-A138" and finding.document_ids == (corpus.ids()[4], corpus.ids()[3])
    assert "bright pictures" in finding.title


def test_without_a_detector_it_is_not_measured_and_says_how_to_plug_one_in(images: Any, examine: Any) -> None:
    (found,) = examine("image-content", images(PICTURES)).scores
    assert isinstance(found, NotMeasured) and "headwater.image_detectors" in found.reason


@pytest.mark.parametrize("answer", [[0.5], [0.5] * 4 + [1.5], [0.5] * 4 + [float("nan")]])
def test_detector_that_answers_wrongly_fails_the_audit(images: Any, examine: Any, answer: list[float]) -> None:
    with pytest.raises(IntegrityError, match="between 0 and 1"):
        examine("image-content", images(PICTURES), detector=lambda images: answer)


def test_registered_detector_is_found_by_name_with_its_options(
    images: Any, examine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Fixed:
        name, protocol = "fixed", "fixed/1"

        def __init__(self, score: float = 0.0) -> None:
            self.score = score

        def scores(self, images: Sequence[np.ndarray]) -> np.ndarray:
            return np.full(len(images), self.score)

    monkeypatch.setattr(IMAGE_DETECTORS, "get", lambda name, place="": Fixed)
    report = examine("image-content", images(PICTURES), detector={"fixed": {"score": 0.9}})
    assert report.scores[0].value == 1.0


def test_unknown_detector_and_wrong_options_end_in_a_sentence() -> None:
    with pytest.raises(ConfigError, match="did you mean .onnx."):
        build_audits([("image-content", {"detector": "onx"})])
    with pytest.raises(ConfigError, match="path"):
        build_audits([("image-content", {"detector": {"onnx": {}}})])


def test_pictures_are_never_shown(images: Any, examine: Any) -> None:
    report = examine("image-content", images(PICTURES), detector=brightness)
    assert [type(one).__name__ for one in report.exhibits] == ["Table", "Table"]
