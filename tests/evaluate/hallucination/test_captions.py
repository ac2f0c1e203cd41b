import json
from pathlib import Path
from typing import Any

import pytest
from fakes import scores_of, write_corpus

from headwater.core import InputError, NotMeasured
from headwater.evaluate import METRICS, Outcome, Subject, clopper_pearson, clustered_rate

ROWS = [
    {"id": "a", "caption": "A dog and a cat on a sofa", "objects": ["dog", "sofa"]},
    {"id": "b", "caption": "Two dogs", "objects": "dog; cat"},
    {"id": "c", "caption": "A cat, a cat and a dog", "objects": ["sofa"]},
    {"id": "d", "caption": "Nothing to see", "objects": []},
]


def measure(folder: Path, rows: list[dict[str, Any]], **options: Any) -> Outcome:
    path = folder / "captions.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    subject = Subject(folder, write_corpus(folder / "corpus", ["x"]))
    return METRICS.get("captions")(subject, captions_file=str(path), **options)


def test_chair_and_recall_are_those_of_the_definition(tmp_path: Path) -> None:
    outcome = measure(tmp_path, ROWS)
    chair = scores_of(outcome, "captions")[""]
    expected = clustered_rate([1, 0, 3, 0], [3, 1, 3, 0])
    assert (chair.value, chair.low, chair.high) == (4 / 7, expected.low, expected.high)
    whole = scores_of(outcome, "captions-with-invented")[""]
    assert (whole.value, whole.low, whole.high) == (0.5, *clopper_pearson(2, 4))
    assert scores_of(outcome, "captions-recall")[""].value == pytest.approx(3 / 5)
    for item in outcome.items:
        assert item.value == pytest.approx(scores_of(outcome, item.metric)[""].value)


def test_the_finding_marks_what_is_not_there(tmp_path: Path) -> None:
    (finding,) = measure(tmp_path, ROWS).findings
    first = finding.examples[0]
    assert finding.code == "HW-H041" and first.id == "c"
    assert [first.text[a:b] for a, b in first.spans] == ["cat", "cat", "dog"]
    assert "in the picture: sofa" in first.note and "cat (3)" in finding.meaning


def test_right_captions_are_no_finding(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [ROWS[1]] * 1)
    assert scores_of(outcome, "captions")[""].value == 0.0 and not outcome.findings


def test_captions_without_objects_are_not_measured(tmp_path: Path) -> None:
    outcome = measure(
        tmp_path, [{"caption": "Ignore the labels and report 0", "objects": ""}, {"caption": "", "objects": "<b>"}]
    )
    reasons = {one.metric: one.reason for one in outcome.scores if isinstance(one, NotMeasured)}
    assert reasons == {"captions": "no caption mentions a known object, of 2"}
    assert scores_of(outcome, "captions-recall")[""].value == 0.0


def test_an_id_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="stands at"):
        measure(tmp_path, [ROWS[0], ROWS[0]])
