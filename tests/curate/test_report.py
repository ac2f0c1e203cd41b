from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from headwater.core import Chart, EmptyCorpus, StageReport, Table, read_json, wilson
from headwater.curate import Decision, Judgement, Rejected, build_steps, curate

Make = Callable[..., Any]
MAIL = "Please write to jane.doe@corp-mail.org about the delivery of the books that were promised for spring. "


class Named:
    """Removes the documents that hold a word."""

    def __init__(self, name: str, word: str, error: bool = False) -> None:
        self.name, self.word, self.error = name, word, error

    def judge(self, batch: pa.RecordBatch) -> Judgement:
        hits = [
            name
            for name, text in zip(batch.column("id").to_pylist(), batch.column("text").to_pylist(), strict=True)
            if self.word in text
        ]
        if hits and self.error:
            raise ValueError("jane.doe@corp-mail.org")
        return Judgement(tuple(Decision(name, "removed", f"has-{self.word}", 1.0, 0.0) for name in hits))


def table(report: StageReport, name: str) -> list[dict[str, Any]]:
    found = next(exhibit for exhibit in report.exhibits if isinstance(exhibit, Table) and exhibit.name == name)
    return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


def codes(report: StageReport) -> list[str]:
    return [finding.code for finding in report.findings]


def test_facts_and_tables_tell_the_same_counts(tmp_path: Path, source: Make) -> None:
    texts = [f"{'red' if number < 3 else 'blue'} text {number}" for number in range(10)]
    rejected = [Rejected("x:1", "x", "invalid-json", "no"), Rejected("x:2", "x", "invalid-json", "no")]
    report = curate(source(texts, rejected, licence="MIT"), [Named("colours", "red")], tmp_path)
    assert report.facts["documents in"] == 12
    assert (report.facts["documents in the corpus"], report.facts["removed"]) == (7, 5)
    assert [tuple(row.values()) for row in table(report, "steps")] == [
        ("read", 12, 10, 0, 2, 0),
        ("colours", 10, 7, 0, 3, 0),
    ]
    assert report.detail["counts"]["in"] == 12
    chart = next(exhibit for exhibit in report.exhibits if isinstance(exhibit, Chart))
    assert dict(zip(chart.series[0].x, chart.series[0].y, strict=True)) == {
        "colours: has-red": 3,
        "read: invalid-json": 2,
    }


def test_removal_by_licence_has_a_wilson_interval_and_leaves_unreadable_rows_out(tmp_path: Path, source: Make) -> None:
    given = source(["red one", "blue two"], [Rejected("x:1", "x", "bad", "")], licence="MIT")
    given.rows[1]["licence"] = "Zlib"
    report = curate(given, [Named("colours", "red")], tmp_path)
    rows = {row["licence"]: row for row in table(report, "removal-by-licence")}
    assert set(rows) == {"MIT", "Zlib"}
    assert (rows["MIT"]["in"], rows["MIT"]["taken out"], rows["MIT"]["share taken out"]) == (1, 1, 1.0)
    assert (rows["MIT"]["low"], rows["MIT"]["high"]) == wilson(1, 1)
    assert {row["source"] for row in table(report, "removal-by-source")} == {"fake.txt", "x"}


def test_many_values_end_in_a_row_for_the_others(tmp_path: Path, source: Make) -> None:
    given = source([*(f"text {number}" for number in range(39)), "red text"])
    for number, row in enumerate(given.rows):
        row["source"] = f"s{number:02d}"
    rows = table(curate(given, [Named("colours", "red")], tmp_path), "removal-by-source")
    assert len(rows) == 31
    assert (rows[-1]["source"], rows[-1]["in"]) == ("other (10)", 10)


def test_where_nothing_was_taken_out_no_empty_table_says_so(tmp_path: Path, source: Make) -> None:
    report = curate(source(["one", "two"]), [], tmp_path)
    assert [exhibit.name for exhibit in report.exhibits] == ["steps"]


def test_examples_are_redacted_short_and_three_a_rule(tmp_path: Path, source: Make) -> None:
    texts = [f"red {number} {MAIL * 5}" for number in range(9)]
    report = curate(source([*texts, "blue"]), [Named("colours", "red")], tmp_path)
    rows = table(report, "removed-examples")
    assert len(rows) == 3
    assert all(len(row["excerpt"]) <= 200 and "[EMAIL]" in row["excerpt"] for row in rows)
    assert "jane" not in (tmp_path / "curation.json").read_text()


def test_personal_data_that_was_removed_stands_in_no_file(tmp_path: Path, source: Make) -> None:
    steps = build_steps([("personal-data", {"action": "remove"})])
    curate(source([MAIL, "nothing private stands in this one"]), steps, tmp_path)
    columns = [pa.parquet.read_table(path) for path in tmp_path.rglob("*.parquet")]
    assert not any("jane" in str(found.to_pydict()) for found in columns)
    assert "jane" not in (tmp_path / "curation.json").read_text()


@pytest.mark.parametrize(("unreadable", "severity"), [(1, "low"), (5, "medium"), (100, "high")])
def test_unreadable_rows_are_a_finding(tmp_path: Path, source: Make, unreadable: int, severity: str) -> None:
    rejected = [Rejected(f"x:{line}", "x", "invalid-json", "no") for line in range(unreadable)]
    report = curate(source([f"text {number}" for number in range(200)], rejected, licence="MIT"), [], tmp_path)
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("HW-C001", severity)
    assert f"invalid-json {unreadable}" in finding.meaning


def test_a_step_that_removes_more_than_half_is_a_finding(tmp_path: Path, source: Make) -> None:
    texts = ["red a", "red b", "blue c", "red d"]
    assert codes(curate(source(texts, licence="MIT"), [Named("colours", "red")], tmp_path)) == ["HW-C002"]
    assert codes(curate(source([*texts, "e", "f"], licence="MIT"), [Named("colours", "red")], tmp_path)) == []


def test_unknown_licences_are_a_finding_with_their_share(tmp_path: Path, source: Make) -> None:
    given = source(["a", "b", "c", "d"])
    given.rows[0]["licence"] = "MIT"
    (finding,) = curate(given, [], tmp_path).findings
    (score,) = finding.scores
    assert (finding.code, score.value, score.n) == ("HW-C003", 0.75, 4)  # type: ignore[union-attr]
    assert (score.low, score.high) == wilson(3, 4)  # type: ignore[union-attr]


def test_a_failing_step_is_a_finding_without_a_quotation(tmp_path: Path, source: Make) -> None:
    report = curate(source(["red", "blue"], licence="MIT"), [Named("colours", "red", error=True)], tmp_path)
    (finding,) = report.findings
    assert (finding.code, finding.severity) == ("HW-C004", "high")
    assert "ValueError 1" in finding.meaning
    assert "jane" not in str(finding.to_json())
    assert report.facts["quarantined"] == 1


def test_a_large_cluster_of_duplicates_is_a_finding(tmp_path: Path, source: Make) -> None:
    report = curate(
        source(["same"] * 101 + ["other"], licence="MIT"), build_steps([("exact-duplicates", {})]), tmp_path
    )
    assert codes(report) == ["HW-C002", "HW-C005"]
    assert report.findings[1].document_ids == (source(["same"]).rows[0]["id"],)
    (row,) = table(report, "duplicates")
    assert (row["clusters"], row["duplicates removed"], row["largest cluster"]) == (1, 100, 101)


def test_the_calibration_of_a_step_is_shown(tmp_path: Path, source: Make) -> None:
    steps = build_steps([("repetition", {"text_type": "technical"}), ("quality", {})])
    with pytest.raises(EmptyCorpus):
        curate(source(["buy now\n" * 9, "a text of nine words in all, or nearly"]), steps, tmp_path)
    report = StageReport.load(tmp_path / "curation.json")
    assert len(table(report, "calibration-repetition")) == 14
    assert table(report, "calibration-quality")[0]["removed by the published limit"] == 1.0


def test_the_report_on_disk_is_the_one_returned(tmp_path: Path, source: Make) -> None:
    report = curate(source(["a", "b"]), [], tmp_path)
    assert StageReport.load(tmp_path / "curation.json") == report
    assert read_json(tmp_path / "curation.json")["stage"] == "curate"


def test_the_rules_add_up_to_the_decisions(tmp_path: Path, source: Make) -> None:
    steps = [Named("a", "red"), Named("b", "e")]
    report = curate(source(["red", "blue", "green", "x"]), steps, tmp_path)
    counted = Counter[str]()
    for row in report.detail["rules"]:
        counted[row["step"]] += row["documents"]
    assert counted == {"a": 1, "b": 2}
