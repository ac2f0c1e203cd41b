import csv
import gzip
import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.core import ConfigError, InputError
from headwater.curate import read_source


def write(folder: Path, content: bytes | str, name: str = "data.csv") -> str:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder / name)


def test_rows_carry_the_line_at_which_they_start(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("csv", path=write(tmp_path, 'id,text\n1,"one\ntwo"\n\n2,three\n')))
    assert [(row["text"], row["attributes"]["locator"]) for row in rows] == [
        ("one\ntwo", "data.csv:2"),
        ("three", "data.csv:5"),
    ]


def test_tsv_is_separated_by_tabs(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("csv", path=write(tmp_path, "text\tn\na, b\t1\n", "data.tsv.gz")))
    assert (rows[0]["text"], rows[0]["attributes"]["n"]) == ("a, b", "1")


def test_other_delimiters_can_be_named(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("csv", path=write(tmp_path, "text;n\na, b;1\n"), delimiter=";"))
    assert rows[0]["text"] == "a, b"


def test_delimiter_that_cannot_separate_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="delimiter: '::' is not a single character"):
        read_source("csv", path=write(tmp_path, "text\n"), delimiter="::")


def test_row_with_another_number_of_values_is_rejected_with_both_numbers(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("csv", path=write(tmp_path, "text,n\na,1\nb\nc,1,2\nd,2\n")))
    assert [row["text"] for row in rows] == ["a", "d"]
    assert [(row.locator, row.rule, row.measured, row.limit) for row in rejected] == [
        ("data.csv:3", "wrong-number-of-columns", 1, 2),
        ("data.csv:4", "wrong-number-of-columns", 3, 2),
    ]


def test_quote_that_is_never_closed_is_rejected_with_the_lines_lost(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("csv", path=write(tmp_path, 'text,n\na,1\n"b,2\nc,3\nd,4\n')))
    assert [row["text"] for row in rows] == ["a"]
    assert [(row.locator, row.rule) for row in rejected] == [("data.csv:3", "invalid-csv")]
    assert rejected[0].evidence.startswith("lines 3 to 5: ")


def test_reading_goes_on_after_a_record_over_the_limit(tmp_path: Path, read: Any) -> None:
    content = 'text,n\na,1\n"' + "x\n" * 300 + "y,2\nb,3\n"
    rows, rejected = read(read_source("csv", path=write(tmp_path, content), maximum_row_bytes=200))
    assert rows[0]["text"] == "a" and rows[-1]["text"] == "b"
    assert (rejected[0].rule, rejected[0].limit, rejected[0].measured > 200) == ("row-too-long", 200, True)


def test_single_line_over_the_limit_is_rejected(tmp_path: Path, read: Any) -> None:
    content = "text,n\n" + "x" * 500 + ",2\nb,3\n"
    rows, rejected = read(read_source("csv", path=write(tmp_path, content), maximum_row_bytes=200))
    assert ([row["text"] for row in rows], [row.locator for row in rejected]) == (["b"], ["data.csv:2"])


def test_malformed_quote_rejects_its_row_only(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("csv", path=write(tmp_path, 'text,n\n"a"b,1\nc,2\n')))
    assert ([row["text"] for row in rows], [row.rule for row in rejected]) == (["c"], ["invalid-csv"])


def test_row_that_is_no_utf8_is_rejected(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("csv", path=write(tmp_path, b"text,n\ncaf\xe9,1\nok,2\n")))
    assert ([row["text"] for row in rows], [row.rule for row in rejected]) == (["ok"], ["invalid-utf8"])


def test_missing_text_column_names_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="data.csv: no column 'text' .* it has a, b; where these are values"):
        read_source("csv", path=write(tmp_path, "a,b\n1,2\n"))


def test_file_without_header_gets_its_columns_from_the_options(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("csv", path=write(tmp_path, "39, Private\n"), columns=["age", "text"]))
    assert (rows[0]["text"], rows[0]["attributes"]["age"]) == (" Private", "39")


def test_repeated_and_blank_header_names_lose_no_value(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("csv", path=write(tmp_path, "text,a,,a\nx,1,2,3\n")))
    assert rows[0]["attributes"] == {"a": "1", "column_3": "2", "a_2": "3", "locator": "data.csv:2"}


@pytest.mark.parametrize("content", [b"", b"\n\n", b"text,n\n"])
def test_file_without_rows_has_no_documents(tmp_path: Path, read: Any, content: bytes) -> None:
    assert read(read_source("csv", path=write(tmp_path, content))) == ([], [])


def test_gzip_gives_the_same_rows(tmp_path: Path, read: Any) -> None:
    plain = read(read_source("csv", path=write(tmp_path, "text\nx\n")))[0]
    packed = read(read_source("csv", path=write(tmp_path, gzip.compress(b"text\nx\n"), "data.csv.gz")))[0]
    assert [row["text"] for row in plain] == [row["text"] for row in packed] == ["x"]


TEXTS = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), min_size=1, max_size=20), max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
def test_what_was_written_is_read(tmp_path: Path, read: Any, texts: list[str]) -> None:
    written = io.StringIO()
    csv.writer(written, quoting=csv.QUOTE_ALL).writerows([["text", "n"], *([text, "1"] for text in texts)])
    rows, rejected = read(read_source("csv", path=write(tmp_path, written.getvalue())))
    assert ([row["text"] for row in rows], rejected) == (texts, [])


def test_table_agrees_with_pandas(tmp_path: Path, read: Any) -> None:
    path = write(tmp_path, 'age,job\n39," a, b"\n50,"c ""d"""\n')
    rows, _ = read(read_source("csv", path=path, modality="table"))
    expected = pd.read_csv(path, dtype=str).map(str.strip).to_json(orient="records", lines=True).splitlines()
    assert [row["table"].replace('": "', '":"').replace(', "', ',"') for row in rows] == [
        line.replace(', "', ',"') for line in expected
    ]
