"""The classifier test: chance at chance, a planted difference, order of rows, copies, bad input."""

from pathlib import Path

import numpy as np
import pytest
from made_tables import people, scores_of, subject_of, values
from sklearn.metrics import roc_auc_score

from headwater.core import IncompleteError, UsageError
from headwater.evaluate import measure_two_sample_test, tell_apart


@pytest.mark.parametrize("model", ["trees", "linear"])
def test_rows_of_one_distribution_are_not_told_apart(model: str) -> None:
    rng = np.random.default_rng(0)
    areas = [
        tell_apart(rng.normal(size=(150, 3)), rng.normal(size=(120, 3)), model=model, seed=seed).area  # type: ignore[arg-type]
        for seed in range(12)
    ]
    assert np.mean([area.value for area in areas]) == pytest.approx(0.5, abs=0.04)
    assert sum(area.low <= 0.5 <= area.high for area in areas) >= 9


def test_a_shift_is_told_as_well_as_theory_allows_and_its_column_is_named() -> None:
    from scipy.stats import norm

    rng = np.random.default_rng(1)
    real, made = rng.normal(size=(1_500, 3)), rng.normal(size=(1_500, 3))
    made[:, 1] += 1
    best = float(norm.cdf(1 / 2**0.5))
    found = tell_apart(real, made, model="linear")
    assert found.area.low <= best <= found.area.high
    trees = tell_apart(real, made, importance=True)
    assert best - 0.06 < trees.area.value < best + 0.03
    assert trees.importance.argmax() == 1
    assert trees.area.value == pytest.approx(
        roc_auc_score([0] * 1_500 + [1] * 1_500, np.concatenate([trees.first, trees.second]))
    )


def test_copies_of_the_real_rows_are_not_told_apart_and_do_not_fall_below_chance() -> None:
    """Equal rows in different folds would be taken for the other side, and the area would be 0."""
    rows = np.random.default_rng(2).normal(size=(400, 2))
    assert tell_apart(rows, rows).area.value == pytest.approx(0.5, abs=0.001)


def test_order_of_rows_changes_no_score(tmp_path: Path) -> None:
    real, made = people(150, 1), people(120, 2, shift=4)
    one = measure_two_sample_test(subject_of(tmp_path / "a", real, made))
    two = measure_two_sample_test(subject_of(tmp_path / "b", real[::-1], made[::-1]))
    assert values(one) == values(two)


def test_rows_that_give_themselves_away_are_found(tmp_path: Path) -> None:
    real, made = people(300, 1), people(300, 2)
    for row in made:
        row["income"] = round(row["income"] + 60)
    outcome = measure_two_sample_test(subject_of(tmp_path, real, made))
    assert scores_of(outcome)[""].value > 0.99
    (finding,) = outcome.findings
    assert finding.code == "HW-Q063"
    assert "income" in finding.meaning
    assert finding.examples


def test_missing_numbers_tell_too() -> None:
    rng = np.random.default_rng(3)
    real, made = rng.normal(size=(300, 2)), rng.normal(size=(300, 2))
    made[rng.random(300) < 0.5, 0] = np.nan
    for model in ("trees", "linear"):
        assert tell_apart(real, made, model=model).area.value == pytest.approx(0.75, abs=0.06)  # type: ignore[arg-type]


def test_constant_rows_cannot_be_held_out_and_few_rows_are_too_few() -> None:
    with pytest.raises(IncompleteError, match="repeats so few different rows"):
        tell_apart(np.zeros((50, 2)), np.ones((50, 2)))
    with pytest.raises(IncompleteError, match="30 rows a side; there are 29 and 50"):
        tell_apart(np.zeros((29, 2)), np.ones((50, 2)))
    with pytest.raises(UsageError, match="the same columns"):
        tell_apart(np.zeros((50, 2)), np.ones((50, 3)))
    with pytest.raises(UsageError, match="finite or missing"):
        tell_apart(np.full((50, 2), np.inf), np.ones((50, 2)))
