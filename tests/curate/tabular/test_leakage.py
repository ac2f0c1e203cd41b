import random
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.core import SILENT, Corpus, NotMeasured, Score, StageReport, Table
from headwater.curate import build_audits
from headwater.curate.fairness.row_columns import Column
from headwater.curate.tabular import Leakage
from headwater.curate.tabular.column_types import typed
from headwater.curate.tabular.label_strength import folds_of, same_twice, strength

MakeTable = Callable[..., Corpus]


def table(rows: int = 400) -> list[dict[str, Any]]:
    rng = random.Random(8)
    return [
        {
            "a": rng.randrange(40), "b": rng.choice("pqrst"), "c": rng.randrange(30), "d": rng.randrange(20),
            "label": rng.choice(["yes", "no"]), "split": "train" if n < 300 else "test",
        }
        for n in range(rows)
    ]  # fmt: skip


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return Leakage(**options).examine(corpus, 0, SILENT)


def column(name: str, values: list[str]) -> Column:
    names = sorted(set(values))
    return Column(name, np.array([names.index(value) for value in values], np.int32), tuple(names))


def shares(report: StageReport, metric: str = "cross-split-row-share") -> dict[tuple[str, ...], float]:
    return {
        tuple(s.slice.get(key, "") for key in ("split", "other", "rows")): s.value
        for s in report.scores
        if s.metric == metric and isinstance(s, Score)
    }


def test_a_table_without_leaks_has_no_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    assert examine(table_corpus(tmp_path / "c", table())).findings == ()


def test_a_copy_of_the_label_is_found_and_a_row_number_is_not(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "later": {"yes": "paid", "no": "open"}[row["label"]], "n": n} for n, row in enumerate(table())]
    report = examine(table_corpus(tmp_path / "c", rows))
    (finding,) = report.findings
    assert finding.code == "HW-A109" and finding.title.startswith("later alone") and len(finding.document_ids) == 20
    by_column = {
        s.slice["column"]: s.value for s in report.scores if isinstance(s, Score) and s.metric == "label-strength"
    }
    assert by_column["later"] == 1.0 and by_column["n"] < 0.2


def test_a_value_that_is_there_only_after_the_outcome_is_told_as_such(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "date": "2020-01-01" if row["label"] == "yes" else None} for row in table()]
    (finding,) = examine(table_corpus(tmp_path / "c", rows)).findings
    assert "whether there is a value tells it" in finding.meaning


def test_two_encodings_of_one_thing_are_no_leak(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "number": "pqrst".index(row["b"])} for row in table()]
    report = examine(table_corpus(tmp_path / "c", rows))
    (pairs,) = [e for e in report.exhibits if isinstance(e, Table) and e.name == "same-columns"]
    assert pairs.rows == (("b", "number", 5),) and report.findings == ()


def test_columns_that_only_nearly_say_the_same_are_not_paired() -> None:
    a, b, c = (
        [str(f(n)) for n in range(60)] for f in (lambda n: n % 3, lambda n: 7 - n % 3, lambda n: n % 3 if n else 2)
    )
    columns = [typed(column(name, values)) for name, values in (("a", a), ("b", b), ("c", c))]
    assert same_twice(columns) == [("a", "b", 3)]


def test_rows_in_two_splits_equal_a_search_pair_by_pair(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = table()
    rows += [{**rows[n], "split": "test"} for n in range(4)]
    rows += [{**rows[n], "split": "test", "label": "maybe"} for n in range(4, 6)]
    rows += [{**rows[n], "split": "test", "a": 99} for n in range(6, 9)]
    report = examine(table_corpus(tmp_path / "c", rows))
    train, test = ([row for row in rows if row["split"] == name] for name in ("train", "test"))
    features, what = "abcd", "equal but for one cell"
    near = {
        (i, j): sum(x[f] != y[f] for f in features) for (i, x), (j, y) in product(enumerate(test), enumerate(train))
    }
    close = {pair for pair, d in near.items() if d < 2}
    assert shares(report) == {
        ("test", "train", "equal, label and all"): pytest.approx(4 / len(test)),
        ("train", "test", "equal, label and all"): pytest.approx(4 / len(train)),
        ("test", "train", "equal but for the label"): pytest.approx(6 / len(test)),
        ("train", "test", "equal but for the label"): pytest.approx(6 / len(train)),
        ("test", "train", what): pytest.approx(len({i for i, _ in close}) / len(test)),
        ("train", "test", what): pytest.approx(len({j for _, j in close}) / len(train)),
    }  # fmt: skip
    (table_,) = [e for e in report.exhibits if isinstance(e, Table) and e.name == "cross-split-rows"]
    assert table_.rows[-1][8] == len(close)
    (finding,) = [f for f in report.findings if f.code == "HW-A110"]
    assert {"row-000000", "row-000400"} <= set(finding.document_ids)


def test_units_in_two_splits_are_found(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "patient_id": f"P{n % 350}"} for n, row in enumerate(table())]
    report = examine(table_corpus(tmp_path / "c", rows))
    assert shares(report, "shared-unit-share")[("test", "train", "")] == pytest.approx(0.5)  # 50 of 100 test patients
    assert [f.code for f in report.findings] == ["HW-A111"]


def test_strength_is_that_of_the_commonest_label_in_the_other_folds() -> None:
    rng = np.random.default_rng(0)
    values, label = rng.integers(0, 4, 300), rng.integers(0, 3, 300)
    folds = folds_of(300, 1)
    guess = []
    for row in range(300):
        others = folds != folds[row]
        sizes = np.array([(label[others] == k).sum() for k in range(3)])
        same = others & (values == values[row])
        guess.append(int(np.argmax([(label[same] == k).sum() / sizes[k] for k in range(3)])))
    recall = np.mean([np.mean(np.array(guess)[label == k] == k) for k in range(3)])
    assert strength(values, label, folds).value == pytest.approx((recall - 1 / 3) / (2 / 3))


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([{"a": 1}] * 40, {}, "no label is named"),
        ([{"a": 1}] * 40, {}, "no column of splits is named"),
        ([{"a": 1, "y": "x"}] * 40, {"label": "y"}, "one value in every row"),
        ([{"a": 1, "y": n} for n in range(90)], {"label": "y"}, "90 values, more than 50"),
        ([{"a": 1, "y": n % 9} for n in range(40)], {"label": "y"}, "fewer than two values of the label"),
        ([{"a": 1}] * 40, {"label": "z", "split": "z"}, "no row has a value in a column 'z'"),
        ([{"a": n, "s": n} for n in range(40)], {"split": "s"}, "2 to 10 values, and 's' has 40"),
        ([{"split": n % 2, "label": n % 2} for n in range(40)], {}, "no column to compare"),
    ],
)
def test_what_cannot_be_measured_says_why(
    tmp_path: Path, table_corpus: MakeTable, rows: list[dict[str, Any]], options: dict[str, Any], message: str
) -> None:
    report = examine(table_corpus(tmp_path / "c", rows), **options)
    assert any(message in s.reason for s in report.scores if isinstance(s, NotMeasured)) and report.findings == ()


@pytest.mark.parametrize("options", [{"near": 3}, {"effect": 0.0}, {"rows": 5}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="must be"):
        build_audits([("leakage", options)])
