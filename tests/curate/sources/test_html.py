import gzip
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from headwater.core import UsageError, document_id
from headwater.curate import read_source

PAGE = "<html lang=de><head><title>T</title></head><body><article>{}</article></body></html>".format(
    "".join(f"<p>Rivers rise in the hills, take what the rain brings, and end at sea {n}.</p>" for n in range(6))
)


def write(folder: Path, content: str | bytes = PAGE, name: str = "a.html") -> str:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return str(folder)


def test_each_file_is_a_document(tmp_path: Path, read: Any) -> None:
    write(tmp_path, name="b.htm")
    write(tmp_path, gzip.compress(PAGE.encode()), "c.html.gz")
    write(tmp_path, "no page", "d.txt")
    rows, rejected = read(read_source("html", path=write(tmp_path)))
    assert [row["source"] for row in rows] == ["a.html", "b.htm", "c.html.gz"]
    assert len({row["text"] for row in rows}) == 1 and rejected == []
    assert (rows[0]["language"], rows[0]["attributes"]) == ("de", {"locator": "a.html", "title": "T"})
    assert rows[0]["id"] == document_id(rows[0]["text"].encode(), "a.html")


def test_page_goes_before_what_is_declared(tmp_path: Path, read: Any) -> None:
    declared = {"language": "fr", "licence": "MIT"}
    (row,), _ = read(read_source("html", path=write(tmp_path), declared=declared))
    assert (row["language"], row["licence"]) == ("de", "MIT")


@pytest.mark.parametrize(
    ("content", "options", "rule"),
    [
        (b"<html></html>", {}, "no-text"),
        (b"<meta charset=utf-8>\xff", {}, "wrong-encoding"),
        (b"<p>" + b"x" * 100, {"maximum_bytes": 100}, "document-too-long"),
        (b"<div>" * 400, {}, "too-complex"),
    ],
)
def test_bad_page_is_rejected_and_reading_goes_on(
    tmp_path: Path, read: Any, content: bytes, options: Any, rule: str
) -> None:
    write(tmp_path, content, "bad.html")
    write(tmp_path, "<p>fine</p>")
    rows, rejected = read(read_source("html", path=str(tmp_path), extract="all", **options))
    assert [row["text"] for row in rows] == ["fine"]
    assert [(row.locator, row.rule, row.content) for row in rejected] == [
        ("bad.html", rule, content[: options.get("maximum_bytes", 65536)])
    ]


def test_empty_file_has_no_document(tmp_path: Path, read: Any) -> None:
    assert read(read_source("html", path=write(tmp_path, b""))) == ([], [])


def test_missing_library_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    with pytest.raises(UsageError, match=r"needs trafilatura, .* pip install 'headwater\[documents\]'"):
        read_source("html", path=write(tmp_path))


def test_fingerprint_follows_options_and_the_version_of_the_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path)
    found = {read_source("html", path=path, **options).fingerprint() for options in ({}, {"extract": "all"})}
    monkeypatch.setattr(metadata, "version", lambda name: "99")
    found.add(read_source("html", path=path).fingerprint())
    assert len(found) == 3
