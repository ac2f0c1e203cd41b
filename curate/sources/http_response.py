"""An HTTP response as it was archived: status, fields, and the body without its transfer and content encoding."""

import re
import zlib
from dataclasses import dataclass

import pyarrow as pa

from .page import Unusable
from .warc_records import parse_fields

_STATUS = re.compile(rb"HTTP/[0-9](?:\.[0-9])? ([0-9]{3})\b")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[^\r\n]{0,200}\r?\n")


@dataclass(frozen=True, slots=True)
class Response:
    """One response. Field names are in lower case."""

    status: int
    fields: dict[str, str]
    body: bytes


def read_response(block: bytes, limit: int) -> Response | Unusable:
    """The response in a block; its decoded body may have ``limit`` bytes."""
    status = _STATUS.match(block)
    end = re.search(rb"\r?\n\r?\n", block[: 1 << 20])
    if not status or not end:
        return Unusable("invalid-http", "the record holds no HTTP response")
    fields = parse_fields(block[: end.start()].split(b"\n", 1)[-1])
    body = block[end.end() :]
    if "chunked" in fields.get("transfer-encoding", "").lower():
        body = _joined(body)
    for coding in reversed([name.strip().lower() for name in fields.get("content-encoding", "").split(",")]):
        decoded = _decoded(body, coding, limit)
        if isinstance(decoded, Unusable):
            return decoded
        body = decoded
    return Response(int(status[1]), fields, body)


def _joined(body: bytes) -> bytes:
    """The chunks of a chunked body; a body that is not chunked (archives often store it joined) as it is."""
    joined: list[bytes] = []
    place = 0
    while size := _CHUNK.match(body, place):
        length = int(size[1], 16)
        if not length:
            return b"".join(joined)
        joined.append(body[size.end() : size.end() + length])
        place = size.end() + length
        after = re.compile(rb"\r?\n").match(body, place)
        if not after:
            break
        place = after.end()
    return body


def _decoded(body: bytes, coding: str, limit: int) -> bytes | Unusable:
    if coding in ("", "identity") or not body:
        return body
    if coding in ("gzip", "x-gzip", "deflate"):
        if coding != "deflate" and not body.startswith(b"\x1f\x8b"):
            return body  # archives often store the body unpacked and keep the field
        return _inflated(body, limit)
    if coding in ("br", "zstd"):
        return _unpacked(body, "brotli" if coding == "br" else coding, limit)
    return Unusable("unknown-encoding", "a content encoding other than gzip, deflate, br and zstd")


def _inflated(body: bytes, limit: int) -> bytes | Unusable:
    for bits in (zlib.MAX_WBITS | 32, -zlib.MAX_WBITS):  # some servers send deflate without its header
        inflater = zlib.decompressobj(bits)
        try:
            content = inflater.decompress(body, limit + 1)
        except zlib.error:
            continue
        if len(content) > limit:
            return _too_long(limit)
        return content if inflater.eof else Unusable("invalid-http", "the compressed body is cut off")
    return Unusable("invalid-http", "the compressed body is damaged")


def _unpacked(body: bytes, codec: str, limit: int) -> bytes | Unusable:
    if codec == "zstd" and not body.startswith(b"\x28\xb5\x2f\xfd"):
        return body  # as above
    try:
        with pa.CompressedInputStream(pa.BufferReader(body), codec) as stream:
            content = bytes(stream.read(limit + 1))
    except (OSError, pa.ArrowException):
        return Unusable("invalid-http", "the compressed body is damaged")
    return content if len(content) <= limit else _too_long(limit)


def _too_long(limit: int) -> Unusable:
    return Unusable("document-too-long", "the unpacked body is longer than a page may be", None, limit)
