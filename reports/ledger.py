"""The event log of a run: append-only lines, each bound to the one before it by its hash.

Each line also carries the hash of itself, so that damage to the last one shows as well. Whoever owns the file can still
write the whole chain anew. It proves order and completeness only to somebody who kept a head (the hash of the last
line) elsewhere: in a git tag, a ticket, a mail. The head is ``tail -n 1 ledger.jsonl | tr -d '\\n' | sha256sum``.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ..core import IntegrityError, canonical_json, open_own, parse_json, sha256

LEDGER = "ledger.jsonl"
GENESIS = "0" * 64
BLOCK = 1 << 16


@dataclass(frozen=True)
class Entry:
    """One event. ``manifest`` is the hash of the run's manifest at that time, empty before there is one."""

    number: int
    event: str
    time: str
    manifest: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    previous: str = GENESIS

    @cached_property
    def line(self) -> bytes:
        """The entry as it stands in the file, with the hash of itself and without the line's end."""
        values = asdict(self)
        return canonical_json(values | {"self": sha256(canonical_json(values))})

    @property
    def hash(self) -> str:
        """SHA-256 of the line: what the next entry is bound to."""
        return sha256(self.line)


def append_entry(folder: Path, event: str, time: str, manifest: str = "", **data: Any) -> Entry:
    """Write an event under those before it; two processes wait for each other. Returns the entry.

    Only the last line is looked at, so that a long ledger costs no more than a short one. Where that line was changed,
    :class:`IntegrityError` is raised; a break further up stays for every reader to find.
    """
    with _held(folder) as last:
        known = _entry(folder / LEDGER, 0, last) if last is not None else None
        previous, number = (known.hash, known.number + 1) if known else (GENESIS, 1)
        entry = Entry(number, event, time, manifest, data, previous)
        line = entry.line + b"\n"
        with open_own(folder / LEDGER) as file:
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    return entry


def read_ledger(folder: Path) -> Iterator[Entry]:
    """Every entry in order, the chain checked on the way; a broken one raises :class:`IntegrityError`.

    An unfinished last line (the process was killed in it) is left out.
    """
    path = folder / LEDGER
    return parse_ledger(path.read_bytes() if path.is_file() else b"", path)


def parse_ledger(content: bytes, path: Path) -> Iterator[Entry]:
    """The entries of a ledger's content; ``path`` is for the error."""
    previous = GENESIS
    for number, line in enumerate(content.split(b"\n")[:-1], 1):
        entry = _entry(path, number, line)
        if entry.number != number or entry.previous != previous:
            raise IntegrityError(f"{path}:{number}: the chain is broken here; a line was changed, added or taken out")
        yield entry
        previous = sha256(line)


def head(folder: Path) -> str:
    """The hash of the last entry: keep it where the owner of the folder cannot write."""
    entries = list(read_ledger(folder))
    return entries[-1].hash if entries else GENESIS


def _entry(path: Path, number: int, line: bytes) -> Entry:
    """The entry of a line that stands exactly as it was written; ``number`` 0 is the last one."""
    place = f"{path}:{number}" if number else f"{path}, last line"
    try:
        values = parse_json(line)
        del values["self"]
        entry = Entry(**values)
        whole = entry.line == line and _typed(entry)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise IntegrityError(f"{place}: not an entry of the ledger; the file was changed") from None
    if not whole:
        raise IntegrityError(f"{place}: the chain is broken here; the line was changed")
    return entry


def _typed(entry: Entry) -> bool:
    texts = (entry.event, entry.time, entry.manifest, entry.previous)
    return type(entry.number) is int and isinstance(entry.data, dict) and all(isinstance(one, str) for one in texts)


@contextmanager
def _held(folder: Path) -> Iterator[bytes | None]:
    """One writer at a time. Gives the last whole line; what a killed writer left of one is cut off first."""
    folder.mkdir(parents=True, exist_ok=True)
    with open_own(folder / f".{LEDGER}.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / LEDGER
        if path.is_symlink():
            open_own(path)  # refuses it, before anything is cut off where it leads
        tail, end = _tail(path) if path.is_file() else (None, 0)
        if end:
            os.truncate(path, end)
        yield tail


def _tail(path: Path) -> tuple[bytes | None, int]:
    """The last whole line, and where the file has to end; 0 where it ends there already."""
    size = start = path.stat().st_size
    content = b""
    with path.open("rb") as file:
        while start and content.count(b"\n") < 2:
            begin = max(0, start - max(BLOCK, len(content)))
            file.seek(begin)
            content, start = file.read(start - begin) + content, begin
    whole = content.rfind(b"\n") + 1
    if not whole:
        if size:
            os.truncate(path, 0)
        return None, 0
    line = content[: whole - 1].rpartition(b"\n")[2]
    return line, 0 if whole == len(content) else size - (len(content) - whole)
