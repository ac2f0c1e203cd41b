import bz2
import gzip
import os
from pathlib import Path

import pytest
import zstandard

from headwater.core import InputError
from headwater.curate.sources.files import InputFile, find_files, open_input

TEXT = b"".join(b"line %d of a text\n" % number for number in range(100_000))


def names(found: list[InputFile]) -> list[str]:
    return [file.name for file in found]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.jsonl", "a/z.jsonl.gz", "a/A.JSONL", "a/notes.md", ".hidden/c.jsonl", ".d.jsonl"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"{}\n")
    return tmp_path


def test_folder_gives_its_files_at_any_depth_sorted_without_hidden_ones(folder: Path) -> None:
    assert names(find_files(folder, [".jsonl"])) == ["a/A.JSONL", "a/z.jsonl.gz", "b.jsonl"]


def test_single_file_is_named_without_its_folder(folder: Path) -> None:
    assert names(find_files(str(folder / "a/notes.md"), [".jsonl"])) == ["notes.md"]


def test_pattern_names_files_from_its_fixed_part(folder: Path) -> None:
    assert names(find_files(f"{folder}/**/*.jsonl*")) == ["a/z.jsonl.gz", "b.jsonl"]


def test_list_names_files_from_the_folder_that_they_share(folder: Path) -> None:
    assert names(find_files([folder / "b.jsonl", folder / "a"], [".md"])) == ["a/notes.md", "b.jsonl"]


def test_list_gives_a_file_once(folder: Path) -> None:
    assert names(find_files([folder / "b.jsonl", folder / "*.jsonl"])) == ["b.jsonl"]


def test_missing_file_offers_the_nearest_name(folder: Path) -> None:
    with pytest.raises(InputError, match='no such file or folder; did you mean "b.jsonl"'):
        find_files(folder / "b.json")


@pytest.mark.parametrize(
    ("path", "message"),
    [("*.csv", "no file matches"), ("absent/*.csv", "no such folder; check"), ("a", "no file ending in .csv")],
)
def test_path_without_files_is_an_error(folder: Path, path: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        find_files(folder / path, [".csv"])


def test_empty_list_is_an_error() -> None:
    with pytest.raises(InputError, match="list is empty"):
        find_files([])


def test_pipe_is_refused_instead_of_waiting_for_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="not a regular file"):
        find_files(tmp_path / "pipe")


def test_file_name_that_is_no_utf8_gets_a_storable_name(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"caf\xe9.txt")).write_text("x")
    assert names(find_files(tmp_path)) == ["caf\\xe9.txt"]


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress, bz2.compress])
def test_content_is_decompressed_by_what_it_is_and_not_by_its_name(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "plain.txt"
    path.write_bytes(pack(TEXT))  # type: ignore[operator]
    taken: list[float] = []
    with open_input(InputFile(path, "plain.txt"), taken.append) as chunks:
        assert b"".join(chunks) == TEXT
    assert sum(taken) == path.stat().st_size


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, bz2.compress])
def test_truncated_compressed_file_is_an_error_and_no_silent_end(tmp_path: Path, pack: object) -> None:
    path = tmp_path / "cut.gz"
    path.write_bytes(pack(TEXT)[:-10])  # type: ignore[operator]
    with pytest.raises(InputError, match="cut.gz: damaged .* data"), open_input(InputFile(path, "cut.gz")) as chunks:
        list(chunks)


def test_error_of_the_reader_is_not_taken_for_one_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    with pytest.raises(OSError, match="disk full"), open_input(InputFile(tmp_path / "a.txt", "a.txt")):
        raise OSError("disk full")
