import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport, Table
from headwater.curate import build_audits
from headwater.curate.fairness.row_columns import read_columns
from headwater.curate.tabular import TableSchema

MakeTable = Callable[..., Corpus]


def people(rows: int = 300) -> list[dict[str, Any]]:
    rng = random.Random(1)
    return [
        {
            "city": rng.choice(["Paris", "Lyon", "Lille"]), "weight": round(rng.gauss(75, 12), 1),
            "from": f"2020-01-{rng.randrange(1, 28):02d}", "to": f"2020-03-{rng.randrange(1, 28):02d}",
        }
        for _ in range(rows)
    ]  # fmt: skip


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return TableSchema(**options).examine(corpus, 0, SILENT)


def rows_of(report: StageReport, code: str) -> list[int]:
    return [
        int(id.removeprefix("row-")) for finding in report.findings if finding.code == code
        for id in finding.document_ids
    ]  # fmt: skip


def test_a_clean_table_has_no_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    assert examine(table_corpus(tmp_path / "c", people())).findings == ()


@pytest.mark.parametrize(
    ("code", "place", "cells"),
    [
        ("HW-A101", 7, {"weight": "80 kg"}),
        ("HW-A102", 8, {"city": "N/A"}),
        ("HW-A103", 9, {"weight": 7_500}),
        ("HW-A104", 10, {"city": "lyon"}),
        ("HW-A104", 10, {"city": "Pariis"}),
        ("HW-A105", 11, {"to": "2019-03-01"}),
    ],
)
def test_a_planted_fault_is_found_with_its_row(
    tmp_path: Path, table_corpus: MakeTable, code: str, place: int, cells: dict[str, Any]
) -> None:
    rows = people()
    rows[place] |= cells
    report = examine(table_corpus(tmp_path / "c", rows))
    assert [finding.code for finding in report.findings] == [code] and rows_of(report, code) == [place]


def test_columns_that_say_nothing_are_named(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "n": n, "same": "x", "none": None} for n, row in enumerate(people())]
    (finding,) = examine(table_corpus(tmp_path / "c", rows)).findings
    assert finding.code == "HW-A100" and all(name in finding.meaning for name in ("n", "same", "none"))


def test_missing_shares_count_blanks_and_marks(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{"a": [" ", None, "?", "x", "y"][n % 5], "b": n % 7} for n in range(100)]
    scores = {
        s.slice["column"]: s for s in examine(table_corpus(tmp_path / "c", rows)).scores if s.metric == "missing-share"
    }
    assert isinstance(scores["a"], Score) and scores["a"].value == pytest.approx(0.6)
    assert isinstance(scores["b"], Score) and scores["b"].value == 0


def test_a_long_tail_is_no_set_of_outliers(tmp_path: Path, table_corpus: MakeTable) -> None:
    rng = random.Random(2)
    rows = [{"x": round(rng.paretovariate(0.7), 2)} for _ in range(500)]
    report = examine(table_corpus(tmp_path / "c", rows))
    assert report.findings == () and any("long tail" in s.reason for s in report.scores if isinstance(s, NotMeasured))


def test_wide_tables_end_at_the_cap_and_say_so(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", [{f"c{n}": n * row for n in range(1_500)} for row in range(3)]))
    (last,) = [s for s in report.scores if isinstance(s, NotMeasured) and s.slice["column"] == "the others"]
    assert "1,300 further columns" in last.reason and report.facts["Columns"] == 1_500


@pytest.mark.parametrize(
    "rows",
    [
        [{"a": 1, "b": "x"}],
        [{"a": None}] * 30,
        [{}] * 3,
        [{"<script>alert(1)</script>": "<b>", "n": {"deep": [1]}}] * 30,
        [{"text": f"a long remark {n}"} for n in range(30)],
    ],
)
def test_odd_tables_are_described_without_a_made_up_number(
    tmp_path: Path, table_corpus: MakeTable, rows: list[dict[str, Any]]
) -> None:
    report = examine(table_corpus(tmp_path / "c", rows))
    assert all(s.value == 1 or s.value == 0 for s in report.scores if isinstance(s, Score))
    assert isinstance(report.exhibits[0], Table)


def test_a_table_is_read_once_and_long_values_stay_apart(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", [{"a": "x" * 2_000 + end} for end in "pq"])
    first = read_columns(corpus)
    assert read_columns(corpus, ["a"])["a"] is first["a"] and len(first["a"].values) == 2


def test_texts_are_not_measured(make_corpus: Callable[..., Corpus]) -> None:
    (score,) = examine(make_corpus(["a text"])).scores
    assert isinstance(score, NotMeasured) and "not rows of a table" in score.reason


@pytest.mark.parametrize("options", [{"columns": 0}, {"charts": -1}, {"outlier_share": 0.0}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="must be"):
        build_audits([("table-schema", options)])
