import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport
from headwater.curate import build_audits
from headwater.curate.tabular import DuplicateRows

MakeTable = Callable[..., Corpus]


def table(rows: int = 300, columns: int = 8, values: int = 6) -> list[dict[str, Any]]:
    rng = random.Random(5)
    return [{f"c{n}": f"v{rng.randrange(values)}" for n in range(columns)} for _ in range(rows)]


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return DuplicateRows(**options).examine(corpus, 0, SILENT)


def value(report: StageReport, metric: str) -> float:
    (score,) = [s for s in report.scores if s.metric == metric]
    assert isinstance(score, Score)
    return score.value


def places(report: StageReport, code: str) -> set[int]:
    (finding,) = [finding for finding in report.findings if finding.code == code]
    return {int(id.removeprefix("row-")) for id in finding.document_ids}


def test_planted_copies_are_found_with_their_rows(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = table(values=20)
    rows += [dict(rows[3]), dict(rows[3]), dict(rows[7])]
    report = examine(table_corpus(tmp_path / "c", rows))
    assert value(report, "duplicate-row-share") == pytest.approx(5 / 303)
    assert places(report, "HW-A106") == {3, 7, 300, 301, 302}


def test_planted_near_copies_are_found_with_their_rows(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = table(values=20)
    rows += [{**rows[n], "c2": "other"} for n in range(5)]
    report = examine(table_corpus(tmp_path / "c", rows))
    assert places(report, "HW-A107") == {0, 1, 2, 3, 4, 300, 301, 302, 303, 304}


def test_a_table_of_three_binary_columns_does_not_cry(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", table(columns=3, values=2)))
    assert value(report, "duplicate-row-share") == 1.0 and report.findings == ()


def test_columns_that_number_rows_hide_no_copy(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = table()
    rows = [{"id": n, **row} for n, row in enumerate([*rows, *rows[:20]])]
    report = examine(table_corpus(tmp_path / "c", rows))
    assert [f.code for f in report.findings if "without columns that number rows" in f.title][:1] == ["HW-A106"]


def test_labels_that_contradict_give_the_floor_of_the_error(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "y": "a"} for row in table(values=30)]
    rows += [{**rows[0], "y": "b"}, {**rows[0], "y": "b"}, {**rows[1], "y": "b"}]
    report = examine(table_corpus(tmp_path / "c", rows), label="y")
    assert value(report, "conflicting-label-share") == pytest.approx(5 / 303)
    assert value(report, "label-error-floor") == pytest.approx(2 / 303)  # one "a" of three rows, one of two
    assert places(report, "HW-A108") == {0, 1, 300, 301, 302}


def test_only_the_columns_named_are_compared(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", [{"a": n % 2, "b": n} for n in range(10)]), columns=["a"])
    assert value(report, "duplicate-row-share") == 1.0


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([{"a": 1}], {"columns": ["b"]}, "no row has a value in a column 'b'"),
        ([{"a": 1}], {"label": "y"}, "no row has a value in a column 'y'"),
        ([{"a": None}] * 3, {}, "no column is left to compare"),
        ([{"label": "x"}] * 3, {}, "no other column"),
    ],
)
def test_what_cannot_be_compared_is_not_measured(
    tmp_path: Path, table_corpus: MakeTable, rows: list[dict[str, Any]], options: dict[str, Any], message: str
) -> None:
    report = examine(table_corpus(tmp_path / "c", rows), **options)
    assert any(message in one.reason for one in report.scores if isinstance(one, NotMeasured))


def test_one_row_has_no_copy(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", [{"a": 1, "b": 2}]))
    assert value(report, "duplicate-row-share") == 0 and report.findings == ()


def test_texts_are_not_measured(make_corpus: Callable[..., Corpus]) -> None:
    (score,) = examine(make_corpus(["a text"])).scores
    assert isinstance(score, NotMeasured) and "exact-duplicates" in score.reason


@pytest.mark.parametrize("near", [-1, 3])
def test_wrong_options_are_refused(near: int) -> None:
    with pytest.raises(Exception, match="must be 0, 1 or 2"):
        build_audits([("duplicate-rows", {"near": near})])
