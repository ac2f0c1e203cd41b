"""The event log of a run: append-only lines, each bound to the one before it by its hash.

Whoever owns the file can write the whole chain anew. It proves order and completeness only to somebody who kept a head
(the hash of the last line) elsewhere: in a git tag, a ticket, a mail.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from ..core import IntegrityError, canonical_json, sha256

LEDGER = "ledger.jsonl"
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One event. ``manifest`` is the hash of the run's manifest at that time, empty before there is one."""

    number: int
    event: str
    time: str
    manifest: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    previous: str = GENESIS

    @property
    def line(self) -> bytes:
        """The entry as it stands in the file, without the line's end."""
        return canonical_json(asdict(self))

    @property
    def hash(self) -> str:
        """SHA-256 of the line: what the next entry is bound to."""
        return sha256(self.line)


def append_entry(folder: Path, event: str, time: str, manifest: str = "", **data: Any) -> Entry:
    """Write an event under those before it; two processes wait for each other. Returns the entry.

    Raises :class:`IntegrityError` where the chain is broken already: nothing is added to a forged one.
    """
    with _held(folder):
        known = list(read_ledger(folder))
        previous = known[-1].hash if known else GENESIS
        entry = Entry(len(known) + 1, event, time, manifest, data, previous)
        with (folder / LEDGER).open("ab") as file:
            file.write(entry.line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    return entry


def read_ledger(folder: Path) -> Iterator[Entry]:
    """Every entry in order, the chain checked on the way; a broken one raises :class:`IntegrityError`.

    An unfinished last line (the process was killed in it) is left out.
    """
    path, previous = folder / LEDGER, GENESIS
    lines = path.read_bytes().split(b"\n")[:-1] if path.is_file() else []
    for number, line in enumerate(lines, 1):
        entry = _entry(path, number, line)
        if entry.line != line or entry.number != number or entry.previous != previous:
            raise IntegrityError(f"{path}:{number}: the chain is broken here; a line was changed, added or taken out")
        yield entry
        previous = sha256(line)


def head(folder: Path) -> str:
    """The hash of the last entry: keep it where the owner of the folder cannot write."""
    entries = list(read_ledger(folder))
    return entries[-1].hash if entries else GENESIS


def _entry(path: Path, number: int, line: bytes) -> Entry:
    try:
        return Entry(**json.loads(line))
    except (ValueError, TypeError, RecursionError):
        raise IntegrityError(f"{path}:{number}: not an entry of the ledger; the file was changed") from None


@contextmanager
def _held(folder: Path) -> Iterator[None]:
    """One writer at a time; what a killed one left of a line is cut off first."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f".{LEDGER}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        path = folder / LEDGER
        content = path.read_bytes() if path.is_file() else b""
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(path, whole)
        yield
