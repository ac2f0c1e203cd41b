import gzip
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from datasets import Dataset, disable_progress_bars

from headwater.core import CorpusWriter, InputError, record_batch, text_record
from headwater.curate import SOURCES, guess_source
from headwater.curate.sources.guess import BY_SUFFIX

disable_progress_bars()


@pytest.mark.parametrize("packed", ["", ".gz", ".zst", ".bz2"])
@pytest.mark.parametrize("suffix", sorted(set(BY_SUFFIX) - {".json"}))
def test_ending_says_the_source(tmp_path: Path, suffix: str, packed: str) -> None:
    path = tmp_path / f"A{suffix.upper()}{packed}"
    path.write_bytes(b"")
    assert guess_source(path) == {"source": BY_SUFFIX[suffix], "path": str(path)}
    assert guess_source(tmp_path)["source"] == BY_SUFFIX[suffix]


def test_every_source_that_is_guessed_exists() -> None:
    assert set(BY_SUFFIX.values()) - set(SOURCES.names()) == set()


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress])
@pytest.mark.parametrize(
    ("content", "source"),
    [
        (b'[{"text": "a"}]', "json"),
        (b'\xef\xbb\xbf [\n{"text": "a"}]', "json"),
        (b'{"text": "a"}\n{"text": "b"}\n', "jsonl"),
        (b'{"text": "a"}', "jsonl"),
        (b'{"text": "' + b"a" * 100_000 + b'"}\n', "jsonl"),
        (b'{\n "rows": [{"text": "a"}]}', "json"),
        (b"", "json"),
    ],
)
def test_json_is_lines_or_an_array_by_its_content(tmp_path: Path, content: bytes, source: str, pack: object) -> None:
    (tmp_path / "a.json").write_bytes(pack(content))  # type: ignore[operator]
    assert guess_source(tmp_path / "a.json")["source"] == source
    assert guess_source(tmp_path)["source"] == source


@pytest.mark.parametrize(
    ("content", "source"),
    [
        (b"%PDF-1.7\n", "pdf"),
        (b"WARC/1.0\r\n", "warc"),
        (b"\n<!DOCTYPE HTML><html>", "html"),
        (b'<html lang="en">', "html"),
        (b'[{"text": "a"}]', "json"),
        (b'{"text": "a"}\n', "jsonl"),
        (b"\x89PNG\r\n", "image-folder"),
    ],
)
def test_content_says_the_source_where_the_ending_does_not(tmp_path: Path, content: bytes, source: str) -> None:
    (tmp_path / "data").write_bytes(content)
    assert guess_source(tmp_path / "data")["source"] == source


def test_parquet_and_arrow_are_known_by_their_content(tmp_path: Path) -> None:
    table = pa.table({"text": ["a"]})
    pq.write_table(table, tmp_path / "one")
    with pa.ipc.new_file(str(tmp_path / "two"), table.schema) as writer:
        writer.write_table(table)
    assert [guess_source(tmp_path / name)["source"] for name in ("one", "two")] == ["parquet", "arrow"]


@pytest.mark.parametrize("content", [b"", b"plain words", b"\x00\x01"])
def test_what_cannot_be_told_says_the_known_endings(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "data.xyz").write_bytes(content)
    with pytest.raises(InputError, match=r"data.xyz: cannot tell .*\.jsonl"):
        guess_source(tmp_path / "data.xyz")


def test_absent_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="absent: no such file"):
        guess_source(tmp_path / "absent")


def test_readme_beside_rows_is_no_document(tmp_path: Path) -> None:
    for name in ("README.md", "LICENSE.txt", "sub/b.jsonl", ".hidden/c.parquet"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert guess_source(tmp_path) == {"source": "jsonl", "path": str(tmp_path)}


def test_text_and_markdown_together_are_text(tmp_path: Path) -> None:
    for name in ("a.md", "b.txt"):
        (tmp_path / name).write_bytes(b"")
    assert guess_source(tmp_path)["source"] == "text"


@pytest.mark.parametrize("names", [("a.csv", "b.jsonl"), ("a.html", "b.pdf"), ("a.parquet", "b.json")])
def test_folder_of_several_kinds_is_an_error_that_counts_them(tmp_path: Path, names: tuple[str, str]) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"")
    with pytest.raises(InputError, match="files of several kinds .1 .*, 1 "):
        guess_source(tmp_path)


def test_folder_without_known_files_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no file of a known kind"):
        guess_source(tmp_path)


def test_folder_of_a_corpus_or_a_data_set_is_known(tmp_path: Path) -> None:
    with CorpusWriter(tmp_path / "corpus") as writer:
        writer.write(record_batch([text_record("a", "a:1", "a")]))
    Dataset.from_dict({"text": ["a"]}).save_to_disk(str(tmp_path / "saved"))
    assert guess_source(tmp_path / "corpus")["path"].endswith("part-*.parquet")
    assert guess_source(tmp_path / "saved") == {"source": "datasets", "path": str(tmp_path / "saved")}
    assert json.loads((tmp_path / "corpus/manifest.json").read_text())["kind"] == "corpus"


def test_folder_of_images_stays_one_beside_a_metadata_file_and_a_few_others(tmp_path: Path) -> None:
    for number in range(30):
        (tmp_path / f"{number}.webp").write_bytes(b"")
    for name in ("metadata.jsonl", "README.md", "notes.txt", "page.html"):
        (tmp_path / name).write_text("{}")
    assert guess_source(tmp_path)["source"] == "image-folder"


def test_folder_of_rows_with_a_few_pictures_stays_one_of_rows(tmp_path: Path) -> None:
    for name in ("rows.jsonl", "a.png", "b.png"):
        (tmp_path / name).write_text("{}")
    assert guess_source(tmp_path)["source"] == "jsonl"
