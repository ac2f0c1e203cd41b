from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from small_tables import CITIES, people, table_rows

from headwater.core import ConfigError, InputError
from headwater.curate import columns_from
from headwater.models.table_modes import SPREAD
from headwater.models.table_schema import TableSchema, cells_where, plan_table


def schema_of(rows: list[dict[str, Any]], names: list[str] | None = None, **options: int) -> TableSchema:
    batch = pa.RecordBatch.from_pylist([{"table": row["table"]} for row in table_rows(rows)])
    trained = np.ones(len(rows), bool)
    return plan_table(columns_from([batch]), trained, names, options.get("categories", 100), options.get("modes", 5), 0)


@pytest.fixture(scope="module")
def schema() -> TableSchema:
    return schema_of(people(300))


def test_every_kind_of_column_has_its_plan_and_an_identifier_has_none(schema: TableSchema) -> None:
    kinds = {column.name: column.kind for column in schema.columns}
    assert {name for name, kind in kinds.items() if kind == "number"} == {"age", "work", "income", "gain", "height"}
    assert kinds["joined"] == "date" and kinds["never"] == kinds["city"] == kinds["member"] == "category"
    assert list(schema.left_out) == ["id"]


def test_a_number_is_its_mode_and_how_far_it_lies_from_it(schema: TableSchema) -> None:
    rows = people(300)
    found = schema.encode_rows(rows)
    place = schema.place_of("height")
    column, index = schema.columns[place], schema.numeric.index(place)
    assert column.modes is not None and found.known.all()
    modes = found.codes[:, place] - column.points
    back = column.modes.means[modes] + SPREAD * column.modes.sds[modes] * found.offsets[:, index]
    inside = np.abs(found.offsets[:, index]) < 1
    np.testing.assert_allclose(back[inside], np.array([row["height"] for row in rows])[inside], rtol=1e-5)


def test_a_value_of_its_own_has_no_offset(schema: TableSchema) -> None:
    found = schema.encode_rows(people(300))
    place = schema.place_of("gain")
    zero = np.array([row["gain"] == 0 for row in people(300)])
    assert (found.points[zero, place] >= 0).all() and (found.points[~zero, place] < 0).all()
    assert (found.offsets[zero, schema.numeric.index(place)] == 0).all()


def test_rows_read_one_by_one_are_rows_read_together(schema: TableSchema) -> None:
    rows = people(40)
    together = schema.encode_rows(rows)
    for k in (0, 7, 39):
        alone = schema.encode_rows([rows[k]])
        np.testing.assert_array_equal(alone.points[0], together.points[k])
        np.testing.assert_array_equal(alone.numbers[0], together.numbers[k])


def test_numbers_written_as_text_read_as_numbers(schema: TableSchema) -> None:
    row = people(1)[0]
    text = {name: None if value is None else str(value).lower() for name, value in row.items()}
    np.testing.assert_array_equal(schema.encode_rows([text]).numbers, schema.encode_rows([row]).numbers)


def test_what_training_never_showed_is_unknown(schema: TableSchema) -> None:
    row = people(1)[0]
    changed = [{"city": "Elsewhere"}, {"age": 200}, {"member": None}, {"height": float("inf")}, {"height": "tall"}]
    assert schema.encode_rows([row]).known.all()
    assert not schema.encode_rows([{**row, **change} for change in changed]).known.any()


def test_only_named_columns_are_modelled_and_a_wrong_name_offers_the_nearest() -> None:
    assert [column.name for column in schema_of(people(50), ["city", "age"]).columns] == ["age", "city"]
    with pytest.raises(ConfigError, match='model.options.columns: no column "?\'?citty.*did you mean "city"'):
        schema_of(people(50), ["citty"])
    with pytest.raises(ConfigError, match="'id' has a value of its own in nearly every row.*take it out"):
        schema_of(people(50), ["id"])


def test_a_table_without_a_column_to_model_is_refused_in_a_sentence() -> None:
    with pytest.raises(InputError, match="no column of the table can be modelled: 'id' has a value"):
        schema_of([{"id": f"P-{k:05d}"} for k in range(50)])
    with pytest.raises(InputError, match="the rows are empty"):
        schema_of([{}, {}])


def test_a_schema_comes_back_from_json(schema: TableSchema) -> None:
    again = TableSchema.from_json(schema.to_json())
    one, two = schema.encode_rows(people(30)), again.encode_rows(people(30))
    for name in ("codes", "offsets", "numbers", "points"):
        np.testing.assert_array_equal(getattr(one, name), getattr(two, name))


def test_a_value_to_ask_for_is_found_and_a_wrong_one_offers_the_nearest(schema: TableSchema) -> None:
    place = schema.place_of("city")
    assert schema.columns[place].values[cells_where(schema, {"city": "Cork"})[place]] == "Cork"
    with pytest.raises(ConfigError, match='did you mean "Cork"'):
        cells_where(schema, {"city": "Corc"})
    with pytest.raises(ConfigError, match="no column 'cty'; did you mean \"city\""):
        cells_where(schema, {"cty": "Cork"})
    with pytest.raises(ConfigError, match="'height' has no value 170 to ask for"):
        cells_where(schema, {"height": 170})
    assert set(schema.columns[place].values) == set(CITIES)
