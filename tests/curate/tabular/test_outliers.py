import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import median_abs_deviation

from headwater.curate.fairness.row_columns import Column
from headwater.curate.tabular.column_types import Typed, typed
from headwater.curate.tabular.outliers import medcouple, outliers, suspected_codes


def numeric(values: list[float]) -> Typed:
    texts = [f"{value:g}" for value in values]
    names = sorted(set(texts))
    return typed(Column("c", np.array([names.index(text) for text in texts], np.int32), tuple(names)))


def slow_medcouple(values: list[float]) -> float:
    """Brys et al. 2004, eq. 2.2 and 2.3, pair by pair."""
    x = np.sort(values)
    m = float(np.median(x))
    below, above, ties = x[x <= m], x[x >= m], int((x == m).sum())
    found = []
    for i, low in enumerate(below):
        for j, high in enumerate(above):
            if low == high == m:
                place = len(below) - 1 - i  # ties count from the median outwards
                found.append(float(np.sign(place + j - (ties - 1))))
            else:
                found.append(float(((high - m) - (m - low)) / (high - low)))
    return float(np.median(found))


@given(st.lists(st.integers(0, 30), min_size=3, max_size=40))
def test_medcouple_equals_the_definition(values: list[int]) -> None:
    assert medcouple(np.array(values, float)) == pytest.approx(slow_medcouple([float(v) for v in values]))


def test_medcouple_is_odd_and_without_scale() -> None:
    values = np.random.default_rng(1).exponential(size=300)
    assert medcouple(-values) == pytest.approx(-medcouple(values))
    assert medcouple(5 + 3 * values) == pytest.approx(medcouple(values))
    assert medcouple(values) > 0.2


def test_modified_z_is_that_of_iglewicz_and_hoaglin() -> None:
    values = [*np.round(np.random.default_rng(2).normal(0, 10, 500), 2).tolist(), 100.0, -90.0]
    found = outliers(numeric(values))
    read = np.array([float(f"{value:g}") for value in values])
    z = 0.6745 * np.abs(read - np.median(read)) / median_abs_deviation(read)
    assert found.rule.startswith("modified z") and set(found.rows) == set(np.flatnonzero(z > 3.5))
    assert found.rows[:2].tolist() == [500, 501]
    assert found.distance.tolist() == pytest.approx(z[found.rows].tolist())


def test_a_column_of_one_value_has_no_spread() -> None:
    found = outliers(numeric([1.0] * 40 + [2.0] * 3))
    assert not len(found.rows) and "fewer than 20 values other" not in found.reason and "fewer than 20" in found.reason


def test_where_most_rows_share_a_value_the_others_are_judged_among_themselves() -> None:
    others = np.random.default_rng(3).integers(900, 1100, 60).tolist()
    found = outliers(numeric([0.0] * 500 + [float(v) for v in others] + [9_000.0]))
    assert found.rows.tolist() == [560] and "other than 0" in found.rule


def test_codes_for_missing_values_are_suspected_and_no_outliers() -> None:
    values = [float(v) for v in np.random.default_rng(4).integers(20, 80, 200)]
    one = numeric([*values, -999.0, -999.0])
    assert suspected_codes(one) == [(-999.0, 2)] and not len(outliers(one).rows)
    assert suspected_codes(numeric([*values, 99_999.0, 99_999.0, 99_999.0])) == [(99_999.0, 3)]


@pytest.mark.parametrize("more", [[-999.0], [-999.0, -999.0, -5.0], [99.0, 99.0, 99.0], [9_999.0]])
def test_a_number_that_is_not_set_apart_is_no_code(more: list[float]) -> None:
    assert suspected_codes(numeric([*[float(v) for v in range(98)], *more])) == []
