"""PDF files written by the library's own writer, and damaged ones."""

import gzip
import io
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pypdf
import pytest
from pypdf.generic import DictionaryObject, NameObject, StreamObject, TextStringObject

from headwater.curate import read_source

PAGES = ("Rivers rise somewhere.", "They end in the sea.", "Rain takes them back.")


def pdf_of(pages: Sequence[str] = PAGES, password: str | None = None, language: str = "de-AT", user: str = "") -> bytes:
    writer = pypdf.PdfWriter()
    font = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Font"),
            NameObject("/Subtype"): NameObject("/Type1"),
            NameObject("/BaseFont"): NameObject("/Helvetica"),
        }
    )
    for text in pages:
        page = writer.add_blank_page(300, 300)
        stream = StreamObject()
        stream.set_data(f"BT /F1 12 Tf 20 200 Td ({text}) Tj ET".encode() if text else b"")
        fonts = DictionaryObject({NameObject("/F1"): writer._add_object(font)})
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
        page[NameObject("/Contents")] = writer._add_object(stream)
    writer.add_metadata({"/Title": "Of rivers", "/Author": "Nobody"})
    writer._root_object[NameObject("/Lang")] = TextStringObject(language)
    if password is not None:
        writer.encrypt(user_password=user, owner_password=password, algorithm="RC4-128")
    held = io.BytesIO()
    writer.write(held)
    return held.getvalue()


def write(folder: Path, content: bytes, name: str = "a.pdf") -> str:
    (folder / name).write_bytes(content)
    return str(folder)


def test_file_is_one_document_with_the_place_of_each_page(tmp_path: Path, read: Any) -> None:
    (row,), rejected = read(read_source("pdf", path=write(tmp_path, pdf_of())))
    assert (row["text"], row["language"], rejected) == ("\n\n".join(PAGES), "de", [])
    starts = [int(start) for start in row["attributes"]["page_starts"].split(",")]
    assert [row["text"][start:].split("\n")[0] for start in starts] == list(PAGES)
    attributes = {key: row["attributes"][key] for key in ("pages", "title", "author", "locator")}
    assert attributes == {"pages": "3", "title": "Of rivers", "author": "Nobody", "locator": "a.pdf"}


def test_page_can_be_the_document(tmp_path: Path, read: Any) -> None:
    rows, _ = read(read_source("pdf", path=write(tmp_path, pdf_of(["one", "", "three"])), split="page"))
    assert [(row["text"], row["attributes"]["locator"], row["attributes"]["page"]) for row in rows] == [
        ("one", "a.pdf:1", "1"),
        ("three", "a.pdf:3", "3"),
    ]


def test_blank_page_keeps_the_places_of_the_others(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("pdf", path=write(tmp_path, pdf_of(["one", "", "three"]))))
    assert (row["text"], row["attributes"]["page_starts"]) == ("one\n\nthree", "0,5,5")


def test_compressed_file_is_read(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("pdf", path=write(tmp_path, gzip.compress(pdf_of()), "a.pdf.gz")))
    assert row["text"].startswith(PAGES[0])


def test_file_that_opens_without_a_password_is_read(tmp_path: Path, read: Any) -> None:
    (row,), _ = read(read_source("pdf", path=write(tmp_path, pdf_of(password="owner"))))
    assert row["text"].startswith(PAGES[0])


@pytest.mark.parametrize(
    ("content", "options", "rule"),
    [
        (pdf_of(password="owner", user="secret"), {}, "encrypted"),
        (b"no pdf at all", {}, "invalid-pdf"),
        (b"%PDF-1.7\n", {}, "invalid-pdf"),
        (pdf_of(["", ""]), {}, "no-text"),
        (pdf_of(["", ""]), {"split": "page"}, "no-text"),
        (pdf_of(), {"maximum_pages": 2}, "too-many-pages"),
        (pdf_of(), {"maximum_bytes": 100}, "document-too-long"),
    ],
)
def test_bad_file_is_rejected_and_reading_goes_on(
    tmp_path: Path, read: Any, content: bytes, options: Any, rule: str
) -> None:
    write(tmp_path, content, "bad.pdf")
    write(tmp_path, b"", "empty.pdf")
    limits = {"maximum_bytes": 1 << 20, "maximum_pages": 10} | options
    rows, rejected = read(read_source("pdf", path=write(tmp_path, pdf_of(["fine"]), "good.pdf"), **limits))
    kept = [] if "maximum_bytes" in options else ["fine"]
    assert [row["text"] for row in rows] == kept
    assert ("bad.pdf", rule) in [(row.locator, row.rule) for row in rejected]
    assert len(rows) + len(rejected) == 2


@pytest.mark.parametrize(
    ("split", "kept", "lost"), [("file", [], ["a.pdf"]), ("page", ["a.pdf:1", "a.pdf:3"], ["a.pdf:2"])]
)
def test_page_that_cannot_be_read_is_never_passed_over(
    tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch, split: str, kept: list[str], lost: list[str]
) -> None:
    extract = pypdf.PageObject.extract_text

    def fail(page: Any, *arguments: Any, **options: Any) -> str:
        text: str = extract(page, *arguments, **options)
        if text == PAGES[1]:
            raise KeyError("/Font")
        return text

    monkeypatch.setattr(pypdf.PageObject, "extract_text", fail)
    rows, rejected = read(read_source("pdf", path=write(tmp_path, pdf_of()), split=split))
    assert [row["attributes"]["locator"] for row in rows] == kept
    assert [(row.locator, row.rule, row.evidence) for row in rejected] == [
        (lost[0], "invalid-pdf", "page 2 cannot be read (KeyError)")
    ]


def test_damaged_files_end_as_documents_or_rejected_rows(tmp_path: Path, read: Any) -> None:
    content, rng = pdf_of(), random.Random(0)
    for number in range(60):
        damaged = bytearray(content)
        for _ in range(4):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        write(tmp_path, bytes(damaged[: rng.randrange(200, len(damaged))]), f"{number:02}.pdf")
    rows, rejected = read(read_source("pdf", path=str(tmp_path)))
    assert len(rows) + len(rejected) == 60


def test_lone_surrogate_in_a_title_does_no_harm(tmp_path: Path, read: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pypdf.PdfReader, "metadata", {"/Title": "a\ud800b"})
    (row,), _ = read(read_source("pdf", path=write(tmp_path, pdf_of())))
    assert row["attributes"]["title"] == "a?b"


def test_fingerprint_follows_the_options(tmp_path: Path) -> None:
    path = write(tmp_path, pdf_of())
    options: list[dict[str, Any]] = [{}, {"split": "page"}, {"maximum_bytes": 9}, {"maximum_pages": 1}]
    assert len({read_source("pdf", path=path, **option).fingerprint() for option in options}) == 4
