"""Texts of others on a terminal: nothing in them moves the cursor, changes colours or turns the reading order."""

import unicodedata

HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
MARK = "\N{REPLACEMENT CHARACTER}"


def plain(text: str) -> str:
    r"""One line without control, format, surrogate and private characters; a mark stands where one was.

    >>> plain("a\x1b[31mb\u202ec\nd")
    'a�[31mb�c d'
    """
    spaced = " ".join(text.split())
    return "".join(MARK if unicodedata.category(letter) in HIDDEN else letter for letter in spaced)
