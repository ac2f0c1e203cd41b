"""Fidelity of columns: identities, order and number of rows, groups, findings, bad tables."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_tables import people, scores_of, subject_of, values

from headwater.core import Chart, IncompleteError, NotMeasured, Score
from headwater.evaluate import Subject, measure_marginal_fidelity


def test_the_same_rows_in_another_order_have_fidelity_one_and_no_finding(tmp_path: Path) -> None:
    rows = people(400, 1)
    outcome = measure_marginal_fidelity(subject_of(tmp_path, rows, rows[::-1]))
    assert {one.value for name, one in scores_of(outcome).items() if "real against" not in name} == {1.0}
    assert outcome.findings == ()


def test_rows_of_the_same_kind_reach_what_real_rows_reach(tmp_path: Path) -> None:
    found = scores_of(measure_marginal_fidelity(subject_of(tmp_path, people(900, 1), people(300, 2))))
    assert found[""].value == pytest.approx(found["real against real"].value, abs=0.02)
    assert found[""].low < found[""].value < found[""].high


def test_the_null_of_few_synthetic_rows_has_as_few(tmp_path: Path) -> None:
    few = scores_of(measure_marginal_fidelity(subject_of(tmp_path / "a", people(2_000, 1), people(40, 2))))
    many = scores_of(measure_marginal_fidelity(subject_of(tmp_path / "b", people(2_000, 1), people(2_000, 2))))
    assert few["real against real"].value < many["real against real"].value - 0.05


def test_order_of_rows_changes_no_score(tmp_path: Path) -> None:
    """SDMetrics subsamples, so that two calls differ and rare rows vanish."""
    real, made = people(300, 1), people(200, 2, shift=4)
    rng = np.random.default_rng(0)
    mixed = [[rows[k] for k in rng.permutation(len(rows))] for rows in (real, made)]
    one = measure_marginal_fidelity(subject_of(tmp_path / "a", real, made), groups=["sex"])
    two = measure_marginal_fidelity(subject_of(tmp_path / "b", *mixed), groups=["sex"])
    assert values(one) == values(two)


def test_no_row_of_a_large_reference_is_left_out(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"x": "common"}] * 60_000 + [{"x": "rare"}]
    found = scores_of(measure_marginal_fidelity(subject_of(tmp_path, rows, [{"x": "rare"}] * 10)))
    assert found["x"].value == pytest.approx(1 / 60_001)


def test_a_moved_column_is_found_with_rows_that_carry_it(tmp_path: Path) -> None:
    outcome = measure_marginal_fidelity(subject_of(tmp_path, people(600, 1), people(600, 2, shift=15)))
    (finding,) = outcome.findings
    assert finding.code == "HW-Q060"
    assert "'income' most" in finding.title
    assert finding.examples and finding.document_ids
    assert {one.slice["column"] for one in finding.scores} >= {"income"}


def test_a_group_that_is_served_worse_is_found(tmp_path: Path) -> None:
    real, made = people(1_500, 1), people(1_500, 2)
    for row in made:
        if row["sex"] == "f":
            row |= {"city": "A", "age": 30, "income": 20.0}
    outcome = measure_marginal_fidelity(subject_of(tmp_path, real, made, groups=["sex"]))
    found = scores_of(outcome)
    assert found["sex f"].high < found["sex m"].low
    worse = next(one for one in outcome.findings if one.code == "HW-Q061")
    assert "'f'" in worse.title


def test_a_group_of_one_row_is_not_measured(tmp_path: Path) -> None:
    real = [*people(200, 1), {**people(1, 3)[0], "sex": "x"}]
    outcome = measure_marginal_fidelity(subject_of(tmp_path, real, people(200, 2)), groups=["sex", "nothing"])
    reasons = {" ".join(one.slice.values()): one.reason for one in outcome.scores if isinstance(one, NotMeasured)}
    assert reasons["sex x"] == "1 real and 0 synthetic rows, 50 are needed (option minimum)"
    assert "no such column" in reasons["nothing"]


def test_constant_empty_and_new_values_have_their_fidelity(tmp_path: Path) -> None:
    real = [{"same": "a", "never": None, "new": "x", "gone": "x"}] * 50
    made = [{"same": "a", "never": None, "new": "<script>" if k % 2 else "x", "gone": None} for k in range(50)]
    found = scores_of(measure_marginal_fidelity(subject_of(tmp_path, real, made)))
    assert [found[name].value for name in ("same", "never", "new", "gone")] == [1.0, 1.0, 0.5, 0.0]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_a_handful_of_rows_gives_numbers_or_reasons(n: int, tmp_path: Path) -> None:
    outcome = measure_marginal_fidelity(subject_of(tmp_path, people(n, 1), people(n, 2)))
    assert outcome.scores
    assert all(0 <= one.value <= 1 for one in outcome.scores if isinstance(one, Score))


def test_twenty_thousand_columns_are_read_as_far_as_the_cap_and_the_rest_is_counted(tmp_path: Path) -> None:
    row = {f"c{k}": k % 7 for k in range(20_000)}
    outcome = measure_marginal_fidelity(subject_of(tmp_path, [row] * 4, [row] * 4))
    (beyond,) = [one for one in outcome.scores if isinstance(one, NotMeasured) and "beyond" in one.reason]
    assert beyond.reason == "19,000 columns beyond the first 1,000 are not read"


def test_without_synthetic_rows_nothing_is_measured(tmp_path: Path) -> None:
    subject = subject_of(tmp_path, people(5, 1), people(5, 1))
    with pytest.raises(IncompleteError, match="no synthetic rows"):
        measure_marginal_fidelity(Subject(tmp_path, subject.corpus))


def test_bars_hold_each_row_once_and_common_numbers_stand_alone(tmp_path: Path) -> None:
    real = [{"gain": 0 if k % 10 else 100 + k, "age": k % 60} for k in range(600)]
    outcome = measure_marginal_fidelity(subject_of(tmp_path, real, real[:300]))
    charts = {one.name: one for one in outcome.exhibits if isinstance(one, Chart)}
    for name in ("marginal-gain", "marginal-age"):
        for series in charts[name].series:
            assert sum(series.y) == pytest.approx(1)
    gain = charts["marginal-gain"].series[0]
    assert (gain.x[0], gain.y[0]) == ("0", pytest.approx(0.9))
    assert len(gain.x) > 4


def with_gaps(share: float) -> list[dict]:
    return [{"income": None if k < 200 * share else k % 50, "sex": "fm"[k % 2]} for k in range(200)]


def test_numbers_that_go_missing_are_a_difference(tmp_path: Path) -> None:
    found = scores_of(measure_marginal_fidelity(subject_of(tmp_path, with_gaps(0), with_gaps(0.5))))
    assert found["income"].value == pytest.approx(0.5)


def test_sdmetrics_does_not_see_that_numbers_went_missing() -> None:
    """It drops missing values on both sides before it compares."""
    sdmetrics = pytest.importorskip("sdmetrics.single_column", reason="sdmetrics is not installed")
    real, made = (pd.Series([row["income"] for row in with_gaps(share)], dtype=float) for share in (0, 0.5))
    assert sdmetrics.KSComplement.compute(real, made) == 1
