import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.fairness.row_columns import Column
from headwater.curate.tabular.column_types import days_of, numbers_of, shown_day, typed


def column(values: list[str | None], name: str = "c", types: frozenset[str] = frozenset({"text"})) -> Column:
    names = sorted({value for value in values if value is not None})
    codes = [-1 if value is None else names.index(value) for value in values]
    return Column(name, np.array(codes, np.int32), tuple(names), types)


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("c", [None] * 5, "empty"),
        ("c", ["x"] * 5, "constant"),
        ("c", ["?"] * 5, "empty"),
        ("c", ["Yes", "no"] * 5, "boolean"),
        ("c", ["0", "1"] * 5, "boolean"),
        ("c", [str(n % 7) for n in range(30)], "integer"),
        ("c", [f"{n % 7}.5" for n in range(30)], "real"),
        ("c", ["1e3", "2", "?", None] * 3, "integer"),
        ("c", ["2020-01-01", "2021-12-31T10:00"] * 5, "date"),
        ("c", ["31/12/2020", "1/2/2021"] * 5, "date"),
        ("c", ["1", "2", "3", "4 kg"] * 5, "mixed"),
        ("c", ["2020-01-01", "2020-01-02", "soon"] * 5, "mixed"),
        ("c", ["a", "b", "7"] * 5, "category"),
        ("c", ["00501", "10001"] * 10, "category"),
        ("c", [str(n) for n in range(30)], "identifier"),
        ("age", [str(3 * n) for n in range(30)], "integer"),
        ("patient_id", [str(3 * n) for n in range(30)], "identifier"),
        ("c", [f"A-{n}" for n in range(30)], "identifier"),
        ("c", [f"a remark that is long, number {n}" for n in range(30)], "text"),
    ],
)
def test_type_of_a_column(name: str, values: list[str | None], kind: str) -> None:
    assert typed(column(values, name)).kind == kind


def test_a_file_that_writes_some_numbers_as_text_and_others_as_numbers_is_mixed() -> None:
    values: list[str | None] = ["1", "x", "y", "z"] * 5
    assert typed(column(values, types=frozenset({"text", "number"}))).kind == "mixed"
    assert typed(column(values)).kind == "category"


def test_marks_are_missing_and_decide_no_type() -> None:
    one = typed(column(["1", "2", "NA", "?", None, "3"]))
    assert one.kind == "integer" and one.rows == 3 and one.distinct == 3
    assert one.present.tolist() == [True, True, False, False, False, True]
    assert np.isnan(one.per_row()[2:5]).all() and one.per_row()[[0, 1, 5]].tolist() == [1, 2, 3]


@given(st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 3)), min_size=1))
def test_numbers_are_read_as_python_reads_them(values: list[float]) -> None:
    texts = [repr(value) for value in values]
    assert numbers_of(texts).tolist() == [float(text) for text in texts]


@pytest.mark.parametrize("text", ["nan", "inf", "1_000", "0x10", "١", "1,5", "", "1e999", "--1", "1.2.3"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert np.isnan(numbers_of([text])).all()


def test_a_day_above_twelve_tells_whether_days_or_months_lead() -> None:
    assert [shown_day(day) for day in days_of(["13/02/2020", "01/02/2020"])] == ["2020-02-13", "2020-02-01"]
    assert [shown_day(day) for day in days_of(["02/13/2020", "01/02/2020"])] == ["2020-02-13", "2020-01-02"]
    assert np.isnan(days_of(["30/02/2020", "2020-02-30", "hello", "1/2/3"])).all()
