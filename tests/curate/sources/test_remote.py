"""URLs through fsspec: the same documents as from disk, and nothing from anywhere that the user did not name."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.core import InputError
from headwater.curate import read_source
from headwater.pipeline.config import load_config

LINES = b'{"text": "Rivers rise."}\n{"text": "They end."}\n'


@pytest.fixture
def memory() -> Iterator[Any]:
    """The file system behind memory://, empty before and after."""
    filesystem = fsspec.filesystem("memory")
    filesystem.store.clear()
    yield filesystem
    filesystem.store.clear()


def put(memory: Any, path: str, content: bytes = LINES) -> None:
    with memory.open(path, "wb") as file:
        file.write(content)


def texts(read: Any, path: Any, **options: Any) -> list[tuple[str, str]]:
    rows, rejected = read(read_source(options.pop("source", "jsonl"), path=path, **options))
    assert rejected == []
    return [(row["text"], row["attributes"]["locator"]) for row in rows]


@pytest.mark.parametrize("path", ["memory://data/a.jsonl", "memory://data", "memory://data/*.jsonl", "memory://da*/a*"])
def test_file_folder_and_pattern_give_the_rows_of_a_disk(memory: Any, tmp_path: Path, read: Any, path: str) -> None:
    put(memory, "/data/a.jsonl")
    put(memory, "/data/.hidden.jsonl")
    put(memory, "/data/note.txt", b"no rows")
    found = texts(read, path)
    (tmp_path / "a.jsonl").write_bytes(LINES)
    name = "data/a.jsonl" if "da*" in path else "a.jsonl"
    assert found == [(text, f"{name}:{line}") for line, (text, _) in enumerate(texts(read, str(tmp_path)), 1)]


def test_folder_is_read_at_any_depth_in_the_order_of_names(memory: Any, read: Any) -> None:
    for name in ("b.jsonl", "sub/a.jsonl", "a.jsonl"):
        put(memory, f"/data/{name}", b'{"text": "x"}\n')
    assert [place for _, place in texts(read, "memory://data")] == ["a.jsonl:1", "b.jsonl:1", "sub/a.jsonl:1"]


def test_fingerprint_is_that_of_the_same_file_on_disk(memory: Any, tmp_path: Path) -> None:
    put(memory, "/data/a.jsonl")
    (tmp_path / "a.jsonl").write_bytes(LINES)
    found = [read_source("jsonl", path=path).fingerprint() for path in ("memory://data", str(tmp_path))]
    assert found[0] == found[1]


@pytest.mark.parametrize("url", ["file://{}", "file://{}/a.jsonl", "file://{}/*.jsonl"])
def test_url_of_a_file_is_its_path(tmp_path: Path, read: Any, url: str) -> None:
    (tmp_path / "a.jsonl").write_bytes(LINES)
    assert [text for text, _ in texts(read, url.format(tmp_path))] == ["Rivers rise.", "They end."]


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_columnar_files_are_read_from_a_url(memory: Any, read: Any, kind: str) -> None:
    table, held = pa.table({"text": ["Rivers rise.", "They end."]}), pa.BufferOutputStream()
    if kind == "parquet":
        pq.write_table(table, held)
    else:
        with pa.ipc.new_stream(held, table.schema) as writer:
            writer.write_table(table)
    put(memory, f"/data/a.{kind}", held.getvalue().to_pybytes())
    assert [text for text, _ in texts(read, "memory://data", source=kind)] == ["Rivers rise.", "They end."]


def test_urls_and_paths_can_stand_in_one_list(memory: Any, tmp_path: Path, read: Any) -> None:
    put(memory, "/data/a.jsonl", b'{"text": "far"}\n')
    (tmp_path / "b.jsonl").write_bytes(b'{"text": "near"}\n')
    assert texts(read, ["memory://data/a.jsonl", str(tmp_path)]) == [("near", "b.jsonl:1"), ("far", "data/a.jsonl:1")]


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("memory://absent", "no file ending in .jsonl"),
        ("memory://absent/*.jsonl", "no file"),
        ("ftp://a.example/x.jsonl", "cannot read from ftp://; .*protocols: abfs"),
        ("mem://data", 'cannot read from mem://; did you mean "memory"'),
        ("reference://x", "cannot read from reference://"),
        ("memory://a::https://b.example/x", "cannot read from memory://"),
        ("s3://bucket/x.jsonl", "library for s3:// is not installed"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(
    memory: Any, monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    if url.startswith("s3"):

        def missing(url: str) -> Any:
            raise ImportError("Install s3fs to access S3")

        monkeypatch.setattr("fsspec.core.url_to_fs", missing)
    with pytest.raises(InputError, match=message):
        read_source("jsonl", path=url)


def test_local_path_never_reaches_the_library(tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(url: str) -> Any:
        raise AssertionError(url)

    monkeypatch.setattr("fsspec.core.url_to_fs", never)
    (tmp_path / "a.jsonl").write_bytes(LINES)
    assert len(texts(read, [str(tmp_path / "a.jsonl"), f"file://{tmp_path}"])) == 2


def test_remote_file_that_breaks_off_is_an_error(memory: Any, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    put(memory, "/data/a.jsonl")
    source = read_source("jsonl", path="memory://data")

    class Broken:
        closed = False

        def read(self, size: int = -1) -> bytes:
            raise ConnectionResetError("reset by the other side")

        def seek(self, place: int, whence: int = 0) -> int:
            return place

        def close(self) -> None:
            self.closed = True

    monkeypatch.setattr(type(memory), "open", lambda *arguments, **options: Broken())
    with pytest.raises(InputError, match="memory://.*a.jsonl: .*reset by the other side"):
        read(source)


def test_pictures_are_read_from_disk_only(memory: Any) -> None:
    put(memory, "/data/a.png")
    with pytest.raises(InputError, match="images are read from disk only"):
        read_source("image-folder", path="memory://data")


def test_config_keeps_a_url_and_makes_each_path_of_a_list_absolute(tmp_path: Path) -> None:
    for path, expected in (
        ("memory://data", "memory://data"),
        ("[a.jsonl, 'memory://data']", [str(tmp_path / "a.jsonl"), "memory://data"]),
    ):
        (tmp_path / "c.yaml").write_text(f"corpus: {{source: jsonl, path: {path}}}\n")
        assert load_config(tmp_path / "c.yaml").corpus.options["path"] == expected
