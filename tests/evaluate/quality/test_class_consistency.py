from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fakes import scores_of
from image_subjects import classes, image_subject, noise

from headwater.core import Gallery, IncompleteError, NotMeasured, Table
from headwater.evaluate import measure_class_consistency
from headwater.models import feature_net

LABELS = [str(i % 3) for i in range(360)]


@pytest.fixture(scope="module", autouse=True)
def short_training() -> Iterator[None]:
    def short(data, seed, progress):  # type: ignore[no-untyped-def]
        return feature_net(data, seed, steps=60)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headwater.evaluate.quality.class_consistency.feature_net", short)
        yield


def bars(seed: int, labels: list[str]) -> np.ndarray:
    """Classes that a small network tells apart by the middle of the picture: lying, upright, and both."""
    images = noise(seed, len(labels), 0, 60)
    for image, label in zip(images, labels, strict=True):
        if label in "02":
            image[4] = 255
        if label in "12":
            image[:, 4] = 255
    return images


def test_the_class_that_a_model_confuses_is_found(tmp_path: Path) -> None:
    asked = [str(i % 3) for i in range(180)]
    drawn = ["1" if label == "0" and i % 2 else label for i, label in enumerate(asked)]  # half of the zeros are ones
    subject = image_subject(tmp_path, bars(0, LABELS), bars(1, drawn), LABELS, asked)
    outcome = measure_class_consistency(subject)
    scores = scores_of(outcome, "class-consistency")
    assert scores["real"].value > 0.95
    assert scores["0"].value == pytest.approx(0.5, abs=0.06) and scores["1"].value > 0.95
    (finding,) = outcome.findings
    assert finding.code == "HW-Q042" and "1 of 3 classes" in finding.title and "0: 5" in finding.meaning
    table = next(exhibit for exhibit in outcome.exhibits if isinstance(exhibit, Table))
    row = dict(zip(table.columns, table.rows[0], strict=True))
    assert row["Asked for"] == "0" and row["1"] == pytest.approx(30, abs=3)
    gallery = next(exhibit for exhibit in outcome.exhibits if isinstance(exhibit, Gallery))
    assert "asked 0, seen 1" in gallery.tiles[0].caption


def test_a_model_that_draws_what_it_is_asked_for_is_no_finding(tmp_path: Path) -> None:
    subject = image_subject(tmp_path, bars(0, LABELS), bars(1, LABELS[:180]), LABELS, LABELS[:180])
    assert not measure_class_consistency(subject).findings


def test_a_class_that_the_corpus_has_not_is_named(tmp_path: Path) -> None:
    asked = ["0", "1", "zebra"] * 30
    subject = image_subject(tmp_path, bars(0, LABELS), bars(1, ["0"] * 90), LABELS, asked)
    missing = [s for s in measure_class_consistency(subject).scores if isinstance(s, NotMeasured)]
    assert any(s.slice == {"class": "zebra"} and "no image of this class" in s.reason for s in missing)


@pytest.mark.parametrize(
    ("labels", "asked", "words"),
    [
        (LABELS, None, "knows no labels"),
        (None, LABELS, "needs a label on each image"),
        (["0"] * 360, LABELS, "two different ones"),
        (LABELS, ["zebra"] * 360, "no sample asks for a class that the corpus has"),
    ],
)
def test_what_is_missing_is_said(tmp_path: Path, labels, asked, words: str) -> None:  # type: ignore[no-untyped-def]
    subject = image_subject(tmp_path, bars(0, LABELS), classes(1, LABELS), labels, asked)
    with pytest.raises(IncompleteError, match=words):
        measure_class_consistency(subject)
