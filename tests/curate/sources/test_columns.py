import math
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import ConfigError, InputError, record_batch, text_record
from headwater.curate import Rejected, normalise_licence
from headwater.curate.sources.columns import Columns

PROVENANCE = ("source", "url", "licence", "collected", "language")
NAMES = st.sampled_from(
    [*PROVENANCE, "license", "locator", "declared_locator", "licence_declared", "text", "body", "note", "sex", "\udfff"]
)
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.binary(max_size=3), st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=1), st.text(max_size=4),
    st.sampled_from(["", " ", " MIT ", "Apache 2.0", "my own terms", "\u00a0", "caf\u00e9", "\ud800", "y" * 1_001]),
)  # fmt: skip
ROWS = st.dictionaries(st.one_of(NAMES, NAMES, st.integers(0, 1), st.booleans()), VALUES, max_size=8)
LAYOUTS = st.builds(
    Columns,
    text=st.sampled_from(["text", "body"]),
    fields=st.dictionaries(st.sampled_from(PROVENANCE), NAMES, max_size=2),
    groups=st.lists(NAMES, max_size=2),
    attributes=st.none() | st.lists(NAMES, max_size=3),
    declared=st.dictionaries(st.sampled_from(PROVENANCE), st.sampled_from(["MIT", "x"]), max_size=2),
)


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
    assert (found["table"], found["groups"]) == ('{"b": 1, "a": null, "sex": "f", "list": "[1]"}', {"sex": "f"})


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


def plain_text(value: Any) -> str | None:
    """The rule for one value, step by step."""
    if (
        value is None
        or isinstance(value, (dict, list, bytes))
        or (isinstance(value, float) and not math.isfinite(value))
    ):
        return None
    return str(value).lower() if isinstance(value, bool) else str(value).strip() or None


def plain_record(columns: Columns, row: Mapping[Any, Any], locator: str, source: str) -> dict[str, Any]:
    """The rules for a row with a text, each written out for each row."""
    licence = "license" if "license" in row and "licence" not in row else "licence"
    sources = {name: columns.fields.get(name, licence if name == "licence" else name) for name in PROVENANCE}
    known: dict[str, Any] = {"source": source}
    for name in PROVENANCE:
        known[name] = plain_text(row.get(sources[name])) or columns.declared.get(name) or known.get(name)
    stated, attributes = plain_text(row.get(sources["licence"])), {}
    for name in row if columns.attributes is None else columns.attributes:
        if name not in (columns.text, *sources.values(), *columns.groups):
            attributes[str(name)] = plain_text(row.get(name))
    attributes = {name: value for name, value in attributes.items() if value is not None and len(value) <= 1_000}
    if "locator" in attributes:
        names = {"locator": "declared_locator"}
        attributes = {names.get(name, name): value for name, value in attributes.items()}
    if stated:
        known["licence"] = normalise_licence(stated)
        if known["licence"] != stated:
            attributes["licence_declared"] = stated[:1_000]
    groups = {name: plain_text(row.get(name)) for name in columns.groups}
    return text_record(row[columns.text], locator, **known, groups=groups, attributes=attributes)


def fits_arrow(row: dict[str, Any]) -> bool:
    try:
        return record_batch([row]).num_rows == 1
    except UnicodeEncodeError:
        return False


@given(LAYOUTS, ROWS, st.text(max_size=3) | st.just("\udc00"))
def test_any_row_follows_the_rules_as_they_are_written_out(columns: Columns, row: dict[Any, Any], text: str) -> None:
    row[columns.text] = text
    found, expected = columns.record(row, "a:1", "a"), plain_record(columns, row, "a:1", "a")
    if fits_arrow(expected):
        assert found == expected
    else:
        assert isinstance(found, Rejected) and found.rule == "lone-surrogate"
