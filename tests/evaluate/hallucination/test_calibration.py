import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fakes import scores_of, write_corpus

from headwater.core import InputError, NotMeasured, Score, UsageError
from headwater.evaluate import METRICS, Outcome, Subject, clopper_pearson, evaluate_items


def subject(folder: Path) -> Subject:
    return Subject(folder, write_corpus(folder / "corpus", ["x"]))


def measure(folder: Path, rows: list[dict[str, Any]], **options: Any) -> Outcome:
    path = folder / "answers.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return METRICS.get("calibration")(subject(folder), answers_file=str(path), **options)


def value(outcome: Outcome, metric: str) -> Score:
    return scores_of(outcome, metric)[""]


def rows_of(p: np.ndarray, y: np.ndarray) -> list[dict[str, Any]]:
    return [
        {"id": f"q{i}", "confidence": float(a), "correct": bool(b)} for i, (a, b) in enumerate(zip(p, y, strict=True))
    ]


def test_every_score_of_a_file_is_that_of_its_definition(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    p = rng.choice([0.2, 0.5, 0.9], 300)
    y = rng.random(300) < p - 0.1
    outcome = measure(tmp_path, rows_of(p, y))
    parts = {one.metric: one.value for one in outcome.scores if isinstance(one, Score)}
    assert parts["calibration-brier"] == pytest.approx(np.mean((p - y) ** 2))
    assert parts["calibration-brier"] == pytest.approx(
        parts["calibration-reliability"] - parts["calibration-resolution"] + parts["calibration-uncertainty"]
    )
    assert parts["calibration"] == pytest.approx(0.1, abs=0.06) and parts["calibration-plain"] >= parts["calibration"]
    assert all(one.low is not None and one.low <= one.value <= (one.high or 0) for one in outcome.scores)  # type: ignore[union-attr]
    for one in outcome.items:
        assert one.value == pytest.approx(parts[one.metric]) and len(one.ids) == 300


def test_an_abstention_is_neither_right_nor_wrong(tmp_path: Path) -> None:
    """The peers' defect: a refusal counted as a wrong answer (or as 0)."""
    rows = rows_of(np.full(8, 0.75), np.array([1, 1, 1, 1, 1, 1, 0, 0]))
    alone = measure(tmp_path, rows)
    more = [{"id": "r1", "abstained": True, "confidence": 0.1}, {"id": "r2", "confidence": None, "correct": None}]
    both = measure(tmp_path, rows + more)
    for metric in ("calibration-plain", "calibration-brier", "calibration-aurc", "calibration-selective-risk"):
        assert value(alone, metric).value == value(both, metric).value
    coverage, wrong = value(both, "calibration-coverage"), value(both, "calibration-wrong")
    assert (coverage.value, coverage.low, coverage.high) == (0.8, *clopper_pearson(8, 10))
    assert wrong.value == 0.2 and value(both, "calibration-selective-risk").value == 0.25


def test_two_models_on_the_same_questions_can_be_compared_and_on_others_not(tmp_path: Path) -> None:
    p, y = np.linspace(0.1, 0.9, 5).repeat(4), np.arange(20) % 2
    first, second = measure(tmp_path, rows_of(p, y)), measure(tmp_path, rows_of(p[::-1] / 2, y)[::-1])
    others = measure(tmp_path, rows_of(p, y)[1:])
    for metric in ("calibration", "calibration-brier", "calibration-aurc"):
        assert value(first, metric).comparable_with(value(second, metric))
        assert not value(first, metric).comparable_with(value(others, metric))


def test_a_missing_verdict_is_no_pass(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"answers.jsonl:2: an answer without verdict"):
        measure(tmp_path, [{"confidence": 0.5, "correct": 1}, {"confidence": 0.5, "correct": ""}])
    with pytest.raises(InputError, match="without confidence"):
        measure(tmp_path, [{"confidence": 0.5, "correct": 1}, {"correct": 1, "abstained": False}])


def test_only_abstentions_are_not_measured(tmp_path: Path) -> None:
    outcome = measure(tmp_path, [{"confidence": None, "correct": None}] * 5)
    reasons = {one.metric: one.reason for one in outcome.scores if isinstance(one, NotMeasured)}
    assert "0 of 5 rows give an answer" in reasons["calibration"]
    assert reasons["calibration-selective-risk"] == "all 5 rows abstain"
    assert value(outcome, "calibration-coverage").value == 0


def test_parts_by_forecasts_that_stand_alone_are_not_made_up(tmp_path: Path) -> None:
    p = np.linspace(0, 1, 30)
    outcome = measure(tmp_path, rows_of(p, p > 0.5))
    (first, second) = (one for one in outcome.scores if isinstance(one, NotMeasured))
    assert "30 distinct confidences" in first.reason and second.metric == "calibration-resolution"


def test_a_csv_is_read_as_jsonl_is(tmp_path: Path) -> None:
    rows = [(0.9, "yes"), (0.8, "true"), (0.4, "0"), (0.4, "no"), (0.4, "1")]
    path = tmp_path / "answers.csv"
    path.write_text("confidence,correct\n" + "".join(f"{p},{y}\n" for p, y in rows))
    outcome = METRICS.get("calibration")(subject(tmp_path), answers_file=str(path))
    assert value(outcome, "calibration-selective-risk").value == 0.4


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"confidence": 1.5, "correct": 1}, "no probability"),
        ({"confidence": "high", "correct": 1}, "confidence is no number: 'high'"),
        ({"confidence": True, "correct": 1}, "no number"),
        ({"confidence": "nan", "correct": 1}, "no number"),
        ({"confidence": 0.5, "correct": "maybe"}, "neither true nor false"),
        ({"confidence": 0.5, "correct": 0.5}, "neither true nor false"),
        ({"id": "same", "confidence": 0.5, "correct": 1}, "stands at answers.jsonl:1 already"),
    ],
)
def test_a_bad_row_is_one_clear_error_with_its_place(tmp_path: Path, row: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=rf"answers.jsonl:2: .*{said}"):
        measure(tmp_path, [{"id": "same", "confidence": 0.5, "correct": 1}, row])


def test_a_bad_file_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'correct'.*it has confidence, corect"):
        measure(tmp_path, [{"confidence": 0.5, "corect": 1}])
    with pytest.raises(InputError, match="holds no rows"):
        measure(tmp_path, [])
    with pytest.raises(UsageError, match="bins"):
        measure(tmp_path, [{"confidence": 0.5, "correct": 1}], bins=0)
    for name, said in (("none.jsonl", "no such file"), ("corpus", "no such file")):
        with pytest.raises(InputError, match=said):
            METRICS.get("calibration")(subject(tmp_path), answers_file=str(tmp_path / name))
    (tmp_path / "broken.jsonl").write_text('{"confidence": 1, "correct": 1}\n{"confid')
    with pytest.raises(InputError, match="broken.jsonl:2"):
        METRICS.get("calibration")(subject(tmp_path), answers_file=str(tmp_path / "broken.jsonl"))
    (tmp_path / "x.txt").write_text("x")
    with pytest.raises(InputError, match=r"x.txt: answers are read from .jsonl or .csv"):
        METRICS.get("calibration")(subject(tmp_path), answers_file=str(tmp_path / "x.txt"))


def test_the_report_holds_the_name_of_the_file_and_not_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("confidence,correct\n0.5,1\n0.5,0\n0.7,1\n")
    report, _ = evaluate_items(subject(tmp_path), [("calibration", {"answers_file": str(path)})])
    (told,) = report.detail["metrics"]
    assert (told["name"], told["parameters"]) == ("calibration", {"answers_file": "answers.csv"})
    assert str(tmp_path) not in json.dumps(report.to_json())
