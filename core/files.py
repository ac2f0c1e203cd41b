"""Files that are either whole or absent, and hashes of what is in them."""

import errno
import hashlib
import json
import math
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from .errors import InputError, IntegrityError


def sha256(content: bytes) -> str:
    """Hex SHA-256 of bytes."""
    return hashlib.sha256(content).hexdigest()


def sha256_file(path: Path) -> str:
    """Hex SHA-256 of a file, read in blocks."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def canonical_json(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: the same value gives the same bytes. NaN and infinity are refused."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode(
        "utf-8", "backslashreplace"
    )


def finite(value: float | None) -> float | None:
    """A float for JSON: None where it is missing or not finite."""
    return None if value is None or not math.isfinite(value) else float(value)


@contextmanager
def atomic_path(path: Path) -> Iterator[Path]:
    """Give a temporary path beside ``path``; on success flush it to disk and rename it into place.

    The temporary name follows from the path, so that the next try takes over what a killed process left behind.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.parent / f".{path.name[:40]}.{sha256(path.name.encode())[:8]}.tmp"
    temporary.unlink(missing_ok=True)
    temporary.touch(exist_ok=False)
    try:
        yield temporary
        _fsync(temporary)
        os.replace(temporary, path)
        _fsync(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def atomic_folder(path: Path) -> Iterator[Path]:
    """Give an empty temporary folder beside ``path``; on success it replaces ``path`` as a whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary, replaced = (path.parent / f".{path.name}.{state}.tmp" for state in ("new", "old"))
    for stale in (temporary, replaced):
        shutil.rmtree(stale, ignore_errors=True)
    temporary.mkdir()
    try:
        yield temporary
        for file in temporary.rglob("*"):
            _fsync(file)
        if path.exists():  # moved aside first: deleting takes time, and a kill must not leave half a folder
            os.replace(path, replaced)
        os.replace(temporary, path)
        _fsync(path.parent)
    finally:
        for stale in (temporary, replaced):
            shutil.rmtree(stale, ignore_errors=True)


def open_own(path: Path) -> BinaryIO:
    """Open a file to append to it or to lock it. A link in its place is refused: it would lead what is written away."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666)
    except OSError as error:
        if error.errno != errno.ELOOP:
            raise
        raise IntegrityError(f"{path}: a link, which would lead what is written to another place; remove it") from None
    return os.fdopen(handle, "ab")


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file atomically."""
    with atomic_path(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text atomically."""
    write_bytes(path, content.encode("utf-8", "backslashreplace"))


def write_json(path: Path, value: Any) -> None:
    """Write readable JSON with sorted keys atomically. NaN and infinity are refused."""
    text = json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False, allow_nan=False)
    write_text(path, text + "\n")


def parse_json(content: bytes | str) -> Any:
    """JSON values; NaN, infinity and numbers that no float holds raise ValueError, as the standard has none of them."""
    return json.loads(content, parse_constant=_finite, parse_float=_finite)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:40]} is not a number that JSON has")
    return value


def read_json(path: Path) -> Any:
    """Read JSON; a missing or broken file becomes an error that says which and why."""
    try:
        return parse_json(path.read_bytes())
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (ValueError, RecursionError) as error:
        raise IntegrityError(f"{path}: not valid JSON ({error}); restore it or run the stage again") from None


def _fsync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
