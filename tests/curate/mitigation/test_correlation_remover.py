"""The filter ``correlation-remover``."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.core import SILENT, ConfigError, Corpus, UsageError
from headwater.curate import Judgement, build_steps, correlation_remover, curate, read_source

Make = Callable[..., Corpus]
DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[3].parent / "shared" / "data"))


def rows_of(number: int = 200) -> list[dict[str, Any]]:
    rng = np.random.default_rng(0)
    groups = rng.choice(["a", "b", "c"], number)
    pay = rng.normal(0, 1, number) + 2 * (groups == "b")
    return [
        {"g": str(g), "pay": float(p), "age": n % 60, "word": "x"}
        for n, (g, p) in enumerate(zip(groups, pay, strict=True))
    ]


def judge(corpus: Corpus, **options: Any) -> tuple[Any, Judgement, pd.DataFrame]:
    step = correlation_remover(**{"sensitive": ["g"]} | options)
    judgement = step.judge_corpus(corpus, SILENT)
    return step, judgement, pd.DataFrame([json.loads(value) for value in judgement.edits.values()])


def test_the_new_values_are_those_of_fairlearn_and_of_least_squares(table_corpus: Make, tmp_path: Path) -> None:
    from fairlearn.preprocessing import CorrelationRemover

    rows = rows_of()
    _, _, frame = judge(table_corpus(tmp_path / "c", rows), alpha=0.7)
    old = pd.DataFrame(rows)
    groups = pd.get_dummies(old.g, drop_first=True).astype(float)
    remover = CorrelationRemover(sensitive_feature_ids=["b", "c"], alpha=0.7)
    wanted = remover.fit_transform(pd.concat([groups, old[["pay", "age"]]], axis=1))
    assert np.allclose(frame[["pay", "age"]], wanted, rtol=1e-9, atol=1e-9)
    centred = (groups - groups.mean()).to_numpy()
    values = old[["pay", "age"]].to_numpy(float)
    by_hand = values - 0.7 * centred @ np.linalg.lstsq(centred, values, rcond=None)[0]
    assert np.allclose(frame[["pay", "age"]], by_hand, rtol=1e-9, atol=1e-9)
    assert frame[["g", "word"]].equals(old[["g", "word"]])


def test_no_linear_correlation_is_left(table_corpus: Make, tmp_path: Path) -> None:
    step, judgement, frame = judge(table_corpus(tmp_path / "c", rows_of()))
    for value in ("b", "c"):
        assert abs(np.corrcoef(frame.pay, frame.g == value)[0, 1]) < 1e-9
    table, left = step.exhibits(judgement.tallies, 200)
    assert [row[-1] for row in table.rows] == [0.0] * 4
    old = pd.DataFrame(rows_of())
    found = {row[:2]: row[2] for row in table.rows}
    assert found["1. pay", "g: b"] == pytest.approx(np.corrcoef(old.pay, old.g == "b")[0, 1], abs=1e-6)
    shares = dict(row for row in left.rows)
    assert shares["1. pay"] == pytest.approx(frame.pay.var() / old.pay.var(), abs=1e-5)


def test_rows_without_a_number_or_a_group_stay_and_are_counted(table_corpus: Make, tmp_path: Path) -> None:
    rows = [*rows_of(), {"g": "a", "pay": None, "age": 3}, {"pay": 1.0, "age": 3}, {"g": "b", "pay": "?", "age": 1}]
    _, judgement, _ = judge(table_corpus(tmp_path / "c", rows))
    assert (judgement.tallies["left"], len(judgement.edits)) == (3, 200)


def test_a_column_that_is_the_group_has_nothing_left(table_corpus: Make, tmp_path: Path) -> None:
    rows = [{"g": "ab"[n % 2], "copy": float(n % 2), "age": n} for n in range(40)]
    step, judgement, _ = judge(table_corpus(tmp_path / "c", rows))
    (finding,) = step.findings(judgement.tallies, 40)
    assert (finding.code, "1. copy" in finding.meaning) == ("HW-C083", True)


def test_one_group_only_changes_nothing_and_says_so(table_corpus: Make, tmp_path: Path) -> None:
    step, judgement, _ = judge(table_corpus(tmp_path / "c", [{"g": "a", "pay": float(n)} for n in range(9)]))
    assert judgement.edits == {}
    (finding,) = step.findings(judgement.tallies, 9)
    assert (finding.code, "one group only" in finding.meaning) == ("HW-C082", True)


@pytest.mark.parametrize(
    ("rows", "options", "message"),
    [
        ([{"g": "a", "pay": "much"}], {"columns": ["pay"]}, "holds 'much', which is no number"),
        ([{"g": "a", "pay": 1.0}], {"columns": ["pya"]}, "no row has a column 'pya'; did you mean .pay"),
        ([{"g": "a", "pay": 1.0}], {"sensitive": ["<script>"]}, "no row has a column '<script>'"),
        ([{"g": "a", "word": "x"}], {}, "no other column holds numbers"),
        ([{"g": str(n), "pay": 1.0} for n in range(99)], {}, "has 99 values"),
    ],
)
def test_bad_columns_are_one_sentence(
    table_corpus: Make, tmp_path: Path, rows: list[dict[str, Any]], options: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        judge(table_corpus(tmp_path / "c", rows), **options)


def test_texts_and_wrong_options_are_refused(make_corpus: Make) -> None:
    with pytest.raises(UsageError, match="works on the columns of tables"):
        correlation_remover(["g"]).judge_corpus(make_corpus(["a"]), SILENT)
    for options, message in (
        ({"sensitive": []}, "at least one column"),
        ({"sensitive": ["a"], "columns": ["a"]}, "cannot be sensitive and be rewritten"),
        ({"sensitive": ["a"], "alpha": 2.0}, "alpha must lie between 0 and 1"),
    ):
        with pytest.raises(ConfigError, match=message):
            build_steps([("correlation-remover", options)])


@pytest.mark.skipif(not (DATA / "adult").is_dir(), reason="HEADWATER_DATA has no adult")
def test_adult_loses_its_correlation_with_sex(tmp_path: Path) -> None:
    columns = [
        "age",
        "workclass",
        "fnlwgt",
        "education",
        "education-num",
        "marital-status",
        "occupation",
        "relationship",
        "race",
        "sex",
        "capital-gain",
        "capital-loss",
        "hours-per-week",
        "native-country",
        "income",
    ]
    path = DATA / "adult" / "adult-train.csv"
    source = read_source("csv", path=str(path), columns=columns, modality="table")
    report = curate(source, build_steps([("correlation-remover", {"sensitive": ["sex"]})]), tmp_path)
    old = pd.read_csv(path, names=columns, skipinitialspace=True)
    table = next(one for one in report.exhibits if one.name == "correlation-remover")
    found = {row[0].split(". ")[1]: (row[2], row[-1]) for row in table.rows}
    assert set(found) == {"age", "fnlwgt", "education-num", "capital-gain", "capital-loss", "hours-per-week"}
    for name, (before, after) in found.items():
        assert before == pytest.approx(np.corrcoef(old[name], old.sex == "Male")[0, 1], abs=1e-6)
        assert after == 0
    texts = [json.loads(text) for b in Corpus(tmp_path / "corpus").batches() for text in b.column("table").to_pylist()]
    hours = np.array([row["hours-per-week"] for row in texts])
    x = (old.sex == "Male").to_numpy(float)
    slope = np.cov(x, old["hours-per-week"])[0, 1] / x.var(ddof=1)
    assert np.allclose(hours, old["hours-per-week"] - slope * (x - x.mean()), rtol=1e-9)
