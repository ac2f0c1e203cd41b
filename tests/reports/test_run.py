import json
from pathlib import Path

import pytest

from headwater.core import Finding, IntegrityError, NotMeasured, Score, StageReport
from headwater.reports.run import Run, Track, is_control, read_run

from .fixtures import evaluation, full_run


def finding(code: str, severity: str = "low") -> Finding:
    return Finding(code, severity, "t", "m", "a")  # type: ignore[arg-type]


def run_with(*findings: Finding) -> Run:
    return Run("t", (Track("", {"evaluation": StageReport("evaluation", "e", findings=findings)}),))


def test_every_stage_file_of_every_track_is_read(tmp_path: Path) -> None:
    run = read_run(tmp_path, **full_run(tmp_path), tracks=("", "images"))
    assert [(track.name, list(track.stages)) for track in run.tracks] == [
        ("", ["curation", "audit", "training", "evaluation"]),
        ("images", ["curation", "evaluation"]),
    ]
    assert run.main.stages["evaluation"] == evaluation()


def test_a_stage_is_known_by_its_file_whatever_it_calls_itself(tmp_path: Path) -> None:
    StageReport("evaluate", "e", findings=(finding("A"),)).save(tmp_path / "evaluation.json")
    (placed,) = read_run(tmp_path, "t", {}, {}, ("",)).findings()
    assert placed.stage == "evaluation"


def test_a_stage_without_a_file_is_missing(tmp_path: Path) -> None:
    run = read_run(tmp_path, "t", {}, {}, ("",))
    assert run.main.missing == ("curation", "audit", "training", "evaluation")


def test_findings_come_by_severity_then_by_code() -> None:
    run = run_with(finding("B"), finding("A"), finding("Z", "high"), finding("C", "medium"))
    assert [placed.finding.code for placed in run.findings()] == ["Z", "C", "A", "B"]


def test_every_finding_has_an_anchor_of_its_own() -> None:
    run = run_with(finding("X"), finding("X"), finding("X-2"), finding("<!-- -->"), finding(""), finding("x" * 90))
    anchors = [placed.anchor for placed in run.findings()]
    assert len(set(anchors)) == 6
    assert all(set(anchor) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") for anchor in anchors)


def test_a_score_of_a_detector_is_a_control() -> None:
    assert is_control(Score("recall", 1.0, 50, "share", "r/1", slice={"detector": "e-mail"}))
    assert is_control(NotMeasured("recall", "nothing planted", {"detector": "e-mail"}))
    assert not is_control(Score("perplexity", 1.0, 50, "1", "p/1"))


@pytest.mark.parametrize(
    "content",
    ["{", "[]", "null", "{}", '{"stage": "audit"}', json.dumps(evaluation().to_json() | {"findings": [{"code": 1}]})],
)
def test_a_file_that_is_not_a_stage_report_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "audit.json").write_text(content)
    with pytest.raises(IntegrityError, match="audit.json"):
        read_run(tmp_path, "t", {}, {}, ("",))


def test_a_number_that_is_not_finite_is_refused_with_its_file(tmp_path: Path) -> None:
    data = evaluation().to_json()
    data["scores"][0]["value"] = float("nan")
    (tmp_path / "evaluation.json").write_text(json.dumps(data))
    with pytest.raises(IntegrityError, match=r"evaluation\.json: not valid JSON .NaN"):
        read_run(tmp_path, "t", {}, {}, ("",))


def test_an_unknown_severity_is_refused(tmp_path: Path) -> None:
    data = evaluation().to_json()
    data["findings"][0]["severity"] = "<b>"
    (tmp_path / "evaluation.json").write_text(json.dumps(data))
    with pytest.raises(IntegrityError, match="unknown severity '<b>'"):
        read_run(tmp_path, "t", {}, {}, ("",))
