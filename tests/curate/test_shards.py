from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import TEXT_SCHEMA, record_batch, text_record
from headwater.curate import shards
from headwater.curate.shards import Cutter, is_whole, read_facts, read_ids, read_table, shard_name, write_shard


def batch_of(texts: list[str], first: int = 0) -> pa.RecordBatch:
    return record_batch([text_record(text, f"t:{first + line}", "t") for line, text in enumerate(texts)])


def cut(texts: list[str], size: int) -> list[list[str]]:
    cutter = Cutter(TEXT_SCHEMA)
    found = [
        table
        for start in range(0, len(texts), size)
        for table in cutter.add(batch_of(texts[start : start + size], start))
    ]
    return [table.column("text").to_pylist() for table in [*found, *cutter.rest()]]


def test_a_shard_comes_back_as_it_was_written(tmp_path: Path) -> None:
    table = pa.Table.from_batches([batch_of(["a", "b"])])
    write_shard(tmp_path / "x", {"kept": table}, {"documents": 2})
    assert is_whole(tmp_path / "x")
    assert read_table(tmp_path / "x", "kept").equals(table)
    assert read_facts(tmp_path / "x") == {"documents": 2}
    assert read_ids(tmp_path / "x").to_pylist() == table.column("id").to_pylist()


@pytest.mark.parametrize("damage", ["missing", "cut", "ledger", "absent"])
def test_a_damaged_shard_is_not_whole_and_is_written_again(tmp_path: Path, damage: str) -> None:
    folder, table = tmp_path / "x", pa.Table.from_batches([batch_of(["a", "b"])])
    write_shard(folder, {"kept": table}, {})
    file = folder / ("done.json" if damage in ("ledger", "absent") else "kept.parquet")
    content = file.read_bytes()
    file.unlink()
    if damage in ("cut", "ledger"):
        file.write_bytes(content[: len(content) // 2])
    assert not is_whole(folder)
    write_shard(folder, {"kept": table}, {})
    assert is_whole(folder)


def test_a_whole_shard_is_left_to_the_process_that_was_first(tmp_path: Path) -> None:
    table = pa.Table.from_batches([batch_of(["a"])])
    write_shard(tmp_path / "x", {"kept": table}, {"who": "first"})
    write_shard(tmp_path / "x", {"kept": table}, {"who": "second"})
    assert read_facts(tmp_path / "x") == {"who": "first"}
    assert [path.name for path in tmp_path.iterdir()] == ["x"]


def test_names_sort_like_numbers() -> None:
    assert sorted(map(shard_name, [100, 20, 3])) == [shard_name(3), shard_name(20), shard_name(100)]


def test_a_shard_ends_where_its_bytes_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_BYTES", 10)
    assert cut(["aaaa", "bbbb", "cccc", "dddddddddddddd", "e"], 5) == [["aaaa", "bbbb", "cccc"], ["d" * 14], ["e"]]


@given(st.lists(st.text("ab", max_size=9), max_size=30), st.integers(1, 8), st.integers(1, 8))
def test_where_it_is_cut_does_not_depend_on_the_batches(texts: list[str], one: int, other: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "SHARD_ROWS", 5)
        patch.setattr(shards, "SHARD_BYTES", 20)
        found = cut(texts, one)
        assert found == cut(texts, other)
        assert [text for part in found for text in part] == texts
        assert all(len(part) <= 5 for part in found)
