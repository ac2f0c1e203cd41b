from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from datasets import Dataset

from headwater.core import InputError
from headwater.curate import source_from

ROWS = [{"text": "one", "n": 1, "license": "MIT"}, {"text": "two", "n": 2, "license": "BSD 2-Clause"}]


@pytest.mark.parametrize("make", [list, pd.DataFrame, pa.Table.from_pylist, Dataset.from_list])
def test_every_kind_of_data_gives_the_same_rows(make: Any, read: Any) -> None:
    rows, rejected = read(source_from(make(ROWS), "mine"))
    assert rows == read(source_from(ROWS, "mine"))[0]
    assert [(row["text"], row["licence"], row["attributes"]["locator"]) for row in rows] == [
        ("one", "MIT", "mine:1"),
        ("two", "BSD-2-Clause", "mine:2"),
    ]
    assert rejected == []


def test_list_of_texts_is_enough(read: Any) -> None:
    assert [row["text"] for row in read(source_from(["a", "b"]))[0]] == ["a", "b"]


def test_missing_values_of_pandas_are_missing(read: Any) -> None:
    frame = pd.DataFrame(
        {"text": ["a", None, float("nan")], "n": [1.5, None, 2], "g": pd.Categorical(["x", None, "y"])}
    )
    rows, rejected = read(source_from(frame, groups=["g"]))
    assert [(row["groups"], row["attributes"]) for row in rows] == [({"g": "x"}, {"locator": "memory:1", "n": "1.5"})]
    assert [row.rule for row in rejected] == ["missing-text", "missing-text"]


def test_frame_with_mixed_types_rejects_only_what_is_no_text(read: Any) -> None:
    rows, rejected = read(source_from(pd.DataFrame({"text": ["a", 5, "b"]})))
    assert ([row["text"] for row in rows], [row.rule for row in rejected]) == (["a", "b"], ["not-text"])


def test_frame_with_two_columns_of_one_name_is_refused() -> None:
    with pytest.raises(InputError, match="same name"):
        source_from(pd.DataFrame([["a", "b"]], columns=["text", "text"]))


def test_row_that_is_no_text_is_rejected(read: Any) -> None:
    rows, rejected = read(source_from(["a", 5, {"text": "b"}]))
    assert (len(rows), [(row.locator, row.rule) for row in rejected]) == (2, [("memory:2", "not-an-object")])


@pytest.mark.parametrize("make", [pd.DataFrame, pa.Table.from_pylist, Dataset.from_list])
def test_missing_column_is_an_error_at_once(make: Any) -> None:
    with pytest.raises(InputError, match="no column 'txt' .*did you mean \"text\""):
        source_from(make(ROWS), text="txt")


def test_other_types_are_refused_with_the_way_out() -> None:
    with pytest.raises(InputError, match="cannot read documents from int; give a DataFrame"):
        source_from(5)


@pytest.mark.parametrize("make", [list, pd.DataFrame, pa.Table.from_pylist])
def test_fingerprint_follows_content_and_options(make: Any) -> None:
    base = source_from(make(ROWS)).fingerprint()
    assert source_from(make(ROWS)).fingerprint() == base
    changed = [source_from(make(ROWS[:1])), source_from(make(ROWS), groups=["n"]), source_from(make(ROWS), "other")]
    assert base not in {source.fingerprint() for source in changed}


def test_source_can_be_read_twice(read: Any) -> None:
    source = source_from(ROWS)
    assert read(source) == read(source)
