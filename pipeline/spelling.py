"""Nothing that is printed commands the terminal it is printed on.

Texts of a corpus, a model or a policy may hold escape sequences that recolour, retitle or rewrite a terminal, and
controls that turn the direction of a line. Every such character is printed by its code point, as JSON spells it
(``\\u001b``), so that what ``--json`` prints stays the same value.
"""

import re
import sys
from collections.abc import Iterable
from typing import Any, TextIO, cast

COMMANDS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\U000e0000-\U000e0fff]"
)


def spelled(text: str) -> str:
    """``text`` with the code point of each character that a terminal would obey.

    >>> spelled("\\x1b[2Jgone, user\\u202egnp.exe")
    '\\\\u001b[2Jgone, user\\\\u202egnp.exe'
    """
    return COMMANDS.sub(_code, text)


def _code(match: re.Match[str]) -> str:
    units = match.group().encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))


class Spelling:
    """A text stream in front of another one, which gets no character that a terminal would obey."""

    def __init__(self, beneath: TextIO) -> None:
        self.beneath = beneath

    def write(self, text: str) -> int:
        """Write it spelled."""
        self.beneath.write(spelled(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of them spelled."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.beneath, name)


def guard_streams() -> None:
    """Put the guard in front of standard output and standard error of this process, whoever writes to them."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, Spelling):
            setattr(sys, name, cast(TextIO, Spelling(stream)))
