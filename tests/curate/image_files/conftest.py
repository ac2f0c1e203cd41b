"""Image files made in memory, with the metadata that phones and editors put into them."""

import io
import struct
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

NAME, PLACE, SERIAL = "Erika Musterfrau", (52.0, 31.0, 12.0), "SN-4711-0815"


def picture(width: int = 96, height: int = 64, seed: int = 0) -> np.ndarray:
    """A smooth colour picture: uint8 (height, width, 3)."""
    rng = np.random.default_rng(seed)
    small = Image.fromarray(rng.integers(0, 256, (6, 8, 3), np.uint8))
    return np.asarray(small.resize((width, height), Image.Resampling.BICUBIC))


def saved(pixels: np.ndarray, kind: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a file."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind, **options)
    return buffer.getvalue()


def exif(thumbnail: bytes = b"", orientation: int = 1) -> bytes:
    """EXIF data of a phone: place, serial number, names, time, device, program, comment."""
    data = Image.Exif()
    data[0x0112] = orientation
    data[0x010F], data[0x0110], data[0x0131] = "Acme", "Phone 9", "Camera 4.2"
    data[0x013B] = NAME
    data[0x8769] = {0x9003: "2024:05:01 10:11:12", 0xA431: SERIAL, 0xA430: NAME, 0x927C: b"maker"}
    data[0x8825] = {1: "N", 2: PLACE, 3: "W", 4: (13.0, 24.0, 0.0)}
    raw = data.tobytes()
    return with_thumbnail(raw, thumbnail) if thumbnail else raw


def with_thumbnail(raw: bytes, thumbnail: bytes) -> bytes:
    """EXIF data (little-endian) with a second directory that holds a thumbnail."""
    block = raw.removeprefix(b"Exif\0\0")
    order = "<" if block[:2] == b"II" else ">"
    (first,) = struct.unpack_from(order + "I", block, 4)
    (count,) = struct.unpack_from(order + "H", block, first)
    link = first + 2 + 12 * count
    start = len(block)
    directory = struct.pack(order + "H", 2)
    directory += struct.pack(order + "HHII", 0x0201, 4, 1, start + 30) + struct.pack(
        order + "HHII", 0x0202, 4, 1, len(thumbnail)
    )
    directory += struct.pack(order + "I", 0)
    return b"Exif\0\0" + block[:link] + struct.pack(order + "I", start) + block[link + 4 :] + directory + thumbnail


def box(kind: bytes, data: bytes) -> bytes:
    """A JUMBF box."""
    return struct.pack(">I", len(data) + 8) + kind + data


def superbox(kind: bytes, label: str, *inner: bytes) -> bytes:
    """A JUMBF superbox with its description."""
    uuid = kind + bytes.fromhex("00110010800000aa00389b71")
    return box(b"jumb", box(b"jumd", uuid + b"\x03" + label.encode() + b"\0") + b"".join(inner))


def cbor(value: Any) -> bytes:
    """A value as CBOR: the writer that the reader is tested against."""
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        return _head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return _head(4, len(value)) + b"".join(map(cbor, value))
    return _head(5, len(value)) + b"".join(cbor(key) + cbor(one) for key, one in value.items())


def _head(kind: int, number: int) -> bytes:
    if number < 24:
        return bytes([kind << 5 | number])
    size = next(size for size in (1, 2, 4, 8) if number < 1 << 8 * size)
    return bytes([kind << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[size]]) + number.to_bytes(size, "big")


def manifest(uses: dict[str, str], source_type: str = "", label: str = "urn:uuid:1") -> bytes:
    """A manifest with a claim, an assertion on training and an action; no signature."""
    mining = {"entries": {name: {"use": use} for name, use in uses.items()}}
    family = next(iter(uses), "c2pa.x").split(".")[0]
    action: dict[str, Any] = {"action": "c2pa.created"}
    if source_type:
        action["digitalSourceType"] = f"http://cv.iptc.org/newscodes/digitalsourcetype/{source_type}"
    assertions = superbox(
        b"c2as",
        "c2pa.assertions",
        superbox(b"cbor", f"{family}.training-mining", box(b"cbor", cbor(mining))),
        superbox(b"cbor", "c2pa.actions.v2", box(b"cbor", cbor({"actions": [action]}))),
    )
    claim = box(b"cbor", cbor({"claim_generator_info": [{"name": "Maker", "version": "1.0"}]}))
    return superbox(b"c2ma", label, assertions, superbox(b"c2cl", "c2pa.claim.v2", claim))


def store(*manifests: bytes) -> bytes:
    """A manifest store."""
    return superbox(b"c2pa", "c2pa", *manifests)


def in_jpeg(content: bytes, data: bytes, size: int = 60_000) -> bytes:
    """A JPEG with the store in APP11 segments of at most ``size`` bytes."""
    head, body = data[:8], data[8:]
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    segments = b""
    for number, part in enumerate(parts, 1):
        inner = b"JP" + struct.pack(">HI", 1, number) + head + part
        segments += b"\xff\xeb" + struct.pack(">H", len(inner) + 2) + inner
    return content[:2] + segments + content[2:]


Maker = Callable[..., bytes]


@pytest.fixture
def phone() -> bytes:
    """A JPEG as a phone writes it, with a thumbnail."""
    pixels = picture()
    return saved(pixels, quality=90, exif=exif(saved(picture(48, 32))), comment=b"a comment")
