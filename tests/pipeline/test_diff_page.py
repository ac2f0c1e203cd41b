"""The page of what changed: each table by rows that were made to differ."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from headwater.core import Finding, Score, StageReport
from headwater.curate import score_changes
from headwater.pipeline.cli import app
from headwater.pipeline.diff_page import (
    changed_controls,
    controls_table,
    difference_report,
    findings_table,
    share_chart,
)
from headwater.reports import Evidence


def evidence(control: str, status: str) -> Evidence:
    return Evidence(control, f"title of {control}", "automatic", "high", status, "because", True, ())  # type: ignore[arg-type]


def finding(code: str, severity: str, title: str = "") -> Finding:
    return Finding(code, severity, title or code, "meaning", "advice")  # type: ignore[arg-type]


def share(metric: str, value: float, half: float = 0.01, unit: str = "share of samples") -> Score:
    return Score(metric, value, 100, unit, f"{metric}/1", value - half, value + half)


def test_a_control_that_changed_stands_first_and_says_from_what_to_what() -> None:
    a = [evidence("D01", "pass"), evidence("M08", "pass")]
    b = [evidence("D01", "pass"), evidence("M08", "fail"), evidence("M09", "not_measured")]
    rows = controls_table(a, b).rows
    assert [(row[0], row[4]) for row in rows] == [
        ("M08", "pass, now fail"),
        ("M09", "not judged, now not measured"),
        ("D01", "the same"),
    ]


def test_a_control_that_one_side_was_never_judged_by_did_not_change() -> None:
    a, b = [evidence("D01", "pass")], [evidence("D01", "fail"), evidence("D02", "pass")]
    assert changed_controls(controls_table(a, b)) == {
        "controls that changed": 1, "controls judged on one side alone": 1
    }  # fmt: skip
    assert changed_controls(controls_table([], b)) == {"controls judged on one side alone": 2}
    assert changed_controls(controls_table(b, b)) == {"controls that changed": 0}
    assert changed_controls(controls_table([], [])) == {}


def test_findings_are_new_gone_or_in_both_and_counted() -> None:
    a = [finding("HW-A1", "low"), finding("HW-B1", "high")]
    b = [finding("HW-A1", "low"), finding("HW-A1", "high", "the worse one"), finding("HW-C1", "info")]
    rows = findings_table(a, b).rows
    assert [row[:5] for row in rows] == [
        ("HW-C1", "new in B", "info", 0, 1),
        ("HW-B1", "gone in B", "high", 1, 0),
        ("HW-A1", "in both", "high", 1, 2),
    ]
    assert rows[2][5] == "the worse one"


def test_only_shares_that_moved_by_more_than_noise_are_drawn_the_largest_first() -> None:
    before = [share("small", 0.10), share("large", 0.1), share("still", 0.2), share("nats", 0.1, unit="nats a token")]
    after = [share("small", 0.15), share("large", 0.9), share("still", 0.201), share("nats", 0.9, unit="nats a token")]
    chart = share_chart(score_changes(before, after))
    assert [series.name for series in chart.series] == ["A", "B"]
    assert chart.series[0].x == ("large", "small")
    assert chart.series[1].y == (0.9, 0.15)
    assert chart.series[1].low == pytest.approx((0.89, 0.14))


@pytest.fixture
def other(finished: Path, tmp_path: Path) -> Path:
    """The finished run with one finding more and one score that is far away."""
    shutil.copytree(finished, tmp_path / "other")
    path = tmp_path / "other" / "audit.json"
    report = StageReport.load(path)
    StageReport(
        report.stage, report.title, report.facts, report.scores, (*report.findings, finding("HW-A999", "high")),
        report.exhibits, report.detail,
    ).save(path)  # fmt: skip
    return tmp_path / "other"


def test_the_report_of_two_runs_names_what_is_new(finished: Path, other: Path) -> None:
    report = difference_report(finished, other)
    assert report.facts["findings new in B"] == 1
    assert report.facts["findings gone in B"] == 0
    table = next(table for table in report.exhibits if table.name == "difference-findings")
    assert table.rows[0][:3] == ("HW-A999", "new in B", "high")  # type: ignore[union-attr]


def test_a_run_beside_itself_has_changed_in_nothing(finished: Path) -> None:
    facts = difference_report(finished, finished).facts
    assert [facts[name] for name in ("findings new in B", "findings gone in B", "scores worse", "scores better")] == [
        0
    ] * 4
    assert "only in A" not in facts


def test_the_command_writes_one_page_without_empty_sections(finished: Path, other: Path, tmp_path: Path) -> None:
    page = tmp_path / "changed.html"
    done = CliRunner().invoke(app, ["diff", str(finished), str(other), "--html", str(page), "-q"])
    assert done.exit_code == 0, done.output
    html = page.read_text("utf-8")
    assert "What changed: run and other" in html and "HW-A999" in html
    assert '<section id="summary"' not in html and '<section id="controls"' not in html
    assert '<section id="difference"' in html and '<section id="glossary"' in html
