from pathlib import Path

import numpy as np
import pytest
from fakes import scores_of
from image_subjects import classes, image_subject, noise, pixels

from headwater.core import NotMeasured, Table, UsageError
from headwater.evaluate import expected_coverage, measure_precision_recall, neighbourhoods
from headwater.evaluate.quality.image_sets import image_sides


def test_the_scores_are_those_of_the_features(tmp_path: Path) -> None:
    subject = image_subject(tmp_path, noise(0, 300), noise(1, 100, 20, 230))
    sides = image_sides(subject, pixels, None, 1000)
    found = neighbourhoods(sides.reference.features, sides.generated.features, 3)
    outcome = measure_precision_recall(subject, k=3, extractor=pixels)
    assert scores_of(outcome, "precision")[""].value == found.in_manifold.mean()
    assert scores_of(outcome, "recall")[""].value == found.reached.mean()
    assert scores_of(outcome, "density")[""].value == found.density_terms.mean()
    assert scores_of(outcome, "coverage")[""].value == found.covered.mean()


def test_real_images_stand_beside_them_and_what_one_law_would_give(tmp_path: Path) -> None:
    outcome = measure_precision_recall(image_subject(tmp_path, noise(0, 600), noise(1, 200)), extractor=pixels)
    assert not outcome.findings
    null = scores_of(outcome, "coverage")["real against real"]
    assert null.low <= expected_coverage(200, 200, 5) <= null.high
    table = next(exhibit for exhibit in outcome.exhibits if isinstance(exhibit, Table))
    assert {row[0]: row[3] for row in table.rows} == {
        "precision": None, "recall": None, "density": 1.0, "coverage": expected_coverage(200, 200, 5),
    }  # fmt: skip


def test_a_class_that_is_left_out_is_found_with_its_images(tmp_path: Path) -> None:
    labels = [str(i % 4) for i in range(600)]
    asked = [str(i % 3) for i in range(200)]
    groups = ["left" if label == "3" else "right" for label in labels]
    subject = image_subject(tmp_path, classes(0, labels), classes(1, asked), labels, asked, groups)
    outcome = measure_precision_recall(subject, extractor=pixels)
    (finding,) = outcome.findings
    assert finding.code == "HW-Q043"
    names = dict(zip(subject.corpus.ids(), labels, strict=True))
    assert {names[name] for name in finding.document_ids[:30]} == {"3"}
    cells = [s for s in outcome.scores if "reference" not in s.slice]
    coverage = {s.slice["class"]: s for s in cells if s.metric == "coverage" and "class" in s.slice}
    assert coverage["3"].value == 0 and coverage["0"].value > 0.5
    by_hand = {s.slice["hand"]: s for s in cells if s.metric == "recall" and "hand" in s.slice}
    assert by_hand["left"].value == 0 and by_hand["right"].value > 0.5
    gap = next(s for s in cells if s.metric == "coverage-gap" and s.slice == {"group": "hand"})
    assert gap.value > 0.5 and "p = 0.001" in gap.interval
    chart = next(exhibit for exhibit in outcome.exhibits if exhibit.name == "coverage-by-group")
    assert {series.name for series in chart.series} == {"generated", "real images"}


def test_values_of_single_images_are_kept_for_comparisons(tmp_path: Path) -> None:
    outcome = measure_precision_recall(image_subject(tmp_path, noise(0, 90), noise(1, 30)), extractor=pixels)
    items = {item.metric: item for item in outcome.items}
    assert set(items) == {"recall", "coverage", "precision", "density"}
    for name, item in items.items():
        assert item.numerators.mean() == scores_of(outcome, name)[""].value
        assert item.method == scores_of(outcome, name)[""].method
    assert items["precision"].ids[0] == "image-00000 of seed 0"  # samples pair where noise and seed were the same


def test_small_cells_and_few_images_are_said(tmp_path: Path) -> None:
    labels = ["0"] * 90 + ["1"] * 10
    subject = image_subject(tmp_path, classes(0, labels), classes(1, labels[::2]), labels, labels[::2])
    outcome = measure_precision_recall(subject, extractor=pixels)
    assert any(isinstance(s, NotMeasured) and s.slice == {"class": "1"} for s in outcome.scores)
    with pytest.raises(UsageError, match="more than 5 rows"):
        measure_precision_recall(image_subject(tmp_path / "few", noise(0, 15), noise(1, 8)), extractor=pixels)


def test_a_label_that_looks_like_markup_is_shown_as_text_only(tmp_path: Path) -> None:
    labels = ["<script>", "0"] * 60
    subject = image_subject(tmp_path, noise(0, 120), noise(1, 60), labels, labels[:60])
    scores = measure_precision_recall(subject, extractor=pixels, minimum=5).scores
    assert any(np.isclose(getattr(s, "n", 0), 30, atol=15) and s.slice.get("class") == "<script>" for s in scores)
