from pathlib import Path

import pyarrow as pa
import pytest

from headwater.core import read_parquet
from headwater.curate import table_writer
from headwater.curate.table_writer import TableWriter

SCHEMA = pa.schema([pa.field("number", pa.int64())])


def write(path: Path, sizes: list[int]) -> bytes:
    with TableWriter(path, SCHEMA) as writer:
        start = 0
        for size in sizes:
            writer.write(pa.table({"number": list(range(start, start + size))}, schema=SCHEMA))
            start += size
    return path.read_bytes()


def test_the_bytes_do_not_depend_on_the_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_writer, "GROUP_ROWS", 7)
    one = write(tmp_path / "a.parquet", [20])
    assert one == write(tmp_path / "b.parquet", [1, 6, 0, 10, 3])
    assert read_parquet(tmp_path / "a.parquet").column("number").to_pylist() == list(range(20))


def test_no_rows_make_a_file_without_rows(tmp_path: Path) -> None:
    write(tmp_path / "a.parquet", [])
    assert read_parquet(tmp_path / "a.parquet").schema.equals(SCHEMA)


def test_a_failed_block_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="stop"), TableWriter(tmp_path / "a.parquet", SCHEMA) as writer:
        writer.write(pa.table({"number": [1]}, schema=SCHEMA))
        raise ValueError("stop")
    assert list(tmp_path.iterdir()) == []
