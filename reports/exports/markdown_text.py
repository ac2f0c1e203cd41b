"""Text that stays text in Markdown, also on a forge that makes links of mentions, numbers of issues and addresses."""

import re

from .texts import line

_SPECIAL = re.compile(r"[\\`*_\[\]<>|~&{}^!]")
# A forge makes these live after the Markdown is read, so that no backslash helps; it leaves code alone.
_LIVE = re.compile(r"@|#[0-9]|://|(?i:www\.)|(?i:GH-[0-9])|:[A-Za-z0-9_+-]+:|\$")


def markdown(text: str, longest: int = 300) -> str:
    """One line of any text, redacted, in which nothing is markup.

    >>> markdown("<b>|x|</b> by @me, see #12")
    '\\\\<b\\\\>\\\\|x\\\\|\\\\</b\\\\> by `@me,` see `#12`'
    """
    return " ".join(_code(word) if _LIVE.search(word) else _escaped(word) for word in line(text, longest).split(" "))


def code(text: str, longest: int = 120) -> str:
    """A name or an id as code on one line; ``–`` where it is empty."""
    return _code(line(text, longest)) if line(text, longest) else "–"


def table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    """A table of cells that are Markdown already."""
    head = f"| {' | '.join(columns)} |"
    return [head, f"|{' --- |' * len(columns)}", *(f"| {' | '.join(cell or '–' for cell in row)} |" for row in rows)]


def _escaped(word: str) -> str:
    return _SPECIAL.sub(lambda found: "\\" + found.group(), word)


def _code(word: str) -> str:
    """No escape works in code, so a backtick and a bar become their likes."""
    return f"`{word.replace('`', chr(0x2018)).replace('|', chr(0xA6))}`"
