from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import (
    SILENT,
    ConfigError,
    Corpus,
    NotMeasured,
    Score,
    StageReport,
)
from headwater.curate import build_audits
from headwater.curate.fairness import Missingness

MakeTable = Callable[..., Corpus]

ROWS = [{"sex": "fm"[i % 2], "job": ["?", "a", None, "b"][i % 4] if i % 2 == 0 else "a", "age": i} for i in range(200)]


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return Missingness(**{"groups": ["sex"], **options}).examine(corpus, 0, SILENT)


def rates(report: StageReport) -> dict[str, float]:
    return {
        one.slice["group"]: one.value
        for one in report.scores
        if isinstance(one, Score) and one.metric == "missing-rate"
    }


def test_blank_values_and_marks_are_missing(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", ROWS)
    assert rates(examine(corpus)) == {"f": 1.0, "m": 0.0}
    assert rates(examine(corpus, marks=[])) == {"f": 0.5, "m": 0.0}


def test_a_difference_is_a_finding_with_the_rows_that_miss_the_value(tmp_path: Path, table_corpus: MakeTable) -> None:
    (finding,) = examine(table_corpus(tmp_path / "c", ROWS)).findings
    found = [ROWS[int(id.removeprefix("row-"))] for id in finding.document_ids]
    assert finding.code == "HW-A084" and "job" in finding.title
    assert len(found) == 20 and all(row["sex"] == "f" and row["job"] in ("?", None) for row in found)


def test_values_that_are_missing_alike_are_no_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"sex": "fm"[i % 2], "job": "?" if i // 2 % 3 else "a"} for i in range(600)]
    report = examine(table_corpus(tmp_path / "c", rows))
    assert report.findings == () and rates(report)["f"] == pytest.approx(rates(report)["m"])


def test_a_table_without_a_gap_says_so(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", [{"sex": "fm"[i % 2], "age": i} for i in range(100)]))
    assert report.facts == {"Columns with missing values": 0} and report.scores == () and report.exhibits == ()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"groups": []}, "no column of groups is named"),
        ({"groups": ["age"]}, "2 to 50 values, and this one has 200"),
        ({"groups": ["absent"]}, "this one has 0"),
        ({"minimum": 1_000}, "fewer than two groups have 1000 rows"),
    ],
)
def test_what_cannot_be_compared_is_not_measured(
    tmp_path: Path, options: dict[str, Any], message: str, table_corpus: MakeTable
) -> None:
    report = examine(table_corpus(tmp_path / "c", ROWS), **options)
    assert [message in one.reason for one in report.scores if isinstance(one, NotMeasured)] == [True]
    assert report.findings == ()


@pytest.mark.parametrize("options", [{"minimum": 0}, {"effect": 0.0}, {"rate": 1.0}, {"maximum_groups": 1}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="must be"):
        build_audits([("missingness", options)])
