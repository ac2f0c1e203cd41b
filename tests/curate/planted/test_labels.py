"""Planted label errors: real rows, the real audit, a known number of changed labels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from headwater.core import IMAGE_SCHEMA, SILENT, Corpus, CorpusWriter, NotMeasured, Score, record_batch, wilson
from headwater.curate.planted import PlantedControls
from headwater.curate.planted import labels as planted_labels
from headwater.curate.planted.labels import CHANGED, DETECTOR, UNCHANGED, draw_records, label_trials
from headwater.curate.sources.images import image_record

MakeTable = Callable[..., Corpus]


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    data = load_digits()
    pixels = np.rint(data.images * (255 / 16)).astype(np.uint8)[:, :, :, None]
    folder = tmp_path_factory.mktemp("digits")
    rows = [
        image_record(image, f"d:{row}", "d", groups={"label": str(label)}, attributes={"label": str(label)})
        for row, (image, label) in enumerate(zip(pixels, data.target, strict=True))
    ]
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


def table(rows: int = 600) -> list[dict[str, Any]]:
    rng = np.random.default_rng(1)
    values = rng.integers(0, 100, rows).tolist()
    return [{"wealth": value, "rich": value > 60} for value in values]


def test_changed_labels_of_digits_are_recovered_and_the_recall_is_shown(digits: Corpus) -> None:
    report = PlantedControls(per_type=90).examine(digits, 0, SILENT)
    found = {
        score.slice["level"]: score
        for score in report.scores
        if isinstance(score, Score) and score.slice["detector"] == DETECTOR
    }
    recall, alarms = found[CHANGED], found[UNCHANGED]
    print(f"digits: recall {recall.value:.3f} ({recall.low:.3f} to {recall.high:.3f}), false alarms {alarms.value:.3f}")
    assert recall.metric == "planted-control-recall" and recall.n == 90 and recall.value >= 0.75
    assert alarms.metric == "planted-control-false-positive-rate" and alarms.n == 1_707 and alarms.value <= 0.01
    assert (recall.low, recall.high) == wilson(round(90 * recall.value), 90)


def test_changed_labels_of_a_table_are_recovered(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = PlantedControls(per_type=50, label="rich").examine(table_corpus(tmp_path / "c", table()), 0, SILENT)
    recall, alarms = (one for one in report.scores if one.slice["detector"] == "label-noise")
    assert isinstance(recall, Score) and recall.n == 50 and recall.value >= 0.75
    assert isinstance(alarms, Score) and alarms.n == 550 and alarms.value <= 0.02


def test_at_most_a_tenth_is_changed_and_to_another_label(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = draw_records(table_corpus(tmp_path / "c", table(300)), 300, 0)
    changed, _ = label_trials(rows, "table", "rich", 100, 0, SILENT)
    assert changed.planted == 30


def test_the_corpus_is_not_changed_and_the_seed_decides(digits: Corpus) -> None:
    before = digits.hash
    rows = draw_records(digits, 400, 0)
    one, other = (label_trials(rows, "image", "label", 30, 0, SILENT) for _ in range(2))
    assert one == other and one != label_trials(rows, "image", "label", 30, 1, SILENT)
    digits.verify()
    assert digits.hash == before


def test_a_blind_audit_has_no_recall(tmp_path: Path, table_corpus: MakeTable, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = draw_records(table_corpus(tmp_path / "c", table()), 600, 0)
    monkeypatch.setattr(planted_labels, "_doubted", lambda *_: (set(range(600)), set()))
    changed, unchanged = label_trials(rows, "table", "rich", 50, 0, SILENT)
    assert (changed.planted, changed.reported, unchanged.reported) == (50, 0, 0)
    assert len(changed.wrong) == 20 and set(changed.wrong) <= {row["id"] for row in rows}


def test_without_two_labels_nothing_is_planted(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "rich": "yes"} for row in table(100)] + [{"wealth": 1}, {"rich": None}, {"rich": ""}]
    assert label_trials(draw_records(table_corpus(tmp_path / "c", rows), 200, 0), "table", "rich", 9, 0, SILENT) == []


def test_labels_that_the_audit_cannot_judge_are_all_missed(tmp_path: Path, table_corpus: MakeTable) -> None:
    rng = np.random.default_rng(2)
    rows = [{"noise": int(rng.integers(9)), "rich": "ny"[int(rng.integers(2))]} for _ in range(300)] + [{"noise": 1}]
    sample = draw_records(table_corpus(tmp_path / "c", rows), 400, 0)
    changed, unchanged = label_trials(sample, "table", "rich", 20, 0, SILENT)
    assert (changed.planted, changed.reported) == (20, 0) and (unchanged.planted, unchanged.reported) == (280, 0)


def test_a_handful_of_labels_is_too_few_to_change_one(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = draw_records(table_corpus(tmp_path / "c", [{"a": 1, "rich": "no"}, {"a": 2, "rich": "yes"}]), 9, 0)
    assert isinstance(label_trials(rows, "table", "rich", 9, 0, SILENT)[0].score(), NotMeasured)
