"""What a text detector is, and how one is named."""

import numpy as np
import pytest

from headwater.core import ConfigError, IntegrityError, UnknownName
from headwater.curate.safety.text_detector import build_detector, checked_scores


def test_a_function_of_texts_is_a_detector() -> None:
    detector = build_detector(lambda texts: [len(text) / 10 for text in texts], "here")
    assert checked_scores(detector, ["abc", ""]).tolist() == [0.3, 0.0]


def test_a_detector_has_a_name_or_one_name_with_options() -> None:
    assert build_detector("toxicity-words", "here").name == "toxicity-words"
    assert build_detector({"toxicity-words": {"lists": ["machine-text"]}}, "here").scores(["As an AI, I"]) > 0
    with pytest.raises(ConfigError, match="give one detector"):
        build_detector({"toxicity-words": {}, "machine-phrases": {}}, "here")


def test_a_wrong_name_or_option_gets_the_nearest_right_one() -> None:
    with pytest.raises(UnknownName, match="toxicity-words"):
        build_detector("toxicity-word", "here")
    with pytest.raises(ConfigError, match="lists"):
        build_detector({"toxicity-words": {"list": []}}, "here")
    with pytest.raises(ConfigError, match="must be a mapping"):
        build_detector({"toxicity-words": ["x"]}, "here")  # type: ignore[dict-item]


@pytest.mark.parametrize("scores", [[0.5], [0.5, 1.5], [0.5, float("nan")], [[0.1], [0.2]]])
def test_scores_of_a_wrong_shape_or_range_are_refused(scores: list[float]) -> None:
    with pytest.raises(IntegrityError, match="must give one number between 0 and 1"):
        checked_scores(build_detector(lambda texts: np.array(scores), "here"), ["a", "b"])
