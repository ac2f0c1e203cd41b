"""A bundle: one ZIP file, written in exactly one way, so that every byte of it can be checked.

Entries are stored, not compressed: the same files give the same bytes wherever they are made, and nothing can unfold
into more than the file's own size. Reading rebuilds the file and compares; any other ZIP file is refused.
Source of the layout: PKWARE APPNOTE 6.3.10, sections 4.3.7, 4.3.12 and 4.3.16.
"""

import re
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path

from ...core import InputError, IntegrityError
from .contents import CONFIG, PORTABLE_CONFIG, FolderContents

LARGEST_BUNDLE = 256_000_000
MOST_ENTRIES = 1_000
NAME = re.compile(r"(?:[a-z0-9][a-z0-9-]{0,30}/)?[a-z0-9][a-z0-9.-]{0,60}")
VERSION, UNIX_FILE = 20, (0o100644 << 16)
FIRST_DAY = 0x0021
"""1 Jan 1980: the earliest date that the format knows."""


def bundle_files(folder: Path, portable: bytes) -> dict[str, bytes]:
    """What a reviewer needs of a run. ``portable`` is its configuration without paths, in place of the file."""
    contents = FolderContents(folder)
    names = [*(name for name in contents.names() if name != CONFIG), *contents.envelopes()]
    return {name: contents.read(name) or b"" for name in names} | {PORTABLE_CONFIG: portable}


def pack(files: Mapping[str, bytes]) -> bytes:
    """The one ZIP file of these files."""
    bodies, directory, offset = [], [], 0
    for name in sorted(files):
        content, label = files[name], name.encode("ascii")
        common = struct.pack(
            "<HHHHHIIIHH", VERSION, 0, 0, 0, FIRST_DAY, zlib.crc32(content), len(content), len(content), len(label), 0
        )
        bodies.append(b"PK\x03\x04" + common + label + content)
        directory.append(
            b"PK\x01\x02" + struct.pack("<H", 3 << 8 | VERSION) + common
            + struct.pack("<HHHII", 0, 0, 0, UNIX_FILE, offset) + label
        )  # fmt: skip
        offset += len(bodies[-1])
    listing = b"".join(directory)
    end = struct.pack("<HHHHIIH", 0, 0, len(files), len(files), len(listing), offset, 0)
    return b"".join(bodies) + listing + b"PK\x05\x06" + end


def unpack(content: bytes, place: str) -> dict[str, bytes]:
    """The files of a bundle; a ZIP file that is not byte for byte as :func:`pack` writes it is refused.

    Raises :class:`IntegrityError` with what is wrong.
    """
    files: dict[str, bytes] = {}
    start = 0
    while content[start : start + 4] == b"PK\x03\x04":
        if len(files) == MOST_ENTRIES:
            raise IntegrityError(f"{place}: more than {MOST_ENTRIES:,} files; this is not a bundle of headwater")
        name, body, start = _entry(content, start, place)
        if name in files:
            raise IntegrityError(f"{place}: holds {name} twice; the file was changed")
        files[name] = body
    if not files:
        raise IntegrityError(f"{place}: not a bundle of headwater, or its beginning was changed")
    if pack(files) != content:
        raise IntegrityError(
            f"{place}: not byte for byte what 'headwater bundle' writes; it was changed, packed again or cut off"
        )
    return files


def read_bundle(path: Path) -> dict[str, bytes]:
    """The files of a bundle on disk."""
    if not path.is_file():
        raise InputError(f"{path}: no such bundle")
    if path.stat().st_size > LARGEST_BUNDLE:
        raise IntegrityError(f"{path}: larger than {LARGEST_BUNDLE / 1e6:,.0f} MB; this is not a bundle of headwater")
    return unpack(path.read_bytes(), str(path))


def _entry(content: bytes, start: int, place: str) -> tuple[str, bytes, int]:
    """Name and body of the entry that begins here, and where the next begins."""
    header = content[start + 4 : start + 30]
    if len(header) < 26:
        raise IntegrityError(f"{place}: ends in the middle of an entry; it was cut off")
    _, _, method, _, _, _, packed, size, length, extra = struct.unpack("<HHHHHIIIHH", header)
    label = content[start + 30 : start + 30 + length]
    name = label.decode("ascii", "backslashreplace")
    if not NAME.fullmatch(name):
        raise IntegrityError(f"{place}: holds an entry called {name[:80]!r}, which no bundle of headwater has")
    if method or extra or packed != size:
        raise IntegrityError(f"{place}: {name} is compressed or carries more than a file; it was packed again")
    begin = start + 30 + length
    if begin + size > len(content):
        raise IntegrityError(f"{place}: ends in the middle of {name}; it was cut off")
    return name, content[begin : begin + size], begin + size
