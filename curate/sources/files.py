"""Input files: found by path, folder or glob, named without machine paths, opened with or without compression."""

import glob
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import pyarrow as pa

from ...core import InputError, did_you_mean
from .remote import Remote, find_remote, is_url, local_path

COMPRESSIONS = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bz2"}
COMPRESSED_SUFFIXES = (".gz", ".zst", ".bz2")
CHUNK = 1 << 20
LARGEST_RATIO = 250  # text packs 3 to 20 times, a log of one repeated line about 200; a bomb of zeros 1,000 and more
UNSUSPECTED_BYTES = 64 << 20

Paths = str | Path | Sequence[str | Path]
Advance = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class InputFile:
    """A file and its name: the path relative to what the user gave, with slashes, the same on every machine.

    ``remote`` says where the file lies when it is on no disk of this machine; ``path`` then only shows it.
    """

    path: Path
    name: str
    remote: Remote | None = None

    @property
    def place(self) -> str:
        """What error messages call it."""
        return self.remote.filesystem.unstrip_protocol(self.remote.path) if self.remote else str(self.path)

    @property
    def size(self) -> int:
        """Bytes as stored."""
        return self.stamp()[0]

    def stamp(self) -> tuple[int, int]:
        """Size and time of change: what tells that a file is no longer the one that was hashed."""
        try:
            if self.remote:
                return self.remote.size, 0
            status = self.path.stat()
        except Exception as error:  # every remote file system has its own errors
            raise _unreadable(self, error) from None
        return status.st_size, status.st_mtime_ns

    def open(self) -> pa.NativeFile:
        """The bytes as stored, open for reading from any position."""
        try:
            return pa.PythonFile(self.remote.open(), "r") if self.remote else pa.OSFile(str(self.path))
        except Exception as error:  # as above
            raise _unreadable(self, error) from None

    @property
    def suffix(self) -> str:
        """The last suffix before that of a compression, in lower case."""
        suffixes = [suffix.lower() for suffix in PurePosixPath(self.name).suffixes]
        return next((suffix for suffix in reversed(suffixes) if suffix not in COMPRESSED_SUFFIXES), "")


def find_files(path: Paths, suffixes: Sequence[str] = ()) -> list[InputFile]:
    """Every file behind a path, sorted by name: a file, a folder (its files of the given suffixes, at any depth, hidden
    ones left out), a glob (``data/**/*.jsonl``), a URL of one of these, or a list of them.

    Raises :class:`InputError` where there is nothing, or something that cannot be looked into.
    """
    if not isinstance(path, (str, Path)):
        return _find_all(list(path), suffixes)
    if is_url(path) and local_path(str(path)) == path:
        found = find_remote(str(path), _endings(suffixes))
        return [InputFile(Path(remote.path), name, remote) for remote, name in found]
    given = Path(local_path(str(path))).expanduser()
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

    Calls ``advance`` with the bytes taken from disk. Damage raises :class:`InputError`, and so does a file that unpacks
    to more than 250 times its size, once that is over 64 MiB.
    """
    with file.open() as raw:
        yield _chunks(file, raw, advance)


def read_whole(file: InputFile, limit: int, advance: Advance = lambda amount: None) -> tuple[bytes, int]:
    """The decompressed content up to ``limit`` bytes, and how many there are in all."""
    held, size = [], 0
    with open_input(file, advance) as chunks:
        for chunk in chunks:
            held.append(chunk[: max(0, limit - size)])
            size += len(chunk)
    return b"".join(held), size


def _unreadable(file: InputFile, error: BaseException) -> InputError:
    reason = getattr(error, "strerror", None) or str(error).split("\n")[0] or type(error).__name__
    return InputError(f"{file.place}: cannot be opened ({reason}); check that it is there and its permissions")


def _chunks(file: InputFile, raw: pa.NativeFile, advance: Advance) -> Iterator[bytes]:
    try:
        start = raw.read(4)
        raw.seek(0)
    except Exception as error:  # as above
        raise _unreadable(file, error) from None
    compression = next((name for magic, name in COMPRESSIONS.items() if start.startswith(magic)), None)
    stream = pa.CompressedInputStream(raw, compression) if compression else raw
    done = unpacked = 0
    while True:
        try:
            chunk = stream.read(CHUNK)
        except Exception as error:  # as above
            kind = f"{compression} data" if compression else "file"
            raise InputError(f"{file.place}: damaged {kind} ({error}); restore it from a copy") from None
        advance(raw.tell() - done)
        done = raw.tell()
        if not chunk:
            return
        unpacked += len(chunk)
        if unpacked > max(UNSUSPECTED_BYTES, LARGEST_RATIO * done):
            raise InputError(
                f"{file.place}: its first {done:,} bytes unpack to more than {unpacked - 1:,}, over {LARGEST_RATIO} "
                "times as many, as a decompression bomb does; unpack it yourself if you trust it"
            )
        yield chunk


def _find_all(paths: list[str | Path], suffixes: Sequence[str]) -> list[InputFile]:
    if not paths:
        raise InputError("path: the list is empty; name at least one file, folder or pattern")
    files = [file for path in paths for file in find_files(path, suffixes)]
    remotes = {
        file.place: InputFile(file.path, file.remote.path.lstrip("/"), file.remote) for file in files if file.remote
    }
    found = {file.path.absolute() for file in files if not file.remote}
    local = _sorted(found, Path(os.path.commonpath([path.parent for path in found]))) if found else []
    return sorted([*local, *remotes.values()], key=lambda file: file.name)


def _endings(suffixes: Sequence[str]) -> tuple[str, ...]:
    return (*suffixes, *(suffix + packed for suffix in suffixes for packed in COMPRESSED_SUFFIXES))


def _in_folder(folder: Path, suffixes: Sequence[str]) -> list[InputFile]:
    endings = _endings(suffixes)
    found = []
    for place, folders, names in os.walk(folder, onerror=_cannot_list):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        wanted = (name for name in names if not name.startswith("."))
        found += [Path(place, name) for name in wanted if not endings or name.lower().endswith(endings)]
    if not found:
        kinds = f" ending in {', '.join(suffixes)}" if suffixes else ""
        raise InputError(
            f"{folder}: no file{kinds} in this folder; give another folder or a pattern such as {folder}/*"
        )
    return _sorted(map(_regular, found), folder)


def _matching(pattern: Path) -> list[InputFile]:
    matched = [path for path in map(Path, glob.glob(str(pattern), recursive=True)) if not path.is_dir()]
    fixed = next(index for index, part in enumerate(pattern.parts) if glob.has_magic(part))
    root = Path(*pattern.parts[:fixed])
    depth = None if "**" in pattern.parts else len(pattern.parts) - fixed
    _refuse_unreadable(root, depth)
    if not matched:
        raise InputError(f"{pattern}: no file matches this pattern; check the folder and the ending")
    return _sorted(map(_regular, matched), root)


def _refuse_unreadable(root: Path, depth: int | None) -> None:
    """A pattern passes over folders that cannot be listed, and what is in them would be missing without a word."""
    for place, folders, _ in os.walk(root, onerror=_cannot_list):
        below = len(Path(place).parts) - len(root.parts) + 1
        folders[:] = [name for name in folders if not name.startswith(".") and (depth is None or below < depth)]


def _cannot_list(error: OSError) -> None:
    if isinstance(error, FileNotFoundError):
        raise InputError(f"{error.filename}: no such folder; check the path") from None
    raise InputError(f"{error.filename}: cannot be listed ({error.strerror}); check its permissions") from None


def _regular(path: Path) -> Path:
    if not path.is_file():
        kind = "a link to a file that is gone" if path.is_symlink() else "not a regular file"
        raise InputError(f"{path}: {kind}; mend it or take it out")
    return path


def _sorted(paths: Iterable[Path], root: Path) -> list[InputFile]:
    return sorted((InputFile(path, _name(path, root)) for path in paths), key=lambda file: file.name)


def _name(path: Path, root: Path) -> str:
    # A file name on disk is bytes; what is not UTF-8 in it could not be stored in a corpus.
    return os.fsencode(path.relative_to(root).as_posix()).decode("utf-8", "backslashreplace")
