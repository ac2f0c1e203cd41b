import gzip
import os
from pathlib import Path
from typing import Any

import pytest

from headwater.core import ConfigError, InputError
from headwater.curate import read_source

DATA = Path(os.environ.get("HEADWATER_DATA", Path(__file__).parents[4] / "shared" / "data"))
TEXT = "First paragraph,\nsecond line.\n\n\n  Indented paragraph.\n \nLast.\n"


def write(folder: Path, content: bytes | str, name: str = "a.txt") -> str:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder / name)


def test_file_is_one_document_by_default(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("text", path=write(tmp_path, TEXT)))
    assert (row["text"], row["attributes"], row["source"]) == (TEXT.rstrip(), {"locator": "a.txt"}, "a.txt")


def test_folder_gives_one_document_a_file(tmp_path: Path, read: Any) -> None:
    write(tmp_path, "second", "b.md")
    write(tmp_path, "first", "a.txt")
    write(tmp_path, gzip.compress(b"third"), "c.txt.gz")
    write(tmp_path, "no text", "d.py")
    rows, _ = read(read_source("text", path=str(tmp_path)))
    assert [row["text"] for row in rows] == ["first", "second", "third"]


def test_paragraphs_are_split_at_blank_lines_and_located(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("text", path=write(tmp_path, TEXT), split="paragraph"))
    assert [(row["text"], row["attributes"]["locator"]) for row in rows] == [
        ("First paragraph,\nsecond line.", "a.txt:1"),
        ("  Indented paragraph.", "a.txt:5"),
        ("Last.", "a.txt:7"),
    ]


def test_lines_are_documents_without_the_blank_ones(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("text", path=write(tmp_path, TEXT), split="line"))
    assert [row["attributes"]["locator"] for row in rows] == ["a.txt:1", "a.txt:2", "a.txt:5", "a.txt:7"]


def test_pieces_of_limited_length_end_at_blank_lines(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("text", path=write(tmp_path, TEXT), split={"characters": 50}))
    assert [row["text"] for row in rows] == ["First paragraph,\nsecond line.", "  Indented paragraph.\n \nLast."]


@pytest.mark.parametrize("split", [{"characters": 0}, {"characters": 5, "lines": 2}, {"words": 5}, {}, "sentence"])
def test_unknown_way_to_split_is_refused(tmp_path: Path, split: Any) -> None:
    with pytest.raises(ConfigError, match="split"):
        read_source("text", path=write(tmp_path, TEXT), split=split)


def test_declared_provenance_holds_for_every_document(tmp_path: Path, read: Any) -> None:
    declared = {"licence": "CC BY-SA 3.0", "source": "wiki", "collected": "2017-01-01"}
    (row,), _ = read(read_source("text", path=write(tmp_path, "x"), declared=declared))
    assert (row["licence"], row["source"], row["collected"]) == ("CC-BY-SA-3.0", "wiki", "2017-01-01")


@pytest.mark.parametrize("split", ["file", "paragraph", "line", {"characters": 50}])
def test_document_in_another_encoding_is_rejected_with_its_place(tmp_path: Path, read: Any, split: Any) -> None:
    _, rejected = read(read_source("text", path=write(tmp_path, "one\n\ncafé\n\ntwo".encode("latin-1")), split=split))
    place = "a.txt" if split == "file" else "a.txt:3"
    assert [(row.rule, row.locator) for row in rejected] == [("invalid-utf8", place)]


def test_piece_that_cannot_be_decoded_does_not_take_its_neighbours_with_it(tmp_path: Path, read: Any) -> None:
    path = write(tmp_path, "one\n\ncafé\n\ntwo".encode("latin-1"))
    rows, _ = read(read_source("text", path=path, split={"characters": 50}))
    assert [row["text"] for row in rows] == ["one", "two"]


def test_other_encoding_can_be_named(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("text", path=write(tmp_path, "café".encode("latin-1")), encoding="latin-1"))
    assert row["text"] == "café"


def test_unknown_encoding_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no encoding 'utf-9'"):
        read_source("text", path=write(tmp_path, "x"), encoding="utf-9")


def test_encoding_that_does_not_extend_ascii_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="convert the files to UTF-8"):
        read_source("text", path=write(tmp_path, "x"), encoding="utf-16")


@pytest.mark.parametrize("split", ["file", "paragraph", "line", {"characters": 50}])
def test_document_over_the_limit_is_rejected_with_both_numbers(tmp_path: Path, read: Any, split: Any) -> None:
    path = write(tmp_path, "x" * 500)
    rows, rejected = read(read_source("text", path=path, split=split, maximum_bytes=100))
    assert rows == []
    assert [(row.rule, row.measured, row.limit) for row in rejected] == [("document-too-long", 500, 100)]


@pytest.mark.parametrize("content", ["", "\n\n", " \n\t\n"])
@pytest.mark.parametrize("split", ["file", "paragraph", "line", {"characters": 50}])
def test_blank_file_has_no_documents(tmp_path: Path, read: Any, content: str, split: Any) -> None:
    assert read(read_source("text", path=write(tmp_path, content), split=split)) == ([], [])


def test_nul_characters_are_kept_for_the_unicode_step(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("text", path=write(tmp_path, b"a\0b")))
    assert row["text"] == "a\0b"


@pytest.mark.skipif(not (DATA / "tinyshakespeare").is_dir(), reason="HEADWATER_DATA has no tinyshakespeare")
def test_no_word_of_tiny_shakespeare_is_lost(read: Any) -> None:
    path = DATA / "tinyshakespeare" / "input.txt"
    rows, rejected = read(read_source("text", path=str(path), split={"characters": 2000}))
    words = [word for row in rows for word in row["text"].split()]
    assert (words, rejected) == (path.read_text().split(), [])
    assert max(len(row["text"]) for row in rows) <= 2000
