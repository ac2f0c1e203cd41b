import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.stats import chi2_contingency, ks_2samp

from headwater.core import SILENT, Corpus, HeadwaterError, NotMeasured, Score, StageReport, Table
from headwater.curate import build_audits
from headwater.curate.tabular import DriftAudit
from headwater.curate.tabular.drift_measures import (
    chi_squared_p,
    jensen_shannon,
    largest_gap,
    stability_index,
    total_variation,
)

MakeTable = Callable[..., Corpus]
COUNTS = st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=2, max_size=8)


def table(rows: int = 600, seed: int = 1, shift: float = 0.0) -> list[dict[str, Any]]:
    rng = random.Random(seed)
    return [
        {"x": round(rng.gauss(shift, 1), 2), "c": rng.choice("abc" if shift == 0 else "abbbd"), "n": rng.randrange(9)}
        for _ in range(rows)
    ]


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return DriftAudit(**options).examine(corpus, 0, SILENT)


def distances(report: StageReport) -> dict[str, Score]:
    return {s.slice["column"]: s for s in report.scores if isinstance(s, Score) and s.metric == "drift-distance"}


@given(COUNTS)
def test_divergence_and_chi_squared_are_those_of_scipy(counts: list[tuple[int, int]]) -> None:
    p, q = (np.array(one) for one in zip(*counts, strict=True))
    assert jensen_shannon(p, q) == pytest.approx(float(jensenshannon(p, q, base=2)) ** 2, abs=1e-9)
    assert chi_squared_p(p, q) == pytest.approx(chi2_contingency([p, q], correction=False).pvalue, abs=1e-9)
    assert 0 <= total_variation(p / p.sum(), q / q.sum()) <= 1
    assert stability_index(p, q) == pytest.approx(stability_index(q, p)) and stability_index(p, 3 * p) < 0.1


def test_closed_forms() -> None:
    p, q = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    assert total_variation(p, q) == largest_gap(p, q) == 1.0
    assert jensen_shannon(np.array([5, 0]), np.array([0, 5])) == 1.0
    half = stability_index(np.array([99_999, 99_999]), np.array([149_999, 49_999]))
    assert half == pytest.approx(0.25 * np.log(1.5) - 0.25 * np.log(0.5), rel=1e-3)


def test_two_draws_of_one_table_do_not_drift(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = [{**row, "split": "train" if n < 600 else "test"} for n, row in enumerate([*table(), *table(seed=2)])]
    report = examine(table_corpus(tmp_path / "c", rows))
    assert report.findings == () and set(distances(report)) == {"x", "c", "n"}


def test_a_shift_is_found_in_the_columns_that_moved(tmp_path: Path, table_corpus: MakeTable) -> None:
    a, b = table(), table(seed=2, shift=1.5)
    rows = [{**row, "split": "train" if n < 600 else "test"} for n, row in enumerate([*a, *b])]
    report = examine(table_corpus(tmp_path / "c", rows))
    (finding,) = report.findings
    assert finding.code == "HW-A114" and finding.title.startswith("x, c have") and " n " not in finding.title
    x = distances(report)["x"]
    exact = ks_2samp([row["x"] for row in a], [row["x"] for row in b]).statistic
    assert x.value == pytest.approx(exact, abs=0.01) and x.low is not None and x.low < x.value < (x.high or 0)
    shares = [[sum(row["c"] == v for row in part) / 600 for v in "abcd"] for part in (a, b)]
    assert distances(report)["c"].value == pytest.approx(sum(abs(p - q) for p, q in zip(*shares, strict=True)) / 2)


def test_a_reference_file_tells_columns_and_rows_that_came_and_went(tmp_path: Path, table_corpus: MakeTable) -> None:
    old = table()
    (tmp_path / "old.jsonl").write_text("".join(json.dumps({**row, "gone": 1}) + "\n" for row in old))
    new = [*old[:500], *table(40, seed=9)]
    corpus = table_corpus(tmp_path / "c", [{**row, "fresh": "y"} for row in new])
    report = examine(corpus, reference_path=str(tmp_path / "old.jsonl"))
    (sums,) = [e for e in report.exhibits if isinstance(e, Table) and e.name.startswith("drift-rows")]
    found = {str(name): value for name, value in sums.rows}
    assert found["rows only in this table"] == 40 and found["rows only in the reference"] == 100
    assert found["columns only in this table"] == "fresh" and found["columns only in the reference"] == "gone"
    assert [f.code for f in report.findings] == ["HW-A115"]


def test_a_corpus_is_its_own_reference(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", table())
    report = examine(corpus, reference_path=str(tmp_path / "c"))
    assert {s.value for s in distances(report).values()} == {0.0} and report.findings == ()


def test_copies_are_counted_when_rows_are_matched(tmp_path: Path, table_corpus: MakeTable) -> None:
    table_corpus(tmp_path / "a", [{"x": 1}] * 3 + [{"x": 2}])
    report = examine(table_corpus(tmp_path / "b", [{"x": 1}] * 5), reference_path=str(tmp_path / "a"))
    (sums,) = [e for e in report.exhibits if isinstance(e, Table)]
    assert dict(sums.rows)["rows only in this table"] == 2 and dict(sums.rows)["rows only in the reference"] == 1
    assert any("fewer than 30 rows" in s.reason for s in report.scores if isinstance(s, NotMeasured))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "nothing to compare with"),
        ({"split": "z"}, "no row has a value in a column 'z'"),
        ({"split": "x"}, "2 to 10 values"),
        ({"split": "c", "base": "q"}, "no row has 'q'"),
    ],
)
def test_what_cannot_be_compared_says_why(
    tmp_path: Path, table_corpus: MakeTable, options: dict[str, Any], message: str
) -> None:
    (gap,) = examine(table_corpus(tmp_path / "c", table()), **options).scores
    assert isinstance(gap, NotMeasured) and message in gap.reason


def test_a_reference_that_is_no_table_is_refused(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", table(40))
    (tmp_path / "a.txt").write_text("hello")
    for path, message in (("a.txt", "no rows with columns"), ("absent.csv", "no such file")):
        with pytest.raises(HeadwaterError, match=message):
            examine(corpus, reference_path=str(tmp_path / path))


@pytest.mark.parametrize("options", [{"effect": 0.0}, {"rate": 1.0}, {"reference_path": "a", "split": "b"}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(Exception, match="must lie|not both"):
        build_audits([("drift", options)])
