"""Metadata out of image files without a change of any pixel: blocks are left out, the coded picture is copied."""

import re
import struct
import zlib
from collections.abc import Iterator

from .decoding import MOST_BLOCKS
from .decoding import orientation as exif_orientation
from .structure import GIF, JPEG, PNG, RIFF, blocks, gif_blocks, jpeg_segments, png_chunks, riff_chunks

# What the picture needs to look as it does: palette, transparency, gamma, resolution, animation.
PNG_KEPT = frozenset(
    b"IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD pHYs acTL fcTL fdAT cICP mDCV cLLI".split()
)  # fmt: skip
GIF_LOOPS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_ICC, _ADOBE, _JFIF = b"ICC_PROFILE\0", b"Adobe", b"JFIF\0"
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_ORIENTATION = 0x0112
_WEBP_METADATA = 0x08 | 0x04  # flags of EXIF and XMP
_WEBP_KNOWN = frozenset({b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ANIM", b"ANMF"})


def strip_metadata(content: bytes, profile: bool = True, orientation: bool = True) -> bytes | None:
    """The file without EXIF, XMP, IPTC, comments, thumbnails, Content Credentials and whatever follows the picture.

    JPEG, PNG, WebP and GIF; None for other formats and for files whose blocks cannot be followed. The coded picture is
    copied byte by byte. ``profile`` keeps the colour profile; ``orientation`` keeps the one EXIF tag that tells how to
    turn the picture.
    """
    if blocks(content, MOST_BLOCKS) > MOST_BLOCKS:
        return None
    turned = exif_orientation(content) if orientation else 1
    if content.startswith(JPEG):
        return _jpeg(content, profile, turned)
    if content.startswith(PNG):
        return _png(content, profile, turned)
    if content.startswith(RIFF) and content[8:12] == b"WEBP":
        return _webp(content, profile, turned)
    return _gif(content) if content.startswith(GIF) else None


def _exif(orientation: int) -> bytes:
    """EXIF data (TIFF) with nothing but the orientation."""
    return b"II*\0\x08\0\0\0\x01\0" + struct.pack("<HHIHHI", _ORIENTATION, 3, 1, orientation, 0, 0)


def _jpeg(content: bytes, profile: bool, orientation: int) -> bytes | None:
    parts, place = [content[:2]], 2
    exif = b"Exif\0\0" + _exif(orientation)
    note = b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif if orientation > 1 else b""
    for marker, start, end in jpeg_segments(content):
        if marker not in (0xE0, *range(0xE1, 0xF0), 0xFE) or _stays(marker, content[start:end], profile):
            parts.append(content[start - 4 : end])
        if marker == 0xE0 and note:
            parts.append(note)
            note = b""
        place = end
    tail = _scans(content, place)
    return None if tail is None else b"".join([*parts[:1], note, *parts[1:], tail])


def _stays(marker: int, data: bytes, profile: bool) -> bool:
    if marker == 0xE0:
        return data.startswith(_JFIF) and len(data) == 14  # a longer one holds a thumbnail
    return (marker == 0xEE and data.startswith(_ADOBE)) or (profile and marker == 0xE2 and data.startswith(_ICC))


def _scans(content: bytes, place: int) -> bytes | None:
    """The coded picture up to its end; what lies between its passes stays, what follows it does not."""
    start = place
    while place + 2 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xD9:
            return content[start : place + 2]
        if marker != 0xDA and place == start:
            return None
        size = int.from_bytes(content[place + 2 : place + 4], "big")
        found = _MARKER.search(content, place + 2 + size) if marker == 0xDA else None
        place = found.start() if found else place + 2 + size if marker != 0xDA else len(content)
    return None


def _png(content: bytes, profile: bool, orientation: int) -> bytes | None:
    kept = PNG_KEPT | ({b"iCCP"} if profile else set())
    parts = [PNG]
    for kind, start, end in png_chunks(content):
        if kind == b"IDAT" and orientation > 1:
            data = _exif(orientation)
            parts.append(struct.pack(">I", len(data)) + b"eXIf" + data + struct.pack(">I", zlib.crc32(b"eXIf" + data)))
            orientation = 1
        if kind in kept:
            parts.append(content[start - 8 : end + 4])
        if kind == b"IEND":
            return b"".join(parts)
    return None


def _webp(content: bytes, profile: bool, orientation: int) -> bytes | None:
    wanted = _WEBP_KNOWN | ({b"ICCP"} if profile else set())
    chunks = [(kind, content[start:end]) for kind, start, end in riff_chunks(content) if kind in wanted]
    if not chunks:
        return None
    if chunks[0][0] == b"VP8X":
        flags = chunks[0][1][0] & ~(_WEBP_METADATA | (0 if profile else 0x20)) | (0x08 if orientation > 1 else 0)
        chunks[0] = (b"VP8X", bytes([flags]) + chunks[0][1][1:])
        if orientation > 1:
            chunks.append((b"EXIF", _exif(orientation)))
    body = b"".join(
        kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks
    )  # fmt: skip
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def _gif(content: bytes) -> bytes | None:
    found = list(gif_blocks(content))
    return b"".join([content[: found[0][1]], *_gif_parts(content, found), b";"]) if found else None


def _gif_parts(content: bytes, found: list[tuple[int, int, int]]) -> Iterator[bytes]:
    for kind, start, end in found:
        loops = kind == 0xFF and content[start + 3 : start + 14] in GIF_LOOPS
        if kind in (0x2C, 0xF9) or loops:
            yield content[start:end]
