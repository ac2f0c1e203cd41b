import json
from pathlib import Path

import pytest

from headwater.core import SILENT, InputError, UsageError
from headwater.curate import guess_corpus, open_guess


def test_rows_without_a_text_are_a_table_in_every_format(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n")
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n{"a": 2}\n')
    (tmp_path / "a.json").write_text(json.dumps([{"a": 1}]))
    for name in ("a.csv", "a.jsonl", "a.json"):
        assert guess_corpus(tmp_path / name)["modality"] == "table", name


def test_a_column_of_another_name_can_hold_the_text(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("body,b\nwords,2\n")
    found = guess_corpus(tmp_path / "a.csv", text="body")
    assert (found["text"], found.get("modality")) == ("body", None)
    (batch,) = open_guess(found).batches(lambda rejected: None, SILENT)
    assert batch.column("text").to_pylist() == ["words"]


@pytest.mark.parametrize(("size", "documents"), [(1 << 18, 1), ((1 << 18) + 1, 132)])
def test_one_long_text_file_is_a_corpus(tmp_path: Path, size: int, documents: int) -> None:
    (tmp_path / "book.txt").write_text(("a line of words\n" * (size // 16 + 1))[:size])
    batches = open_guess(guess_corpus(tmp_path / "book.txt")).batches(lambda rejected: None, SILENT)
    assert sum(batch.num_rows for batch in batches) == documents


def test_names_of_columns_are_for_csv_alone(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": 1}\n')
    with pytest.raises(UsageError, match="--columns names the columns of a CSV file"):
        guess_corpus(tmp_path / "a.jsonl", ["x"])


def test_what_no_source_reads_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        guess_corpus(tmp_path / "nothing")
