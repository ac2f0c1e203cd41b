"""One JSON array in a file: every element ends as a row or as a rejected row, and damage is an error."""

import gzip
import json
import resource
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.core import ConfigError, InputError, document_id
from headwater.curate import read_source
from headwater.curate.sources.json_elements import elements

ROW = {"text": "Rivers rise somewhere.", "url": "https://a.example"}


def write(folder: Path, content: bytes | Any, name: str = "corpus.json") -> str:
    (folder / name).write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(folder / name)


def test_each_element_is_a_document_with_its_number(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("json", path=write(tmp_path, [ROW, {"text": "b"}])))
    assert [(row["text"], row["attributes"]["locator"]) for row in rows] == [
        ("Rivers rise somewhere.", "corpus.json:1"),
        ("b", "corpus.json:2"),
    ]
    assert (rows[0]["id"], rows[0]["url"], rejected) == (
        document_id(b"Rivers rise somewhere.", "corpus.json:1"),
        "https://a.example",
        [],
    )


@pytest.mark.parametrize(
    ("value", "array"),
    [
        ({"rows": [ROW]}, None),
        ({"meta": {"rows": [1]}, "version": 3, "note": "[]{},", "rows": [ROW]}, None),
        ({"data": {"other": [{"text": "no"}], "rows": [ROW]}, "rows": [{"text": "no"}]}, "data.rows"),
        ({"rows": [ROW], "other": [{"text": "no"}]}, "rows"),
        ({'r"ö': [ROW]}, 'r"ö'),
    ],
)
def test_array_within_an_object_is_found(tmp_path: Path, read: Any, value: Any, array: str | None) -> None:
    rows, rejected = read(read_source("json", path=write(tmp_path, value), array=array))
    assert ([row["text"] for row in rows], rejected) == ([ROW["text"]], [])


@pytest.mark.parametrize(
    ("content", "array", "message"),
    [
        (b'{"a": 1, "b": "x"}', None, "an object without an array among its values; its keys: a, b"),
        (b'{"a": [], "b": []}', None, "more than one array .a, b.; name the one to read with the option array"),
        (b'{"rows": []}', "row", "no array 'row' .option array.; did you mean \"rows\""),
        (b'{"a": {"rows": 3}}', "a.rows", "no array 'a.rows'"),
        (b"[]", "rows", "no array 'rows'"),
        (b'[{"text": "a"}', None, "the file ends after 0 elements of the array, it is cut off"),
        (b'[{"text": "a"}, {"te', None, "the file ends after 1 elements"),
        (b'[{"text": "a"}, {"text": "b\\', None, "the file ends after 1 elements"),
        (b'{"text": "a"}\n{"text": "b"}\n', None, "something follows the end .* read it with the source jsonl"),
        (b'[{"text": "a"}] 3', None, "something follows the end"),
        (b'[{"text": "a"}][]', None, "something follows the end"),
        (b"<html>", None, "begins with neither"),
        (b'"text"', None, "begins with neither"),
    ],
)
def test_file_without_one_whole_array_is_an_error(
    tmp_path: Path, read: Any, content: bytes, array: str | None, message: str
) -> None:
    with pytest.raises(InputError, match=f"corpus.json: {message}"):
        read(read_source("json", path=write(tmp_path, content), array=array))


@pytest.mark.parametrize("array", ["", "a.", ".a", "a..b"])
def test_path_with_an_empty_key_is_refused(tmp_path: Path, array: str) -> None:
    with pytest.raises(ConfigError, match="is no path to an array"):
        read_source("json", path=write(tmp_path, []), array=array)


@pytest.mark.parametrize(
    ("element", "rule"),
    [
        (b'{"text": x}', "invalid-json"),
        (b"", "invalid-json"),
        (b'{"text": "a\0b"}', "nul-bytes"),
        (b'"text"', "not-an-object"),
        (b"17", "not-an-object"),
        (b'{"body": "x"}', "missing-text"),
        (b'{"text": "\\ud800"}', "lone-surrogate"),
        (b'{"text": "\xff\xfe"}', "invalid-utf8"),
        (b'{"a": ' + b"[" * 101 + b"]" * 101 + b"}", "nested-too-deep"),
    ],
)
def test_bad_element_is_rejected_with_its_number_and_reading_goes_on(
    tmp_path: Path, read: Any, element: bytes, rule: str
) -> None:
    good = json.dumps(ROW).encode()
    rows, rejected = read(read_source("json", path=write(tmp_path, b"[%b, %b , %b]" % (good, element, good))))
    assert [row["attributes"]["locator"] for row in rows] == ["corpus.json:1", "corpus.json:3"]
    assert [(row.locator, row.rule, row.content) for row in rejected] == [("corpus.json:2", rule, element)]


def test_element_over_the_limit_is_rejected_with_both_numbers(tmp_path: Path, read: Any) -> None:
    long = json.dumps({"text": "x" * 1000})
    path = write(tmp_path, f"[{long},{json.dumps(ROW)}]".encode())
    rows, rejected = read(read_source("json", path=path, maximum_element_bytes=100))
    assert [(row.rule, row.measured, row.limit) for row in rejected] == [("line-too-long", len(long), 100)]
    assert len(rows) == 1


def test_element_of_a_hundred_megabytes_is_never_held_in_memory(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "long.json"
    with path.open("wb") as file:
        file.write(b'[{"text": "')
        for _ in range(100):
            file.write(b"x" * (1 << 20))
        file.write(b'"},' + json.dumps(ROW).encode() + b"]")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rows, rejected = read(read_source("json", path=str(path)))
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert (len(rows), rejected[0].measured) == (1, (100 << 20) + 12)
    assert grown < 90


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".zst", zstandard.compress)])
def test_compressed_file_gives_the_same_rows(tmp_path: Path, read: Any, suffix: str, pack: Any) -> None:
    write(tmp_path, pack(json.dumps([ROW]).encode()), f"corpus.json{suffix}")
    rows, _ = read(read_source("json", path=str(tmp_path)))
    assert [row["text"] for row in rows] == [ROW["text"]]


@pytest.mark.parametrize("content", [b"", b" \n", b"[]", b"\xef\xbb\xbf[ ]", b'{"rows": []}'])
def test_file_without_elements_has_no_documents(tmp_path: Path, read: Any, content: bytes) -> None:
    assert read(read_source("json", path=write(tmp_path, content))) == ([], [])


VALUES = st.recursive(
    st.none() | st.integers() | st.text('[]{},:"\\aö\n', max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text('",\\b{', max_size=4), inner, max_size=4),
    max_leaves=12,
)


@given(st.lists(VALUES, max_size=6), st.integers(1, 9), st.booleans(), st.sampled_from([None, 1]))
def test_elements_are_those_that_a_parser_finds_wherever_the_chunks_end(
    values: list[Any], size: int, ascii_only: bool, indent: int | None
) -> None:
    content = json.dumps({"skip": {"rows": 1}, "rows": values}, ensure_ascii=ascii_only, indent=indent).encode()
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    found = list(elements(chunks, ["rows"], 1 << 20, "x"))
    assert [json.loads(line.content) for line in found] == values
    assert [line.number for line in found] == list(range(1, len(values) + 1))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(VALUES, min_size=1, max_size=4), st.data())
def test_file_cut_off_anywhere_is_never_taken_for_a_whole_one(values: list[Any], data: Any) -> None:
    content = json.dumps(values).encode()
    cut = data.draw(st.integers(1, len(content) - 1))
    with pytest.raises(InputError, match="cut off"):
        list(elements([content[:cut]], None, 1 << 20, "x"))
