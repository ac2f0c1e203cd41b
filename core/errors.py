"""Errors that a user can act on.

    HeadwaterError
    ├── UsageError            the command, config or arguments are wrong          exit 2
    │   ├── ConfigError       a key or value in a config file
    │   ├── UnknownName       a name that no registry holds
    │   └── InputError        a file or data set cannot be used at all
    │       └── EmptyCorpus   no row is left to work on
    ├── IncompleteError       something needed was not measured or not made yet   exit 3
    ├── IntegrityError        hashes, counts or lineage disagree                  exit 4
    └── TemporaryError        try again: disk full, lock held, remote away        exit 75

Only the command line turns them into exit codes. Every message names the place, the value, the rule and the way out.
"""

import difflib
import errno
from collections.abc import Iterable

OUT_OF_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""Numbers of operating-system errors that say that a disk, a quota or the size of a file is exhausted."""


class HeadwaterError(Exception):
    """Base of every error that headwater raises on purpose."""

    exit_code = 1


class UsageError(HeadwaterError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = 2


class ConfigError(UsageError):
    """A config file has a wrong key or value; the message names file, key and rule."""


class InputError(UsageError):
    """An input file or data set cannot be read at all."""


class EmptyCorpus(InputError):
    """There is no document to work on."""


class IncompleteError(HeadwaterError):
    """A stage needs something that has not been made or measured."""

    exit_code = 3


class IntegrityError(HeadwaterError):
    """Content, counts or lineage are not what the manifest says."""

    exit_code = 4


class TemporaryError(HeadwaterError):
    """The same command may succeed later."""

    exit_code = 75


class UnknownName(UsageError):
    """A name is not registered; the message offers the nearest ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str], place: str = "") -> None:
        hint = did_you_mean(name, known)
        where = f"{place}: " if place else ""
        listing = "headwater list" if kind in ("kind", "name") else f"headwater list {kind}"
        super().__init__(f"{where}no {kind} {name!r}; {hint}'{listing}' shows all")
        self.kind, self.name = kind, name


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """The phrase ``did you mean "x"? `` for the nearest known name, or an empty string."""
    near = difflib.get_close_matches(name, list(known), n=1, cutoff=0.5)
    return f'did you mean "{near[0]}"? ' if near else ""
