from collections.abc import Callable
from pathlib import Path

import pytest
from fakes import scores_of
from image_subjects import classes, image_subject, noise, pixels

from headwater.core import NotMeasured, Score
from headwater.evaluate import (
    Outcome,
    kernel_inception_distance,
    measure_cmmd,
    measure_frechet_distance,
    measure_frechet_limit,
    measure_kernel_distance,
)
from headwater.evaluate.quality.image_sets import image_sides

METRICS = {
    "kernel-distance": measure_kernel_distance,
    "cmmd": measure_cmmd,
    "frechet-limit": measure_frechet_limit,
    "frechet-distance": measure_frechet_distance,
}


@pytest.mark.parametrize(("name", "measure"), METRICS.items())
def test_images_of_one_law_are_as_near_as_real_ones_and_others_are_far(
    tmp_path: Path, name: str, measure: Callable[..., Outcome]
) -> None:
    same = scores_of(measure(image_subject(tmp_path / "a", noise(0, 450), noise(1, 150)), extractor=pixels), name)
    half = noise(2, 150)
    half[:, :, :4] //= 2
    other = scores_of(measure(image_subject(tmp_path / "b", noise(0, 450), half), extractor=pixels), name)
    null = same["real against real"]
    assert same[""].low < null.high
    assert other[""].low > null.high
    assert {score.n for score in same.values()} == {150}
    assert len({score.method for score in same.values()}) == 1 and "pixels" in null.method


def test_the_value_is_that_of_the_features(tmp_path: Path) -> None:
    subject = image_subject(tmp_path, noise(0, 80), noise(1, 40))
    sides = image_sides(subject, pixels, None, 1000)
    wanted = kernel_inception_distance(sides.generated.features, sides.reference.features)
    assert scores_of(measure_kernel_distance(subject, extractor=pixels), "kernel-distance")[""].value == wanted.value


@pytest.mark.parametrize("measure", [measure_kernel_distance, measure_frechet_distance])
def test_classes_are_scored_apart_and_small_ones_are_not_measured(
    tmp_path: Path, measure: Callable[..., Outcome]
) -> None:
    labels = ["0"] * 300 + ["1"] * 300 + ["2"] * 60
    asked = ["0"] * 100 + ["1"] * 100 + ["2"] * 20
    made = classes(1, asked)
    made[100:200] = classes(2, ["5"] * 100)  # what was asked for as 1 is something else
    outcome = measure(image_subject(tmp_path, classes(0, labels), made, labels, asked), extractor=pixels)
    scores = {score.slice["class"]: score for score in outcome.scores if set(score.slice) == {"class"}}
    assert isinstance(scores["2"], NotMeasured) and "30 are needed" in scores["2"].reason
    assert isinstance(scores["0"], Score) and isinstance(scores["1"], Score)
    assert scores["1"].low > scores["0"].high  # type: ignore[operator]
