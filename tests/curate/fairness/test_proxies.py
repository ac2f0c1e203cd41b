from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
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
from headwater.curate.fairness import Proxies

MakeTable = Callable[..., Corpus]

RNG = np.random.default_rng(0)


def people(proxy: float, rows: int = 1_200) -> list[dict[str, Any]]:
    """Rows whose column ``job`` names the sex in a share ``proxy`` of them."""
    sex = RNG.integers(0, 2, rows)
    job = np.where(RNG.random(rows) < proxy, sex, RNG.integers(0, 2, rows))
    return [
        {"sex": "fm"[s], "job": "ab"[j], "age": int(a)}
        for s, j, a in zip(sex, job, RNG.integers(18, 80, rows), strict=True)
    ]


def examine(corpus: Corpus, **options: Any) -> StageReport:
    return Proxies(**{"groups": ["sex"], **options}).examine(corpus, 0, SILENT)


def scores(report: StageReport, metric: str) -> list[Score]:
    return [one for one in report.scores if isinstance(one, Score) and one.metric == metric]


def test_a_planted_proxy_is_found_and_leads_the_list(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", people(0.8)))
    (accuracy,) = scores(report, "proxy-accuracy")
    assert accuracy.low is not None and accuracy.low > 0.7 and abs(accuracy.value - 0.8) < 0.08
    assert [one.slice["column"] for one in scores(report, "proxy-nmi")] == ["job", "age"]
    (finding,) = report.findings
    assert finding.code == "HW-A083" and len(finding.document_ids) == 20 and finding.examples


def test_the_rows_listed_are_told_rightly(tmp_path: Path, table_corpus: MakeTable) -> None:
    rows = people(0.8)
    (finding,) = examine(table_corpus(tmp_path / "c", rows)).findings
    found = [rows[int(id.removeprefix("row-"))] for id in finding.document_ids]
    assert all((row["sex"] == "f") == (row["job"] == "a") for row in found)


def test_columns_that_tell_nothing_are_no_finding(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", people(0.0)))
    (accuracy,) = scores(report, "proxy-accuracy")
    assert report.findings == () and abs(accuracy.value) < 0.12


def test_the_same_seed_gives_the_same_report(tmp_path: Path, table_corpus: MakeTable) -> None:
    corpus = table_corpus(tmp_path / "c", people(0.5))
    assert examine(corpus, rows=500) == examine(corpus, rows=500)
    assert scores(examine(corpus, rows=500), "proxy-accuracy")[0].n == 500


def test_a_column_that_is_ignored_is_not_tried(tmp_path: Path, table_corpus: MakeTable) -> None:
    report = examine(table_corpus(tmp_path / "c", people(1.0)), ignore=["job"])
    assert [one.slice["column"] for one in scores(report, "proxy-nmi")] == ["age"] and report.findings == ()


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        ({"sex": "f"}, {}, "fewer than two groups have 30 drawn rows"),
        ({}, {"groups": ["absent"]}, "no row has a value in a column 'absent'"),
        ({}, {"groups": []}, "no column of groups is named"),
        ({}, {"groups": ["age"]}, "values, more than maximum_groups"),
        ({}, {"ignore": ["job", "age"]}, "there is no other column"),
    ],
)
def test_what_cannot_be_told_is_not_measured(
    tmp_path: Path, change: dict[str, Any], options: dict[str, Any], message: str, table_corpus: MakeTable
) -> None:
    report = examine(table_corpus(tmp_path / "c", [{**row, **change} for row in people(0.5)]), **options)
    (gap,) = report.scores
    assert isinstance(gap, NotMeasured) and message in gap.reason


@pytest.mark.parametrize("options", [{"rows": 5}, {"minimum": 1}, {"effect": 0.0}, {"maximum_groups": 1}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="must be"):
        build_audits([("proxies", options)])
