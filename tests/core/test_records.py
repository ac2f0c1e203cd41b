import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.core import (
    IMAGE_SCHEMA,
    SCHEMAS,
    TABLE_SCHEMA,
    TEXT_SCHEMA,
    document_id,
    modality,
    record_batch,
    text_record,
)

CONTENT = st.binary(max_size=64)
PLACES = st.text(max_size=20)


@given(CONTENT, PLACES)
def test_an_id_is_16_and_8_hex_digits(content: bytes, place: str) -> None:
    head, tail = document_id(content, place).split("-")
    assert (len(head), len(tail)) == (16, 8)
    assert not set(head + tail) - set("0123456789abcdef")


@given(CONTENT, PLACES, PLACES)
def test_the_same_content_at_two_places_shares_the_first_half_only(content: bytes, here: str, there: str) -> None:
    one, two = document_id(content, here), document_id(content, there)
    assert one.split("-")[0] == two.split("-")[0]
    assert (one == two) == (here == there)


@given(CONTENT, CONTENT, PLACES)
def test_other_content_at_the_same_place_shares_the_second_half_only(one: bytes, two: bytes, place: str) -> None:
    first, second = document_id(one, place), document_id(two, place)
    assert first.split("-")[1] == second.split("-")[1]
    assert (first == second) == (one == two)


def test_the_id_is_fixed_for_ever() -> None:
    # sha256("abc") begins ba7816bf8f01cfea (FIPS 180-2, B.1), and it is also the place here
    assert document_id(b"abc", "abc") == "ba7816bf8f01cfea-ba7816bf"


@given(st.text(), st.dictionaries(st.text(), st.text(), max_size=3))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_text_record_survives_parquet(tmp_path: object, text: str, groups: dict[str, str]) -> None:
    batch = record_batch([text_record(text, "a.jsonl:1", "a.jsonl", licence="MIT", groups=groups)])
    path = f"{tmp_path}/x.parquet"
    pq.write_table(pa.Table.from_batches([batch]), path)
    assert pq.read_table(path).to_batches()[0].equals(batch)


def test_missing_provenance_is_unknown_and_missing_maps_are_empty() -> None:
    row = text_record("x", "a.txt:1", "a.txt", licence="", language=None)
    assert (row["licence"], row["language"], row["groups"]) == ("unknown", "unknown", [])
    assert (row["url"], row["collected"]) == (None, None)


def test_the_locator_stands_among_the_attributes() -> None:
    assert dict(text_record("x", "a.txt:1", "a.txt")["attributes"]) == {"locator": "a.txt:1"}


def test_a_lone_surrogate_gets_an_id() -> None:
    assert text_record("\udc80", "a:1", "a")["id"] != text_record("\udc81", "a:1", "a")["id"]


@pytest.mark.parametrize(("schema", "name"), [(TEXT_SCHEMA, "text"), (IMAGE_SCHEMA, "image"), (TABLE_SCHEMA, "table")])
def test_the_content_column_tells_the_modality(schema: pa.Schema, name: str) -> None:
    assert modality(schema) == name


def test_every_schema_shares_the_provenance_columns() -> None:
    shared = set.intersection(*(set(schema.names) for schema in SCHEMAS.values()))
    assert shared == {"id", "source", "url", "licence", "collected", "language", "groups", "attributes"}


def test_an_image_survives_a_record_batch() -> None:
    pixels = bytes(range(12))
    row = {"id": document_id(pixels, "a.png"), "image": pixels, "height": 2, "width": 2, "channels": 3, "source": "a"}
    found = record_batch([{**row, "groups": [], "attributes": []}], IMAGE_SCHEMA).to_pylist()[0]
    assert (found["image"], found["height"], found["width"], found["channels"]) == (pixels, 2, 2, 3)
