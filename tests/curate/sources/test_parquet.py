from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.core import InputError
from headwater.curate import read_source


def write(folder: Path, name: str = "data.parquet", **columns: Any) -> str:
    pq.write_table(pa.table(columns), folder / name)
    return str(folder / name)


def test_rows_carry_provenance_groups_and_attributes(tmp_path: Path, read: Any) -> None:
    path = write(tmp_path, text=["a", "b"], license=["mit", None], gender=["f", None], n=[1, 2], deep=[[1], [2]])
    rows, _ = read(read_source("parquet", path=path, groups=["gender"]))
    assert [row["licence"] for row in rows] == ["MIT", "unknown"]
    assert [row["groups"] for row in rows] == [{"gender": "f"}, {}]
    assert rows[1]["attributes"] == {"locator": "data.parquet:2", "n": "2"}


def test_missing_text_column_names_file_column_and_the_nearest(tmp_path: Path) -> None:
    path = write(tmp_path, txt=["a"], id=[1])
    with pytest.raises(InputError, match="data.parquet: no column 'text' .*did you mean \"txt\"\\? it has txt, id"):
        read_source("parquet", path=path)


def test_text_column_of_numbers_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="column 'text' is int64, not text; columns of text: body"):
        read_source("parquet", path=write(tmp_path, text=[1], body=["a"]))


def test_file_that_is_no_parquet_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    write(tmp_path, "a.parquet", text=["x"])
    (tmp_path / "b.parquet").write_bytes(b"PAR1 not really")
    with pytest.raises(InputError, match="b.parquet: not a readable Parquet file"):
        read_source("parquet", path=str(tmp_path))


def test_file_damaged_in_the_middle_is_an_error_that_names_it(tmp_path: Path, read: Any) -> None:
    path = Path(write(tmp_path, text=[f"text number {number}" for number in range(10_000)]))
    content = bytearray(path.read_bytes())
    content[100:5000] = bytes(4900)
    path.write_bytes(bytes(content))
    with pytest.raises(InputError, match="data.parquet"):
        read(read_source("parquet", path=str(path)))


def test_missing_text_is_rejected_with_its_row(tmp_path: Path, read: Any) -> None:
    rows, rejected = read(read_source("parquet", path=write(tmp_path, text=["a", None, "c"])))
    assert len(rows) == 2
    assert [(row.locator, row.rule) for row in rejected] == [("data.parquet:2", "missing-text")]


def test_text_that_is_no_utf8_is_rejected_alone(tmp_path: Path, read: Any) -> None:
    texts = pa.array([b"a", b"\xff\xfe", b"c", b"d", b"\xed\xa0\x80"], pa.binary()).view(pa.string())
    rows, rejected = read(read_source("parquet", path=write(tmp_path, text=texts)))
    assert [row["text"] for row in rows] == ["a", "c", "d"]
    assert [(row.locator, row.rule) for row in rejected] == [
        ("data.parquet:2", "invalid-utf8"),
        ("data.parquet:5", "invalid-utf8"),
    ]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())])
def test_every_kind_of_string_column_is_text(tmp_path: Path, read: Any, kind: pa.DataType) -> None:
    rows, _ = read(read_source("parquet", path=write(tmp_path, text=pa.array(["a", "b"], pa.string()).cast(kind))))
    assert [row["text"] for row in rows] == ["a", "b"]


def test_rows_are_numbered_across_row_groups(tmp_path: Path, read: Any) -> None:
    pq.write_table(pa.table({"text": [str(n) for n in range(5_000)]}), tmp_path / "a.parquet", row_group_size=700)
    rows, _ = read(read_source("parquet", path=str(tmp_path)))
    assert [row["attributes"]["locator"] for row in rows] == [f"a.parquet:{n + 1}" for n in range(5_000)]
    assert [row["text"] for row in rows] == [str(n) for n in range(5_000)]


def test_file_without_rows_has_no_documents(tmp_path: Path, read: Any) -> None:
    assert read(read_source("parquet", path=write(tmp_path, text=pa.array([], pa.string())))) == ([], [])


def test_table_modality_needs_no_text_column(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("parquet", path=write(tmp_path, a=[1], b=["x"]), modality="table"))
    assert rows[0]["table"] == '{"a": 1, "b": "x"}'
