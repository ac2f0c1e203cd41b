"""Input files: found by path, folder or glob, named without machine paths, opened with or without compression."""

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from ...core import InputError, did_you_mean

COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
COMPRESSED_SUFFIXES = (".gz", ".zst", ".bz2")
CHUNK = 1 << 20

Paths = str | Path | Sequence[str | Path]
Advance = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file and its name: the path relative to what the user gave, with slashes, the same on every machine."""

    path: Path
    name: str

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self.path.stat().st_size

    @property
    def suffix(self) -> str:
        """The last suffix before that of a compression, in lower case."""
        suffixes = [suffix.lower() for suffix in PurePosixPath(self.name).suffixes]
        return next((suffix for suffix in reversed(suffixes) if suffix not in COMPRESSED_SUFFIXES), "")


def find_files(path: Paths, suffixes: Sequence[str] = ()) -> list[InputFile]:
    """Every file behind a path, sorted by name: a file, a folder (its files of the given suffixes, at any depth, hidden
    ones left out), a glob (``data/**/*.jsonl``) or a list of these.

    Raises :class:`InputError` where there is nothing.
    """
    if not isinstance(path, (str, Path)):
        return _find_all(list(path), suffixes)
    given = Path(path).expanduser()
    if given.is_file():
        return [InputFile(given, _name(given, given.parent))]
    if given.is_dir():
        return _in_folder(given, suffixes)
    if glob.has_magic(str(given)):
        return _matching(given)
    if given.exists():
        raise InputError(f"{given}: not a regular file; give a file, a folder or a pattern such as data/*")
    siblings = os.listdir(given.parent) if given.parent.is_dir() else []
    raise InputError(f"{given}: no such file or folder; {did_you_mean(given.name, siblings)}check the path")


@contextmanager
def open_input(file: InputFile, advance: Advance = lambda amount: None) -> Iterator[Iterator[bytes]]:
    """The content of a file in chunks, decompressed by what it is and not by its name.

    Calls ``advance`` with the bytes taken from disk. Damage raises :class:`InputError`.
    """
    try:
        raw = pa.OSFile(str(file.path))
    except OSError as error:
        raise InputError(f"{file.path}: cannot be opened ({error.strerror or error}); check its permissions") from None
    with raw:
        yield _chunks(file, raw, advance)


def _chunks(file: InputFile, raw: pa.NativeFile, advance: Advance) -> Iterator[bytes]:
    start = raw.read(4)
    raw.seek(0)
    compression = next((name for magic, name in COMPRESSIONS.items() if start.startswith(magic)), None)
    stream = pa.CompressedInputStream(raw, compression) if compression else raw
    done = 0
    while True:
        try:
            chunk = stream.read(CHUNK)
        except OSError as error:
            kind = f"{compression} data" if compression else "file"
            raise InputError(f"{file.path}: damaged {kind} ({error}); restore it from a copy") from None
        advance(raw.tell() - done)
        done = raw.tell()
        if not chunk:
            return
        yield chunk


def _find_all(paths: list[str | Path], suffixes: Sequence[str]) -> list[InputFile]:
    if not paths:
        raise InputError("path: the list is empty; name at least one file, folder or pattern")
    found = {file.path.absolute() for path in paths for file in find_files(path, suffixes)}
    root = Path(os.path.commonpath([path.parent for path in found]))
    return _sorted(found, root)


def _in_folder(folder: Path, suffixes: Sequence[str]) -> list[InputFile]:
    wanted = {*suffixes, *(suffix + packed for suffix in suffixes for packed in COMPRESSED_SUFFIXES)}
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        paths = [Path(place, name) for name in names if not name.startswith(".")]
        found += [
            path for path in paths if path.is_file() and (not wanted or path.name.lower().endswith(tuple(wanted)))
        ]
    if not found:
        kinds = f" ending in {', '.join(suffixes)}" if suffixes else ""
        raise InputError(
            f"{folder}: no file{kinds} in this folder; give another folder or a pattern such as {folder}/*"
        )
    return _sorted(found, folder)


def _matching(pattern: Path) -> list[InputFile]:
    found = [path for path in map(Path, glob.glob(str(pattern), recursive=True)) if path.is_file()]
    if not found:
        raise InputError(f"{pattern}: no file matches this pattern; check the folder and the ending")
    fixed = next(index for index, part in enumerate(pattern.parts) if glob.has_magic(part))
    return _sorted(found, Path(*pattern.parts[:fixed]))


def _sorted(paths: Sequence[Path] | set[Path], root: Path) -> list[InputFile]:
    return sorted((InputFile(path, _name(path, root)) for path in paths), key=lambda file: file.name)


def _name(path: Path, root: Path) -> str:
    # A file name on disk is bytes; what is not UTF-8 in it could not be stored in a corpus.
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
