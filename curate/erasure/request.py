"""What is to be erased: ids, a subject's strings, hashes of contents. Read with caps, and never quoted in a message."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from ...core import InputError, UsageError
from .seals import Sealer
from .words import LONGEST_STRING, Strings

LARGEST_FILE = 256 << 20
LONGEST_ID = 200
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Request:
    """``hashes`` are hex SHA-256 of contents (UTF-8 text, or raw pixels)."""

    ids: frozenset[str]
    strings: Strings
    hashes: frozenset[str]

    @cached_property
    def prefixes(self) -> frozenset[str]:
        """The first 16 digits of the hashes: the half of an id that names its content."""
        return frozenset(digest[:16] for digest in self.hashes)

    def sealed(self, sealer: Sealer) -> dict[str, list[str]]:
        """What was asked, as keyed hashes: comparable with a later request, and telling nothing without the key."""
        asked = {"ids": self.ids, "hashes": self.hashes, "strings": {" ".join(words) for words in self.strings.needles}}
        return {kind: sorted(sealer.seal(kind, value) for value in values) for kind, values in asked.items()}


def request(
    ids: Sequence[str] = (), strings: Sequence[str] = (), hashes: Path | None = None, match_file: Path | None = None
) -> Request:
    """A checked request; raises :class:`UsageError` where it is empty or malformed.

    ``hashes`` names a file with a SHA-256 at the start of each line (as sha256sum prints it), ``match_file`` one with a
    string a line; empty lines, and in the former those that start with ``#``, are passed over.
    """
    for number, name in enumerate(ids, 1):
        if not name.strip() or len(name) > LONGEST_ID:
            raise UsageError(f"--id {number}: an id has 1 to {LONGEST_ID} characters; trace and decisions/ show ids")
    listed = [*strings, *(_lines(match_file, LONGEST_STRING) if match_file else ())]
    wanted = Request(frozenset(ids), Strings(listed), frozenset(_hashes(hashes)) if hashes else frozenset())
    if not (wanted.ids or len(wanted.strings) or wanted.hashes):
        raise UsageError("nothing to erase: give --id, --match, --match-file or --hashes")
    return wanted


def _hashes(path: Path) -> list[str]:
    found = []
    for number, line in enumerate(_lines(path, 10_000), 1):
        digest = line.split()[0].lower()
        if line.startswith("#"):
            continue
        if not _HASH.fullmatch(digest):
            raise InputError(f"{path}: entry {number} is no SHA-256; write 64 hex digits at the start of each line")
        found.append(digest)
    return found


def _lines(path: Path, longest: int) -> list[str]:
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise InputError(f"{path}: larger than {LARGEST_FILE:,} bytes; split the list and erase in several calls")
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text; write one entry a line as UTF-8") from None
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if any(len(line) > longest for line in lines):
        raise InputError(f"{path}: a line has more than {longest:,} characters; write one entry a line")
    return lines
