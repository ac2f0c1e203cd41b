"""Rows as items: they give their score again, and two models of tables are told apart by them."""

from pathlib import Path

import numpy as np
import pytest
from made_tables import people, scores_of, subject_of

from headwater.core import Score, StageReport
from headwater.evaluate import (
    Outcome,
    compare,
    evaluate_items,
    measure_marginal_fidelity,
    measure_pairwise_fidelity,
    measure_train_on_synthetic,
    measure_two_sample_test,
    write_items,
)
from headwater.evaluate.statistics import auc
from headwater.evaluate.tables.table_items import area_items

METRICS = {
    "marginal-fidelity": lambda subject: measure_marginal_fidelity(subject, ["sex"]),
    "pairwise-fidelity": measure_pairwise_fidelity,
    "two-sample-test": measure_two_sample_test,
    "train-on-synthetic": lambda subject: measure_train_on_synthetic(subject, "rich", ["sex"]),
}


@pytest.mark.parametrize("name", METRICS)
def test_items_give_the_value_of_their_score(tmp_path: Path, name: str) -> None:
    outcome: Outcome = METRICS[name](subject_of(tmp_path, people(300, 1), people(200, 2, 3.0)))
    scores = {(s.metric, s.method, tuple(s.slice.items())): s for s in outcome.scores if isinstance(s, Score)}
    assert outcome.items
    for one in outcome.items:
        assert one.value == pytest.approx(scores[one.metric, one.method, tuple(one.slice.items())].value, abs=1e-12)


def test_groups_and_columns_have_items_too(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, people(300, 1), people(200, 2, 3.0))
    slices = {tuple(one.slice.items()) for one in METRICS["marginal-fidelity"](subject).items}
    assert {(), (("column", "income"),), (("group", "sex"), ("value", "f"))} <= slices
    slices = {tuple(one.slice.items()) for one in METRICS["train-on-synthetic"](subject).items}
    assert {(), (("group", "sex"), ("value", "m")), (("difference", "synthetic minus real"),)} <= slices


def test_the_items_of_an_area_have_its_variance() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(0.7, 1, 80), rng.normal(0, 1, 120)
    score = Score("m", auc(x, y).value, 80, "area", "m/1 x")
    items = area_items(score, x, y, [f"p{k}" for k in range(80)], [f"n{k}" for k in range(120)])
    parts = [items.numerators[items.denominators * sign > 0] for sign in (1, -1)]
    assert sum(part.var(ddof=1) / len(part) for part in parts) ** 0.5 == pytest.approx(auc(x, y).se)


def test_the_better_of_two_models_is_told_by_rows(tmp_path: Path) -> None:
    real = people(600, 1)
    for name, seed, shift in (("a", 2, 0.0), ("b", 3, 12.0), ("c", 4, 0.0)):
        subject = subject_of(tmp_path / name, real, people(400, seed, shift))
        report, items = evaluate_items(subject, ["marginal-fidelity", "pairwise-fidelity", "two-sample-test"])
        report.save(tmp_path / name / "evaluation.json")
        write_items(tmp_path / name, items)
    verdicts = {
        other: {
            " ".join((one.metric, *one.slice.values())): one.verdict
            for one in compare(tmp_path / "a", tmp_path / other)
        }
        for other in "bc"
    }
    for name in ("marginal-fidelity", "marginal-fidelity income", "pairwise-fidelity", "two-sample-test"):
        assert verdicts["b"][name] == "A better"
    assert not {"A better", "B better"} & set(verdicts["c"].values())
    assert scores_of(METRICS["two-sample-test"](subject))[""].value < 0.6


def test_rows_of_a_group_of_two_models_stand_beside_each_other(tmp_path: Path) -> None:
    real = people(400, 1)
    for name, seed in (("a", 2), ("b", 3)):
        outcome = METRICS["marginal-fidelity"](subject_of(tmp_path / name, real, people(300, seed)))
        StageReport("evaluate", "t", scores=outcome.scores).save(tmp_path / name / "evaluation.json")
        write_items(tmp_path / name, outcome.items)
    found = {" ".join(one.slice.values()): one for one in compare(tmp_path / "a", tmp_path / "b")}
    for group in "fm":
        rows = sum(row["sex"] == group for row in real)
        assert found[f"sex {group}"].items > rows + 100
        assert 0 in (found[f"sex {group}"].only_a, found[f"sex {group}"].only_b)
