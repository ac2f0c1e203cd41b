from collections.abc import Mapping
from typing import Any

import pytest

from headwater.core import ConfigError, InputError
from headwater.curate import Rejected
from headwater.curate.sources.columns import Columns


def record(columns: Columns, row: Mapping[str, Any]) -> dict[str, Any]:
    found = columns.record(row, "a.jsonl:1", "a.jsonl")
    assert not isinstance(found, Rejected)
    return found | {"groups": dict(found["groups"]), "attributes": dict(found["attributes"])}


def test_provenance_is_found_under_its_own_names() -> None:
    row = {"text": "x", "url": "https://a.example", "license": "Apache 2.0", "language": "en", "source": "news"}
    found = record(Columns(), row)
    assert (found["url"], found["licence"], found["language"]) == ("https://a.example", "Apache-2.0", "en")
    assert found["source"] == "news"


def test_licence_keeps_what_was_said_beside_the_expression() -> None:
    found = record(Columns(), {"text": "x", "license": "my own terms"})
    assert (found["licence"], found["attributes"]["licence_declared"]) == ("unknown", "my own terms")


def test_fields_map_provenance_to_other_columns() -> None:
    assert record(Columns(fields={"url": "link"}), {"text": "x", "link": "u", "url": "other"})["url"] == "u"


def test_declared_holds_only_where_the_row_does_not_say() -> None:
    columns = Columns(declared={"licence": "MIT", "collected": "2024-01-01"})
    assert record(columns, {"text": "x"})["licence"] == "MIT"
    assert record(columns, {"text": "x", "licence": "ISC"})["licence"] == "ISC"


def test_groups_and_attributes_are_separate() -> None:
    found = record(Columns(groups=["gender"]), {"text": "x", "gender": "f", "age": 31, "vip": True, "none": None})
    assert found["groups"] == {"gender": "f"}
    assert found["attributes"] == {"age": "31", "vip": "true", "locator": "a.jsonl:1"}


def test_nested_and_long_values_are_no_attributes() -> None:
    row = {"text": "x", "list": [1], "object": {"a": 1}, "long": "y" * 1001, "fits": "y" * 1000}
    assert set(record(Columns(), row)["attributes"]) == {"fits", "locator"}


def test_only_named_attributes_are_taken() -> None:
    assert set(record(Columns(attributes=["a"]), {"text": "x", "a": 1, "b": 2})["attributes"]) == {"a", "locator"}


def test_column_called_locator_does_not_replace_the_locator() -> None:
    attributes = record(Columns(), {"text": "x", "locator": "elsewhere"})["attributes"]
    assert attributes == {"locator": "a.jsonl:1", "declared_locator": "elsewhere"}


@pytest.mark.parametrize(
    ("row", "rule"),
    [
        ({"body": "x"}, "missing-text"),
        ({"text": None}, "missing-text"),
        ({"text": 5}, "not-text"),
        ({"text": ["x"]}, "not-text"),
        ({"text": "\ud800"}, "lone-surrogate"),
        ({"text": "x", "note": "\udfff"}, "lone-surrogate"),
    ],
)
def test_row_without_usable_text_says_why(row: dict[str, object], rule: str) -> None:
    found = Columns().record(row, "a.jsonl:1", "a.jsonl")
    assert isinstance(found, Rejected) and found.rule == rule


def test_evidence_does_not_quote_the_row() -> None:
    found = Columns().record({"text": {"mail": "someone@mail.example"}, "someone": 1}, "a:1", "a")
    assert isinstance(found, Rejected) and "someone" not in found.evidence


def test_table_holds_the_whole_row_in_its_order() -> None:
    found = record(Columns(modality="table", groups=["sex"]), {"b": 1, "a": float("nan"), "sex": "f", "list": [1]})
    assert (found["table"], found["groups"]) == ('{"b": 1, "a": null, "sex": "f"}', {"sex": "f"})


def test_wrong_provenance_field_offers_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no provenance field 'license'; did you mean \"licence\""):
        Columns.of("text", {"license": "x"}, (), None, "text", None)


def test_missing_column_names_those_that_exist() -> None:
    with pytest.raises(
        InputError, match="a.csv: no column 'text' \\(option text\\); did you mean \"txt\"\\? it has id, txt"
    ):
        Columns().check(["id", "txt"], "a.csv")


def test_message_about_columns_holds_no_personal_data() -> None:
    with pytest.raises(InputError) as error:
        Columns().check(["mary.jones@mail-provider.com", "b"], "a.csv")
    assert "mary.jones@" not in str(error.value)
