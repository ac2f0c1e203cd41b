import gzip
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.feather
import pytest
from datasets import Dataset, disable_progress_bars

from headwater.core import InputError
from headwater.curate import read_source

disable_progress_bars()
TABLE = pa.table({"text": ["a", None, "c"], "license": ["mit", "mit", None], "n": [1, 2, 3], "list": [[1], [], None]})


def write(path: Path, table: pa.Table = TABLE, stream: bool = False, rows: int = 2) -> str:
    writer = pa.ipc.new_stream if stream else pa.ipc.new_file
    with writer(str(path), table.schema) as out:
        out.write_table(table, max_chunksize=rows)
    return str(path)


@pytest.mark.parametrize("stream", [False, True])
def test_file_and_stream_give_the_same_rows(tmp_path: Path, read: Any, stream: bool) -> None:
    rows, rejected = read(read_source("arrow", path=write(tmp_path / "a.arrow", stream=stream)))
    assert [(row["text"], row["licence"], row["attributes"]) for row in rows] == [
        ("a", "MIT", {"licence_declared": "mit", "locator": "a.arrow:1", "n": "1"}),
        ("c", "unknown", {"locator": "a.arrow:3", "n": "3"}),
    ]
    assert [(row.locator, row.rule) for row in rejected] == [("a.arrow:2", "missing-text")]


@pytest.mark.parametrize("compression", ["uncompressed", "lz4", "zstd"])
def test_feather_is_read(tmp_path: Path, read: Any, compression: str) -> None:
    pyarrow.feather.write_feather(TABLE, str(tmp_path / "a.feather"), compression=compression)
    assert [row["text"] for row in read(read_source("arrow", path=str(tmp_path)))[0]] == ["a", "c"]


def test_shards_of_a_saved_data_set_are_read(tmp_path: Path, read: Any) -> None:
    Dataset.from_dict({"text": ["a", "b"]}).save_to_disk(str(tmp_path))
    assert [row["text"] for row in read(read_source("arrow", path=str(tmp_path / "*.arrow")))[0]] == ["a", "b"]


def test_text_that_is_no_utf8_is_rejected_with_its_row(tmp_path: Path, read: Any) -> None:
    broken = pa.Array.from_buffers(pa.string(), 3, pa.array([b"a", b"\xff\xfe", b"c"]).buffers())
    path = write(tmp_path / "a.arrow", pa.table({"text": broken}))
    rows, rejected = read(read_source("arrow", path=path))
    assert [row["text"] for row in rows] == ["a", "c"]
    assert [(row.locator, row.rule) for row in rejected] == [("a.arrow:2", "invalid-utf8")]


def test_stream_cut_between_two_batches_is_an_error(tmp_path: Path) -> None:
    path = Path(write(tmp_path / "a.arrow", stream=True, rows=1))
    sizes = []
    for rows in (1, 2):
        write(tmp_path / "part", TABLE.slice(0, rows), stream=True, rows=1)
        sizes.append((tmp_path / "part").stat().st_size - 8)
    path.write_bytes(path.read_bytes()[: sizes[1]])
    assert pa.ipc.open_stream(path.read_bytes()).read_all().num_rows == 2  # the library takes it for a whole stream
    with pytest.raises(InputError, match="a.arrow: the Arrow stream has no end mark"):
        read_source("arrow", path=str(path))


@pytest.mark.parametrize("content", [b"", b"ARROW1", b"ARROW1\0\0" + b"x" * 50, b"\xff\xff\xff\xff", b"text"])
def test_what_is_no_arrow_is_an_error(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.arrow").write_bytes(content)
    with pytest.raises(InputError, match="a.arrow: "):
        read_source("arrow", path=str(tmp_path))


def test_packed_file_and_old_feather_say_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "a.arrow").write_bytes(gzip.compress(b"x"))
    with pytest.raises(InputError, match="unpack it first"):
        read_source("arrow", path=str(tmp_path))
    (tmp_path / "a.arrow").write_bytes(b"FEA1xxxx")
    with pytest.raises(InputError, match="Feather version 1"):
        read_source("arrow", path=str(tmp_path))


def test_missing_column_names_those_that_exist(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no column 'txt' .*did you mean \"text\""):
        read_source("arrow", path=write(tmp_path / "a.arrow"), text="txt")


@pytest.mark.parametrize("stream", [False, True])
def test_damaged_bytes_end_in_rows_or_in_an_error_but_never_in_a_crash(tmp_path: Path, read: Any, stream: bool) -> None:
    table = pa.table({"text": [f"text {number}" for number in range(50)], "n": pa.array(["x", "y"] * 25)})
    content = Path(write(tmp_path / "good.arrow", table, stream)).read_bytes()
    rng = random.Random(0)
    for number in range(200):
        damaged = bytearray(content)
        for _ in range(3):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        path = tmp_path / "bad.arrow"
        path.write_bytes(damaged)
        try:
            rows, rejected = read(read_source("arrow", path=str(path)))
        except InputError as error:
            assert "bad.arrow" in str(error), number
