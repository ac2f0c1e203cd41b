"""Planted controls in corpora of images."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import load_digits

from headwater.core import (
    IMAGE_SCHEMA,
    SILENT,
    Corpus,
    CorpusWriter,
    Gallery,
    NotMeasured,
    Score,
    StageReport,
    record_batch,
    wilson,
)
from headwater.curate.planted.images import CLASS_MATE, COPIES, EXACT, NEGATIVE
from headwater.curate.planted.planted_controls import PlantedControls
from headwater.curate.sources.images import image_record

DIGITS = load_digits()
PIXELS = np.rint(DIGITS.images * (255 / 16)).astype(np.uint8)[:, :, :, None]


def corpus_of(folder: Path, images: list[np.ndarray], labels: list[str] | None = None) -> Corpus:
    rows = [
        image_record(image, f"i:{place}", "i", attributes={"label": labels[place]} if labels else {})
        for place, image in enumerate(images)
    ]
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


def scores(report: StageReport) -> dict[tuple[str, str], Score]:
    return {(one.slice["detector"], one.slice["level"]): one for one in report.scores if isinstance(one, Score)}


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> StageReport:
    corpus = corpus_of(tmp_path_factory.mktemp("digits"), list(PIXELS), [str(label) for label in DIGITS.target])
    return PlantedControls(documents=500, per_type=60).examine(corpus, 0, SILENT)


def test_copies_of_digits_are_found(report: StageReport) -> None:
    found = scores(report)
    assert found["exact-duplicates", EXACT].value == 1.0
    assert {level: found["near-duplicate-images", level].value >= 0.95 for level in (EXACT, *COPIES)} == dict.fromkeys(
        (EXACT, *COPIES), True
    )


def test_other_digits_of_the_class_and_negatives_are_left_alone(report: StageReport) -> None:
    found = scores(report)
    for level in (CLASS_MATE, NEGATIVE):
        score = found["near-duplicate-images", level]
        assert (score.value, score.n, score.direction) == (0.0, 60, "lower")
        assert (score.low, score.high) == wilson(0, 60)


def test_the_pairs_are_shown_side_by_side(report: StageReport) -> None:
    (gallery,) = (exhibit for exhibit in report.exhibits if isinstance(exhibit, Gallery))
    assert {tile.caption.split(":")[0] for tile in gallery.tiles} == {*COPIES, CLASS_MATE, NEGATIVE}


def test_the_report_is_the_same_for_the_same_seed_and_survives_its_file(report: StageReport, tmp_path: Path) -> None:
    corpus = corpus_of(tmp_path / "c", list(PIXELS), [str(label) for label in DIGITS.target])
    again = PlantedControls(documents=500, per_type=60).examine(corpus, 0, SILENT)
    assert again.to_json() == report.to_json()
    again.save(tmp_path / "audit.json")
    assert StageReport.load(tmp_path / "audit.json").to_json() == report.to_json()


def test_a_filter_that_merges_one_class_is_reported_as_a_false_alarm(tmp_path: Path) -> None:
    ones = [np.clip(PIXELS[1].astype(int) + place, 0, 255).astype(np.uint8) for place in range(12)]
    report = PlantedControls(per_type=12).examine(corpus_of(tmp_path, ones, ["1"] * 12), 0, SILENT)
    assert scores(report)["near-duplicate-images", CLASS_MATE].value == 1.0
    (finding,) = (one for one in report.findings if one.code == "HW-A011")
    assert CLASS_MATE in finding.title
    assert set(finding.document_ids) <= set(Corpus(tmp_path).ids())


def test_one_image_alone_has_no_other_of_its_class(tmp_path: Path) -> None:
    report = PlantedControls().examine(corpus_of(tmp_path, [PIXELS[0]]), 0, SILENT)
    missing = {one.slice["level"] for one in report.scores if isinstance(one, NotMeasured)}
    assert missing == {CLASS_MATE}


def test_blank_images_have_no_negative_and_colour_images_take_part(tmp_path: Path) -> None:
    images = [np.full((9, 7, 3), 100, np.uint8), np.full((5, 5, 4), 0, np.uint8)]
    report = PlantedControls().examine(corpus_of(tmp_path, images), 0, SILENT)
    assert NEGATIVE in {one.slice["level"] for one in report.scores if isinstance(one, NotMeasured)}


def test_records_without_an_image_of_their_size_leave_everything_unmeasured(tmp_path: Path) -> None:
    row = image_record(PIXELS[0], "i:0", "i") | {"height": 99}
    with CorpusWriter(tmp_path, IMAGE_SCHEMA) as writer:
        writer.write(record_batch([row], IMAGE_SCHEMA))
    report = PlantedControls().examine(Corpus(tmp_path), 0, SILENT)
    assert {type(one) for one in report.scores} == {NotMeasured}
