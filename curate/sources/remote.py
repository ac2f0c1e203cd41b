"""Files behind a URL, through fsspec: only where the user's path is one, and only by protocols that are named here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from ...core import InputError, did_you_mean

PROTOCOLS = ("abfs", "az", "file", "gcs", "gs", "http", "https", "memory", "s3")
_URL = re.compile(r"([a-z][a-z0-9+.-]*)://(.*)", re.DOTALL)
_MAGIC = re.compile(r"[*?[]")


@dataclass(frozen=True, slots=True)
class Remote:
    """A file system of fsspec and a path on it."""

    filesystem: Any
    path: str

    @property
    def size(self) -> int:
        """Bytes stored there; 0 where the other side does not say."""
        return int(self.filesystem.info(self.path).get("size") or 0)

    def open(self) -> Any:
        """A binary file object with ``read`` and ``seek``."""
        return self.filesystem.open(self.path, "rb")


def is_url(path: object) -> bool:
    """Whether a path is a URL and no place on this machine's disk."""
    return isinstance(path, str) and _URL.match(path) is not None


def local_path(url: str) -> str:
    """The path behind a ``file://`` URL; any other text as it is."""
    return url.removeprefix("file://") if url.startswith("file://") else url


def find_remote(url: str, endings: Sequence[str]) -> list[tuple[Remote, str]]:
    """Every file behind a URL (a file, a folder, a pattern) with its name relative to the fixed part, sorted by name.

    ``endings`` limits what is taken from a folder. Raises :class:`InputError` where there is nothing, for a protocol
    that is not allowed or whose library is missing.
    """
    filesystem, path = _filesystem(url)
    try:
        found = _list(filesystem, path, tuple(endings))
    except Exception as error:  # every file system has its own errors
        raise InputError(f"{url}: cannot be listed ({_reason(error)}); check the address and the access") from None
    if not found:
        kinds = f" ending in {', '.join(endings)}" if endings else ""
        raise InputError(f"{url}: no file{kinds} there; check the address")
    return sorted(((Remote(filesystem, path), name) for path, name in found), key=lambda pair: pair[1])


def _filesystem(url: str) -> tuple[Any, str]:
    parsed = _URL.match(url)
    protocol = parsed[1] if parsed else ""
    if protocol not in PROTOCOLS or "::" in url:
        hint = did_you_mean(protocol, PROTOCOLS)
        raise InputError(f"{url}: cannot read from {protocol}://; {hint}protocols: {', '.join(PROTOCOLS)}")
    # Imported here because nobody else should wait for it.
    from fsspec.core import url_to_fs

    try:
        filesystem, path = url_to_fs(url)
    except ImportError as error:
        raise InputError(
            f"{url}: the library for {protocol}:// is not installed ({_reason(error)}); install it, or copy the files"
        ) from None
    except Exception as error:
        raise InputError(f"{url}: cannot be opened ({_reason(error)}); check the address and the access") from None
    return filesystem, path


def _list(filesystem: Any, path: str, endings: tuple[str, ...]) -> list[tuple[str, str]]:
    if _MAGIC.search(path):
        parts = PurePosixPath(path).parts
        fixed = next(index for index, part in enumerate(parts) if _MAGIC.search(part))
        root = str(PurePosixPath(*parts[:fixed]))
        shows_hidden = any(part.startswith(".") for part in parts[fixed:])
        matched = (name for name in filesystem.glob(path) if shows_hidden or not _is_hidden(name, root))
        found = [name for name in matched if filesystem.isfile(name)]
    elif filesystem.isdir(path):
        root = path
        found = [
            name
            for name in filesystem.find(path)
            if (not endings or name.lower().endswith(endings)) and not _is_hidden(name, path)
        ]
    else:
        found = [path] if filesystem.isfile(path) else []
        root = str(PurePosixPath(path).parent)
    return [(name, _relative(name, root)) for name in found]


def _is_hidden(name: str, root: str) -> bool:
    return any(part.startswith(".") for part in PurePosixPath(_relative(name, root)).parts)


def _relative(name: str, root: str) -> str:
    relative = name.removeprefix(root.rstrip("/")).lstrip("/") if name.startswith(root.rstrip("/")) else name
    return relative.encode("utf-8", "backslashreplace").decode()


def _reason(error: BaseException) -> str:
    return (str(error) or type(error).__name__).split("\n")[0][:200]
