from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from headwater.core import SILENT, IntegrityError, read_parquet, sha256
from headwater.curate import Rejected, shards
from headwater.curate.base import Source
from headwater.curate.reading import REJECTED, read_shards
from headwater.curate.shards import read_table, shard_name

Make = Callable[..., Any]


def read_everything(source: Source, folder: Path) -> int:
    return len(list(read_shards(source, folder, SILENT)))


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "SHARD_ROWS", 4)


def test_all_documents_are_on_disk_in_order(tmp_path: Path, source: Make) -> None:
    texts = [f"text {number}" for number in range(10)]
    count = read_everything(source(texts, batch=3), tmp_path / "read")
    assert count == 3
    found = [read_table(tmp_path / "read" / shard_name(number), "kept") for number in range(count)]
    assert [text for table in found for text in table.column("text").to_pylist()] == texts


def test_a_rejected_row_has_its_reason_place_and_hash_but_no_content(tmp_path: Path, source: Make) -> None:
    rejected = Rejected("a.jsonl:7", "a.jsonl", "invalid-json", "expecting ':'", 3.0, 1.0, b'{"secret')
    read_everything(source(["fine"], [rejected]), tmp_path / "read")
    (row,) = read_parquet(tmp_path / "read" / REJECTED).to_pylist()
    assert dict(row["attributes"]) == {"locator": "a.jsonl:7", "sha256": sha256(b'{"secret')}
    assert (row["text"], row["step"], row["action"], row["rule"], row["measured"], row["limit"], row["source"]) == (
        "",
        "read",
        "removed",
        "invalid-json",
        3,
        1,
        "a.jsonl",
    )


def test_a_place_that_is_no_unicode_is_written_all_the_same(tmp_path: Path, source: Make) -> None:
    rejected = Rejected("bad\udcff.txt", "bad\udcff.txt", "invalid-utf8", "byte \udcff")
    read_everything(source(["fine"], [rejected]), tmp_path / "read")
    assert read_parquet(tmp_path / "read" / REJECTED).column("source").to_pylist() == ["bad\\udcff.txt"]


def test_a_finished_reading_is_not_done_again(tmp_path: Path, source: Make) -> None:
    given = source(["a", "b"])
    read_everything(given, tmp_path / "read")
    read_everything(given, tmp_path / "read")
    assert given.read == 1


@pytest.mark.parametrize("file", ["00000000/kept.parquet", "done.json", REJECTED])
def test_a_damaged_reading_is_done_again(tmp_path: Path, source: Make, file: str) -> None:
    given = source(["a", "b"])
    read_everything(given, tmp_path / "read")
    (tmp_path / "read" / file).unlink()
    read_everything(given, tmp_path / "read")
    assert given.read == 2


def test_two_documents_of_one_id_are_an_error(tmp_path: Path, source: Make) -> None:
    given = source([f"text {number}" for number in range(9)])
    given.rows[8] = given.rows[1]
    with pytest.raises(IntegrityError, match=f"more than once, the first is {given.rows[1]['id']}"):
        read_everything(given, tmp_path / "read")
