from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from small_tables import people, table_rows

from headwater.core import generator
from headwater.curate import columns_from, typed
from headwater.models.table_columns import TableColumn, bin_counts, plan_column


def planned(values: Sequence[Any], categories: int = 100, modes: int = 5) -> TableColumn | str:
    batch = pa.RecordBatch.from_pylist([{"table": row["table"]} for row in table_rows([{"x": one} for one in values])])
    column = columns_from([batch]).found["x"]
    return plan_column(typed(column), len(values), categories, modes, 0)


def plan(values: Sequence[Any], **options: Any) -> TableColumn:
    found = planned(values, **options)
    assert isinstance(found, TableColumn), found
    return found


def test_whole_numbers_stay_whole_and_a_common_one_is_a_value_of_its_own() -> None:
    values = [0] * 60 + list(range(100, 140))
    column = plan(values)
    assert (column.kind, column.values, column.counts) == ("number", (0,), (60,))
    assert (column.low, column.high, column.step) == (100, 139, 1)
    assert column.cell(117.0) == 117 and isinstance(column.cell(117.0), int)


@pytest.mark.parametrize(("scale", "step"), [(1.0, 1.0), (0.5, 0.1), (0.25, 0.01), (1 / 3, 0.0)])
def test_the_grid_of_numbers_is_that_of_their_decimals(scale: float, step: float) -> None:
    assert plan([k * scale for k in range(1, 60)] * 2).step == pytest.approx(step)


def test_few_numbers_are_a_category_of_numbers() -> None:
    column = plan([1, 2, 3, 3] * 10)
    assert (column.kind, column.values, column.counts) == ("category", (3, 1, 2), (20, 10, 10))
    assert [type(value) for value in column.values] == [int] * 3


def test_text_from_a_file_of_text_is_read_as_numbers() -> None:
    column = plan(["7", "8.0", "9"] * 5)
    assert set(column.values) == {7, 8, 9} and column.reads == "whole"
    assert plan(["0.5", "1.5"] * 5).values == (0.5, 1.5)


def test_codes_with_leading_zeros_stay_text() -> None:
    assert set(plan(["01", "02"] * 5).values) == {"01", "02"}


def test_missing_values_are_a_value_of_their_own() -> None:
    assert plan([None, "a", "a", ""]).counts == (2, 2)
    column = plan([None] * 3 + list(range(50)) * 2)
    assert column.values == (None,) and column.counts == (3,)


def test_marks_of_missing_values_are_missing_among_numbers_and_values_among_texts() -> None:
    assert plan(["?", *map(str, range(60))] * 2).values == (None,)
    assert set(plan(["?", "a", "b"] * 4).values) == {"?", "a", "b"}


def test_truth_values_stay_truth_values() -> None:
    assert set(plan([True, False, True]).values) == {True, False}
    assert all(isinstance(value, bool) for value in plan([True, False]).values)


def test_dates_come_out_in_iso_whatever_way_they_went_in() -> None:
    iso = plan([f"2020-{month:02d}-{day:02d}" for month in range(1, 13) for day in (3, 9)])
    american = plan([f"{month:02d}/{day:02d}/2020" for month in range(1, 13) for day in (3, 28)])
    assert iso.kind == american.kind == "date" and iso.step == 1
    assert iso.cell(18_262.0) == "2020-01-01"
    cells, days = american.read(["02/03/2020"])  # alone it could be either: the training says which
    assert cells == ["2020-02-03"] and days[0] == (np.datetime64("2020-02-03") - np.datetime64("1970-01-01")).astype(
        int
    )
    european = plan([f"{day:02d}/{month:02d}/2020" for month in range(1, 13) for day in (3, 28)])
    assert european.read(["02/03/2020"])[0] == ["2020-03-02"]


def test_infinite_values_and_other_texts_among_numbers_are_values_of_their_own() -> None:
    column = plan([float("inf"), -float("inf"), *range(60), *range(60)])
    assert set(column.values) == {"inf", "-inf"} and (column.low, column.high) == (0, 59)


def test_numbers_of_any_size_have_modes() -> None:
    for scale in (1e-90, 1e-9, 1e9, 1e90):
        column = plan([scale * k * 1.1 for k in range(1, 80)] * 2)
        assert column.modes is not None
        assert np.isfinite(column.modes.means).all() and (column.modes.sds > 0).all()


def test_a_constant_and_an_empty_column_have_one_value() -> None:
    assert plan(["same"] * 9).values == ("same",)
    assert plan([5] * 9).values == (5,)
    assert plan([None] * 9).values == (None,)
    assert plan(["one row"]).values == ("one row",)


def test_what_cannot_be_modelled_says_why() -> None:
    rng = generator(0, "words")
    words = [" ".join(rng.choice(["a", "bc", "def"], 9)) + str(k) for k in range(90)]
    assert "free text (90 different values" in str(planned(words))
    assert "as an identifier does" in str(planned([f"P-{k:05d}" for k in range(90)]))
    assert "an identifier" in str(planned(list(range(500, 590))))
    assert "lists or objects" in str(planned([{"a": k} for k in range(9)]))
    assert "mixes numbers or dates with 30" in str(planned([*range(60), *(f"word {k}" for k in range(30))]))
    assert "free text" in str(planned([f"town{'x' * (k % 7)}{k}" for k in range(10_000)] * 2))


def test_rare_values_share_a_place() -> None:
    values = [f"v{k}" for k in range(40) for _ in range(k + 1)]
    column = plan(values, categories=10)
    assert len(column.values) == 9 and column.points == 10 and len(column.pooled) == 31
    assert sum(column.counts) + sum(n for _, n in column.pooled) == len(values)
    assert min(column.counts) >= max(n for _, n in column.pooled)


def test_every_row_lies_in_one_part() -> None:
    column = plan([row["income"] for row in people(200)])
    x = np.array([row["income"] for row in people(200)])
    assert sum(column.bin_counts) == 200
    np.testing.assert_array_equal(bin_counts(x, np.array(column.bins)), column.bin_counts)


def test_a_column_comes_back_from_json() -> None:
    for values in ([*range(50), *range(50), None], ["a", "b"] * 9, [f"2020-01-{day:02d}" for day in range(1, 31)]):
        column = plan(values)
        assert TableColumn.from_json(column.to_json()).to_json() == column.to_json()


def test_a_number_that_looks_like_an_identifier_is_modelled_where_it_is_asked_for() -> None:
    batch = pa.RecordBatch.from_pylist([{"table": row["table"]} for row in table_rows([{"x": k} for k in range(90)])])
    told = typed(columns_from([batch]).found["x"])
    assert isinstance(plan_column(told, 90, 100, 5, 0), str)
    found = plan_column(told, 90, 100, 5, 0, asked=True)
    assert isinstance(found, TableColumn) and (found.low, found.high) == (0, 89)
