"""WARC files written by warcio, the reference implementation, and damaged ones."""

import gzip
import io
import random
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from headwater.core import InputError
from headwater.curate import read_source
from headwater.curate.sources.http_response import Response, read_response
from headwater.curate.sources.page import Unusable
from headwater.curate.sources.warc_records import read_records

PARAGRAPHS = "".join(f"<p>Rivers rise in the hills and take what the rain brings to sea {n}.</p>" for n in range(6))
PAGE = f"<html lang=de><head><meta charset=utf-8><title>T</title></head><body>{PARAGRAPHS}</body></html>".encode()
HTML = [("Content-Type", "text/html")]


def warc_of(
    *responses: tuple[str, Sequence[tuple[str, str]], bytes], status: str = "200 OK", packed: bool = True
) -> bytes:
    """A file with a warcinfo record and, for each response, its request."""
    held = io.BytesIO()
    writer = WARCWriter(held, gzip=packed)
    writer.write_record(writer.create_warcinfo_record("a.warc", {"software": "test"}))
    for url, headers, body in responses:
        http = StatusAndHeaders(status, list(headers), protocol="HTTP/1.1")
        dated = {"WARC-Date": "2024-05-01T12:00:00Z"}
        response = writer.create_warc_record(
            url, "response", payload=io.BytesIO(body), http_headers=http, warc_headers_dict=dated
        )
        request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "a.example")], is_http_request=True)
        writer.write_request_response_pair(writer.create_warc_record(url, "request", http_headers=request), response)
    return held.getvalue()


def write(folder: Path, content: bytes, name: str = "a.warc.gz") -> str:
    (folder / name).write_bytes(content)
    return str(folder)


def test_page_carries_address_time_host_and_signals(tmp_path: Path, read: Any) -> None:
    headers = [
        *HTML,
        ("X-Robots-Tag", "noai"),
        ("X-Robots-Tag", "googlebot: noindex"),
        ("TDM-Reservation", "1"),
        ("Link", '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'),
    ]
    (row,), rejected = read(read_source("warc", path=write(tmp_path, warc_of(("https://a.example/r", headers, PAGE)))))
    assert (row["text"].count("Rivers rise"), rejected) == (6, [])
    assert (row["url"], row["collected"], row["source"], row["licence"], row["language"]) == (
        "https://a.example/r",
        "2024-05-01T12:00:00Z",
        "a.example",
        "CC-BY-4.0",
        "de",
    )
    attributes = row["attributes"]
    assert (attributes["x-robots-tag"], attributes["tdm-reservation"]) == ("noai, googlebot: noindex", "1")
    assert (attributes["title"], attributes["locator"]) == ("T", "a.warc.gz:2")
    assert attributes["warc_record_id"].startswith("urn:uuid:")


@pytest.mark.parametrize(("name", "packed", "pack"), [
    ("a.warc", False, bytes), ("a.warc.gz", True, bytes), ("a.warc.zst", False, zstandard.compress),
    ("b.warc.gz", False, gzip.compress),
])  # fmt: skip
def test_compression_by_record_or_as_a_whole_gives_the_same_pages(
    tmp_path: Path, read: Any, name: str, packed: bool, pack: Any
) -> None:
    content = pack(warc_of(*((f"https://a.example/{n}", HTML, PAGE) for n in range(3)), packed=packed))
    rows, rejected = read(read_source("warc", path=write(tmp_path, content, name)))
    assert [row["url"] for row in rows] == [f"https://a.example/{n}" for n in range(3)]
    assert rejected == []


def test_plain_text_and_converted_records_are_documents(tmp_path: Path, read: Any) -> None:
    plain = ("https://a.example/t", [("Content-Type", "text/plain; charset=latin-1")], "café".encode("latin-1"))
    held = io.BytesIO()
    writer = WARCWriter(held, gzip=True)
    language = {"WARC-Identified-Content-Language": "eng"}
    writer.write_record(
        writer.create_warc_record(
            "https://b.example/", "conversion", payload=io.BytesIO("naïve".encode()),
            warc_content_type="text/plain", warc_headers_dict=language,
        )
    )  # fmt: skip
    write(tmp_path, held.getvalue(), "b.warc.wet.gz")
    rows, _ = read(read_source("warc", path=write(tmp_path, warc_of(plain))))
    assert [(row["text"], row["source"]) for row in rows] == [("café", "a.example"), ("naïve", "b.example")]
    assert rows[1]["attributes"]["identified_language"] == "eng"


@pytest.mark.parametrize(
    ("headers", "body", "rule"),
    [
        ([("Content-Type", "image/png")], b"\x89PNG", "other-type"),
        ([], b"x", "other-type"),
        (HTML, b"<html></html>", "no-text"),
        (HTML, b"<meta charset=utf-8>\xff", "wrong-encoding"),
        (HTML, b"<div>" * 400, "too-complex"),
        (HTML, b"x" * 5_001, "document-too-long"),
        (HTML, b"x" * 100_000, "document-too-long"),
        ([*HTML, ("Content-Encoding", "gzip")], gzip.compress(b"x" * 5_001, mtime=0), "document-too-long"),
        ([*HTML, ("Content-Encoding", "gzip")], gzip.compress(PAGE, mtime=0)[:-9], "invalid-http"),
        ([*HTML, ("Content-Encoding", "exi")], PAGE, "unknown-encoding"),
    ],
)
def test_unusable_response_is_rejected_with_its_number(
    tmp_path: Path, read: Any, headers: Any, body: bytes, rule: str
) -> None:
    content = warc_of(("https://a.example/1", headers, body), ("https://a.example/2", HTML, PAGE))
    rows, rejected = read(read_source("warc", path=write(tmp_path, content), maximum_bytes=5_000))
    assert [row["url"] for row in rows] == ["https://a.example/2"]
    assert [(row.locator, row.source, row.rule) for row in rejected] == [("a.warc.gz:2", "a.example", rule)]


def test_statuses_to_keep_can_be_named(tmp_path: Path, read: Any) -> None:
    path = write(tmp_path, warc_of(("https://a.example/", HTML, PAGE), status="404 Not Found"))
    _, rejected = read(read_source("warc", path=path))
    assert [(row.rule, row.measured) for row in rejected] == [("http-status", 404)]
    assert len(read(read_source("warc", path=path, statuses=[200, 404]))[0]) == 1


def test_block_that_is_not_what_its_digest_says_is_rejected(tmp_path: Path, read: Any) -> None:
    content = warc_of(("https://a.example/", HTML, PAGE), packed=False).replace(b"rain", b"snow")
    rows, rejected = read(read_source("warc", path=write(tmp_path, content, "a.warc")))
    assert (rows, [row.rule for row in rejected]) == ([], ["digest-mismatch"])


@pytest.mark.parametrize("damage", [b"", b"garbage\r\n", b"g" * 200_000 + b"\r\n"])
def test_reading_goes_on_at_the_next_record(tmp_path: Path, read: Any, damage: bytes) -> None:
    one, two = (warc_of((f"https://a.example/{n}", HTML, PAGE), packed=False) for n in (1, 2))
    rows, rejected = read(read_source("warc", path=write(tmp_path, one + damage + two, "a.warc")))
    assert [row["url"] for row in rows] == ["https://a.example/1", "https://a.example/2"]
    assert [(row.rule, row.measured) for row in rejected] == ([("invalid-record", len(damage))] if damage else [])


@pytest.mark.parametrize("length", [b"99999", b"10", b"-1", b"x"])
def test_wrong_length_is_a_rejected_record(tmp_path: Path, read: Any, length: bytes) -> None:
    content = warc_of(("https://a.example/", HTML, PAGE), packed=False)
    head, _, rest = content.partition(b"WARC-Type: response")
    before, _, after = rest.partition(b"Content-Length: ")
    wrong = head + b"WARC-Type: response" + before + b"Content-Length: " + length + b"\r\n" + after.partition(b"\n")[2]
    rows, rejected = read(read_source("warc", path=write(tmp_path, wrong, "a.warc")))
    assert rows == [] and {row.rule for row in rejected} == {"invalid-record"}


def test_file_that_is_no_warc_is_one_rejected_row(tmp_path: Path, read: Any) -> None:
    _, rejected = read(read_source("warc", path=write(tmp_path, b"text\n" * 100_000, "a.warc")))
    assert [(row.rule, row.measured, len(row.content)) for row in rejected] == [("invalid-record", 500_000, 65_536)]


def test_truncated_gzip_is_an_error(tmp_path: Path, read: Any) -> None:
    content = warc_of(("https://a.example/", HTML, PAGE))
    with pytest.raises(InputError, match="damaged gzip data"):
        read(read_source("warc", path=write(tmp_path, content[:-20])))


@given(st.lists(st.binary(max_size=300), max_size=6), st.integers(1, 200))
def test_records_are_those_of_the_reference_reader_wherever_the_chunks_end(bodies: list[bytes], size: int) -> None:
    content = warc_of(*((f"https://a.example/{n}", HTML, body) for n, body in enumerate(bodies)), packed=False)
    expected = [
        (record.rec_type, record.rec_headers.get_header("WARC-Target-URI"), record.raw_stream.read())
        for record in ArchiveIterator(io.BytesIO(content), no_record_parse=True)
    ]
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    found = [
        (record.headers["warc-type"], record.headers.get("warc-target-uri"), record.block)
        for record in read_records(chunks, 1 << 20)
    ]
    assert found == expected


def test_damaged_bytes_never_end_in_a_crash_and_every_record_ends_somewhere(tmp_path: Path, read: Any) -> None:
    content = warc_of(*((f"https://a.example/{n}", HTML, PAGE) for n in range(3)), packed=False)
    rng = random.Random(0)
    for _ in range(60):
        damaged = bytearray(content)
        for _ in range(5):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        rows, rejected = read(read_source("warc", path=write(tmp_path, bytes(damaged), "a.warc")))
        assert rows or rejected


def response_of(fields: str, body: bytes) -> bytes:
    return f"HTTP/1.1 200 OK\r\n{fields}\r\n\r\n".encode() + body


CODINGS = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "zstd": zstandard.compress,
    "identity": bytes,
}


@pytest.mark.parametrize("coding", CODINGS)
def test_content_encoding_is_undone(coding: str) -> None:
    found = read_response(response_of(f"Content-Encoding: {coding}", CODINGS[coding](b"text")), 100)
    assert isinstance(found, Response) and found.body == b"text"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_body_that_was_stored_unpacked_is_taken_as_it_is(coding: str) -> None:
    found = read_response(response_of(f"Content-Encoding: {coding}", b"<p>text"), 100)
    assert isinstance(found, Response) and found.body == b"<p>text"


@pytest.mark.parametrize("body", [b"4;x=y\r\nriv1\r\n2\r\ner\r\n0\r\n\r\n", b"riv1er"])
def test_chunks_are_joined_and_a_joined_body_stays(body: bytes) -> None:
    found = read_response(response_of("Transfer-Encoding: chunked", body), 100)
    assert isinstance(found, Response) and found.body == b"riv1er"


def test_bomb_in_a_body_is_refused_at_the_limit() -> None:
    found = read_response(response_of("Content-Encoding: gzip", gzip.compress(bytes(50 << 20))), 1 << 20)
    assert isinstance(found, Unusable) and (found.rule, found.limit) == ("document-too-long", 1 << 20)


def test_fingerprint_follows_the_options(tmp_path: Path) -> None:
    path = write(tmp_path, warc_of())
    options: list[dict[str, Any]] = [{}, {"statuses": [404]}, {"errors": "replace"}, {"extract": "all"}]
    assert len({read_source("warc", path=path, **option).fingerprint() for option in options}) == 4
