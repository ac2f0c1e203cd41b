"""Columns of two tables under common codes: what is missing, what is no number, what is a date."""

from pathlib import Path

import numpy as np
from made_tables import tables_of


def test_equal_numbers_are_one_value_and_marks_are_missing(tmp_path: Path) -> None:
    real = [{"x": value} for value in (1, 2, "3.0", "?", None, 5, 6, 7, 8, 9)]
    made = [{"x": value} for value in ("1.0", "2", 3, "NA", "", 5.0, 6, 7, 8, 9)]
    (column,) = tables_of(tmp_path, real, made).columns
    assert column.is_number
    assert column.witness(column.whole, column.made).distance == 0
    assert column.labels[-1] == "(missing)"


def test_nan_infinity_and_texts_among_numbers_have_no_place_in_the_order(tmp_path: Path) -> None:
    real = [{"x": k} for k in range(10)]
    made = [{"x": value} for value in (*range(6), float("nan"), float("inf"), "many", -1e400)]
    (column,) = tables_of(tmp_path, real, made).columns
    assert column.atoms == 2  # missing, no number
    assert column.witness(column.whole, column.made).distance == 0.4
    assert np.isfinite(column.order[:10]).all()


def test_dates_as_text_have_an_order(tmp_path: Path) -> None:
    real = [{"day": f"2020-01-{k:02d}"} for k in range(1, 29)] * 2
    made = [{"day": f"2020-01-{min(28, k + 7):02d}"} for k in range(1, 29)] * 2
    (column,) = tables_of(tmp_path, real, made).columns
    assert column.dated
    assert column.rule == "Kolmogorov-Smirnov"
    assert column.witness(column.whole, column.made).distance == 0.25


def test_identifiers_and_free_text_and_lists_are_left_out_with_a_reason(tmp_path: Path) -> None:
    real = [{"id": f"P-{k:04d}", "note": f"note {k} about it", "list": [k], "x": k % 3} for k in range(60)]
    tables = tables_of(tmp_path, real, real)
    assert [column.name for column in tables.columns] == ["x"]
    assert set(tables.left_out) == {"id", "note", "list"}


def test_a_column_that_one_side_lacks_is_named(tmp_path: Path) -> None:
    tables = tables_of(tmp_path, [{"a": 1, "b": 2}] * 5, [{"a": 1, "c": 3}] * 5)
    assert tables.left_out == {"b": "the synthetic rows lack it", "c": "the corpus lacks it"}
