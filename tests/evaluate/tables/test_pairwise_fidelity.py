"""Fidelity of pairs: brute force, what single columns cannot see, order of rows."""

from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from made_tables import people, scores_of, subject_of, tables_of, values

from headwater.core import NotMeasured
from headwater.evaluate import measure_marginal_fidelity, measure_pairwise_fidelity
from headwater.evaluate.tables.pairwise_fidelity import binned


def shuffled(rows: list[dict], column: str) -> list[dict]:
    order = np.random.default_rng(5).permutation(len(rows))
    return [{**row, column: rows[k][column]} for row, k in zip(rows, order, strict=True)]


def test_the_mean_is_that_of_contingency_tables_made_by_pandas(tmp_path: Path) -> None:
    real, made = people(300, 1), people(200, 2, shift=3)
    tables = tables_of(tmp_path / "a", real, made)
    sides = [
        pd.DataFrame({c.name: binned(c, c.whole)[codes] for c, codes in zip(tables.columns, side, strict=True)})
        for side in (tables.real, tables.made)
    ]
    gaps = []
    for one, two in combinations(sides[0].columns, 2):
        shares = [side.groupby([one, two]).size() / len(side) for side in sides]
        gaps.append(shares[0].sub(shares[1], fill_value=0).abs().sum() / 2)
    found = scores_of(measure_pairwise_fidelity(subject_of(tmp_path / "b", real, made)))
    assert found[""].value == pytest.approx(1 - np.mean(gaps))


def test_the_same_rows_have_fidelity_one(tmp_path: Path) -> None:
    outcome = measure_pairwise_fidelity(subject_of(tmp_path, people(300, 1), people(300, 1)[::-1]))
    found = scores_of(outcome)
    assert found[""].value == found["associations"].value == 1
    assert outcome.findings == ()


def test_columns_that_no_longer_go_together_are_seen_here_and_not_one_by_one(tmp_path: Path) -> None:
    real = people(1_500, 1)
    subject = subject_of(tmp_path, real, shuffled(real, "income"))
    assert scores_of(measure_marginal_fidelity(subject))[""].value == 1
    outcome = measure_pairwise_fidelity(subject)
    found = scores_of(outcome)
    assert found["associations"].high < found["associations real against real"].low
    (finding,) = outcome.findings
    assert finding.code == "HW-Q062"
    assert "income" in finding.title
    assert finding.examples and finding.document_ids


def test_order_of_rows_changes_no_score(tmp_path: Path) -> None:
    real, made = people(120, 1), people(90, 2)
    one = measure_pairwise_fidelity(subject_of(tmp_path / "a", real, made))
    two = measure_pairwise_fidelity(subject_of(tmp_path / "b", real[::-1], made[::-1]))
    for a, b in zip(values(one), values(two), strict=True):
        assert a[:2] == b[:2]
        assert a[2:5] == pytest.approx(b[2:5], abs=1e-12)


def test_columns_beyond_the_option_are_counted(tmp_path: Path) -> None:
    outcome = measure_pairwise_fidelity(subject_of(tmp_path, people(50, 1), people(50, 2)), columns=3)
    (beyond,) = [one for one in outcome.scores if isinstance(one, NotMeasured)]
    assert "last 3 of 6 columns" in beyond.reason


@pytest.mark.parametrize("n", [1, 2, 4])
def test_a_handful_of_rows_gives_numbers_or_reasons(n: int, tmp_path: Path) -> None:
    outcome = measure_pairwise_fidelity(subject_of(tmp_path, people(n, 1), people(n, 2)))
    assert all(isinstance(one, NotMeasured) or 0 <= one.value <= 1 for one in outcome.scores)


def test_one_column_makes_no_pair(tmp_path: Path) -> None:
    (only,) = measure_pairwise_fidelity(subject_of(tmp_path, [{"a": 1}] * 9, [{"a": 1}] * 9)).scores
    assert isinstance(only, NotMeasured)


def test_a_pair_has_the_contingency_similarity_of_sdmetrics(tmp_path: Path) -> None:
    pairs = pytest.importorskip("sdmetrics.column_pairs", reason="sdmetrics is not installed")
    real, made = ([{"city": row["city"], "rich": row["rich"]} for row in people(n, seed, 2.0 * seed)]
                  for n, seed in ((300, 1), (200, 2)))  # fmt: skip
    wanted = pairs.ContingencySimilarity.compute(pd.DataFrame(real), pd.DataFrame(made))
    found = scores_of(measure_pairwise_fidelity(subject_of(tmp_path, real, made)))
    assert found[""].value == pytest.approx(wanted, abs=1e-12)
