"""WARC files: the pages of a crawl, with what their servers said of them."""

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ...core import text_record
from ..base import SOURCES, Reject, Rejected, Source
from ..licences import normalise_licence
from .charset import decode_page
from .columns import LONGEST_ATTRIBUTE
from .extras import require
from .file_source import FileSource, Rows
from .files import Advance, InputFile, Paths, find_files, open_input
from .html import LARGEST_PAGE, Errors
from .http_response import Response, read_response
from .lines import EVIDENCE_BYTES
from .page import Extract, Page, Unusable, read_page
from .provenance import declared_provenance
from .warc_records import Record, read_records

SUFFIXES = (".warc", ".wet")
PAGE_TYPES = ("text/html", "application/xhtml+xml")
SIGNALS = ("x-robots-tag", "tdm-reservation", "tdm-policy")
_LICENCE_LINK = re.compile(r"<([^<>]{1,1000})>[^,<]*\brel\s*=\s*\"?license\b", re.IGNORECASE)
_NO_DOCUMENTS = frozenset({"warcinfo", "request", "metadata", "revisit", "continuation"})


@SOURCES.register("warc", source="ISO 28500:2017, WARC 1.1")
def warc(
    path: Paths,
    extract: Extract = "main",
    errors: Errors = "reject",
    statuses: Sequence[int] = (200,),
    declared: Mapping[str, str] | None = None,
    maximum_bytes: int = LARGEST_PAGE,
) -> Source:
    """WARC files, one document a page, also as .gz and .zst (extra ``documents``).

    ``path`` is a file, a folder (every .warc and .wet in it), a pattern or a URL. Records of type response, resource
    and conversion are documents; HTML is read as in the source html, with its options ``extract`` and ``errors``, and
    plain text as it is. The address, the time of the record and a link to a licence in the header become provenance;
    the source is the host. The fields ``x-robots-tag``, ``tdm-reservation`` and ``tdm-policy`` become attributes. A
    response with another status than ``statuses``, of another type, damaged, over ``maximum_bytes`` or without text is
    rejected with its number in the file.
    """
    version = require("trafilatura", "warc")
    provenance = declared_provenance(declared)

    def read(file: InputFile, reject: Reject, advance: Advance) -> Rows:
        with open_input(file, advance) as chunks:
            for record in read_records(chunks, maximum_bytes + EVIDENCE_BYTES):
                if not record.fault and record.headers.get("warc-type", "").lower() in _NO_DOCUMENTS:
                    continue
                locator = f"{file.name}:{record.number}"
                found = _document(record, extract, errors == "replace", set(statuses), maximum_bytes)
                fields = _fields(record, file.name) | provenance
                if isinstance(found, Unusable):
                    start = record.block[:EVIDENCE_BYTES]
                    reason = (found.rule, found.evidence, found.measured, found.limit)
                    reject(Rejected(locator, fields["source"], *reason, start))
                else:
                    attributes = _record_attributes(record) | found.attributes
                    yield text_record(found.text, locator, **(fields | found.fields), attributes=attributes)

    options: dict[str, Any] = {
        "extract": extract,
        "errors": errors,
        "statuses": sorted(statuses),
        "maximum_bytes": maximum_bytes,
    }
    options |= {"declared": provenance, "trafilatura": version}
    return FileSource("warc", find_files(path, SUFFIXES), read, options)


def _document(record: Record, extract: Extract, replace: bool, statuses: set[int], limit: int) -> Page | Unusable:
    if record.fault:
        return Unusable("invalid-record", record.fault, record.size)
    if len(record.block) < record.size:
        return Unusable("document-too-long", "longer than a page may be", record.size, limit)
    if not _digest_agrees(record):
        return Unusable("digest-mismatch", "the block is not the one that the record's digest was made of")
    response: Response | Unusable
    if record.headers.get("warc-type", "").lower() == "response":
        response = read_response(record.block, limit)
    else:
        response = Response(200, {"content-type": record.headers.get("content-type", "")}, record.block)
        statuses = {200}
    if isinstance(response, Unusable):
        return response
    if response.status not in statuses:
        return Unusable("http-status", "a status that is not among the wanted ones", response.status)
    if len(response.body) > limit:
        return Unusable("document-too-long", "longer than a page may be", len(response.body), limit)
    return _page(response, extract, replace)


def _page(response: Response, extract: Extract, replace: bool) -> Page | Unusable:
    content_type = response.fields.get("content-type", "")
    kind = content_type.split(";")[0].strip().lower()
    attributes = _signals(response.fields)
    if kind in PAGE_TYPES:
        found = read_page(response.body, content_type, extract, replace)
    elif kind == "text/plain":
        found = _plain(response.body, content_type, replace)
    else:
        return Unusable("other-type", "neither HTML nor plain text")
    if isinstance(found, Unusable):
        return found
    licence = _LICENCE_LINK.search(response.fields.get("link", ""))
    fields = dict(found.fields)
    if licence and "licence" not in fields:
        fields["licence"] = normalise_licence(licence[1])
        attributes["licence_declared"] = licence[1]
    fields.pop("url", None)  # the address from which it was fetched stands in the record
    return Page(found.text, fields, found.attributes | attributes)


def _plain(body: bytes, content_type: str, replace: bool) -> Page | Unusable:
    decoded = decode_page(body, content_type)
    if decoded.unreadable and not replace:
        return Unusable("wrong-encoding", f"bytes that are not {decoded.encoding}", decoded.unreadable, 0)
    text = decoded.text.replace("\r\n", "\n").strip()
    return Page(text) if text else Unusable("no-text", "nothing to read", 0)


def _signals(fields: Mapping[str, str]) -> dict[str, str]:
    found = {name: fields[name][:LONGEST_ATTRIBUTE] for name in SIGNALS if fields.get(name)}
    language = fields.get("content-language", "")
    return found | ({"content-language": language[:LONGEST_ATTRIBUTE]} if language else {})


def _fields(record: Record, file: str) -> dict[str, Any]:
    """Address, time and host of the record."""
    address = record.headers.get("warc-target-uri", "").strip("<> ")
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    date = record.headers.get("warc-date", "")
    known = {"url": address, "collected": date if re.fullmatch(r"[0-9TZ:.+-]{4,40}", date) else ""}
    return {"source": host or file, **{name: value for name, value in known.items() if value}}


def _record_attributes(record: Record) -> dict[str, str]:
    names = {
        "warc-record-id": "warc_record_id",
        "warc-truncated": "truncated",
        "warc-identified-content-language": "identified_language",
    }
    found = {label: record.headers[name].strip("<> ") for name, label in names.items() if record.headers.get(name)}
    return {name: value[:LONGEST_ATTRIBUTE] for name, value in found.items()}


def _digest_agrees(record: Record) -> bool:
    """Whether the block is the one that its digest was made of; a record without one, or of another kind, agrees."""
    kind, _, stated = record.headers.get("warc-block-digest", "").strip().partition(":")
    if kind.lower() not in ("sha1", "sha256", "sha512", "md5"):
        return True
    digest = hashlib.new(kind.lower(), record.block, usedforsecurity=False).digest()
    spellings = (base64.b32encode(digest).decode().rstrip("="), digest.hex().upper())
    return stated.strip().rstrip("=").upper() in spellings
