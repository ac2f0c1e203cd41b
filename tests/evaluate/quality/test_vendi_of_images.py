from pathlib import Path

import numpy as np
from fakes import scores_of
from image_subjects import classes, image_subject, noise, pixels

from headwater.evaluate import measure_vendi, vendi_from_features
from headwater.evaluate.quality.image_sets import image_sides


def test_the_scores_are_those_of_the_features_at_equal_n(tmp_path: Path) -> None:
    subject = image_subject(tmp_path, noise(0, 200), noise(1, 70))
    sides = image_sides(subject, pixels, None, 1000)
    outcome = measure_vendi(subject, extractor=pixels)
    scores = scores_of(outcome, "vendi")
    assert scores[""].value == vendi_from_features(sides.generated.features)
    assert scores["real"].value == vendi_from_features(sides.reference.features)
    assert scores_of(outcome, "vendi-ratio")[""].value == scores[""].value / scores["real"].value
    assert not outcome.findings


def test_samples_that_are_all_alike_are_a_finding(tmp_path: Path) -> None:
    labels = [str(i % 8) for i in range(400)]
    made = np.repeat(classes(1, ["0", "1"]), 100, axis=0)
    (finding,) = measure_vendi(image_subject(tmp_path, classes(0, labels), made), extractor=pixels).findings
    assert finding.code == "HW-Q041"


def test_a_class_in_which_all_samples_are_alike_stands_out(tmp_path: Path) -> None:
    labels = [str(i % 2) for i in range(400)]
    made = classes(1, labels[:200])
    made[1::2] = made[1]
    subject = image_subject(tmp_path, classes(0, labels), made, labels, labels[:200])
    ratio = {
        s.slice.get("class", ""): s
        for s in measure_vendi(subject, extractor=pixels).scores
        if s.metric == "vendi-ratio"
    }
    assert ratio["1"].high < 0.99 and ratio["1"].high < ratio["0"].low
