"""Evaluation suites as files."""

import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.core import InputError, UsageError
from headwater.curate.duplicates.suites import Suites

ROW = {"question": "Which river?", "choices": ["the Elbe", "the Oder"], "meta": {"note": "deep"}, "number": 3}
PASSAGES = (("question", "Which river?"), ("choices", "the Elbe"), ("choices", "the Oder"), ("meta", "deep"))


def test_every_text_of_a_json_row_is_a_passage_under_its_outermost_key(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text(f"{json.dumps(ROW)}\n\n{json.dumps({'question': 'Why?'})}\n")
    first, second = Suites({"rivers": str(tmp_path / "s.jsonl")}).items_of("rivers")
    assert (first.suite, first.name, first.passages) == ("rivers", "s.jsonl:1", PASSAGES)
    assert (second.name, second.passages_of(["question"])) == ("s.jsonl:3", ("Why?",))


def test_parquet_keeps_lists_and_objects(tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist([ROW]), tmp_path / "s.parquet")
    (item,) = Suites({"rivers": str(tmp_path / "s.parquet")}).items_of("rivers")
    assert sorted(item.passages) == sorted(PASSAGES)


def test_csv_and_text_and_compressed_files_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('question,answer\n"Which, then?",the Elbe\n')
    (tmp_path / "b.txt").write_text("one item\n\nanother\n")
    with gzip.open(tmp_path / "c.jsonl.gz", "wt") as file:
        file.write('{"q": "packed"}\n')
    paths = [str(tmp_path / name) for name in ("a.csv", "b.txt", "c.jsonl.gz")]
    items = Suites({"all": paths}).items_of("all")
    assert [(item.name, item.passages) for item in items] == [
        ("a.csv:2", (("question", "Which, then?"), ("answer", "the Elbe"))),
        ("b.txt:1", (("text", "one item"),)),
        ("b.txt:3", (("text", "another"),)),
        ("c.jsonl.gz:1", (("q", "packed"),)),
    ]


def test_as_a_mapping_it_gives_what_the_result_depends_on(tmp_path: Path) -> None:
    path = tmp_path / "s.txt"
    path.write_text("one\n")
    suites = Suites({"s": str(path)})
    before = suites["s"]
    path.write_text("two\n")
    assert (before[0][0], suites["s"] != before, list(suites), len(suites)) == ("s.txt", True, ["s"], 1)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("s.jsonl", b'{"q": 1}\n{"q": \n', r"suite 'x': s.jsonl:2: invalid-json .*would count as clean"),
        ("s.jsonl", b'["a"]\n', "s.jsonl:1: not-an-object"),
        ("s.csv", b"a,b\n1,2,3\n", "suite 'x': s.csv:2"),
        ("s.parquet", b"PAR1 not", "s.parquet: not a readable Parquet file"),
        ("s.pkl", b"..", "a suite is JSON Lines, CSV, TSV, Parquet or text"),
    ],
)
def test_a_row_that_cannot_be_read_stops_the_run(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=message):
        Suites({"x": str(tmp_path / name)}).items_of("x")


def test_a_missing_file_is_named_with_its_suite_and_no_suite_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="suite 'x': .*nothing.jsonl: no such file"):
        Suites({"x": str(tmp_path / "nothing.jsonl")}).items_of("x")
    with pytest.raises(UsageError, match="name at least one"):
        Suites({})
