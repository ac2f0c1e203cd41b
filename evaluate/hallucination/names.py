"""Names of things in a text: dotted, snake_case and CamelCase identifiers, capitalised names of several words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 80
_IDENTIFIER = re.compile(r"(?<![\w.])[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*", re.ASCII)
_ENTITY = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?: [A-Z][a-z]+){1,3}(?!\w)")
_CAMEL = re.compile(r"[a-z0-9][A-Z]")
_SNAKE = re.compile(r"[A-Za-z0-9]_+[A-Za-z0-9]")


@dataclass(frozen=True, slots=True)
class Name:
    """A name and its character offsets. ``kind``: dotted, snake_case, CamelCase or entity."""

    text: str
    kind: str
    start: int
    end: int


def names(text: str) -> list[Name]:
    """Every name in a text that nothing cut off, in order.

    A name at the very beginning or end of the text is left out: samples begin and end in the middle of words. An entity
    is two to four capitalised words in the middle of a sentence.

    >>> [(name.text, name.kind) for name in names("We met Ada Lovelace, who calls np.dot and read_csv today.")]
    [('Ada Lovelace', 'entity'), ('np.dot', 'dotted'), ('read_csv', 'snake_case')]
    """
    found = sorted((*_identifiers(text), *_entities(text)), key=lambda name: (name.start, -name.end))
    return [name for name in found if name.start > 0 and name.end < len(text.rstrip(" .\n"))]


def identifier_kind(word: str) -> str | None:
    """Which kind of identifier a word is, or None for a plain word.

    >>> [identifier_kind(word) for word in ("os.path", "e.g", "read_csv", "DataFrame", "plain", "_x")]
    ['dotted', None, 'snake_case', 'CamelCase', None, None]
    """
    if not 4 <= len(word) <= LONGEST:
        return None
    parts = word.split(".")
    if len(parts) > 1:  # "e.g", "U.S" and "end.Then" are no names
        letters = all(len(part) > 1 for part in parts)
        sentence = parts[-1].istitle() and parts[0].isalpha() and len(parts) == 2 and parts[0].islower()
        return "dotted" if letters and not sentence else None
    return "snake_case" if _SNAKE.search(word) else "CamelCase" if _CAMEL.search(word) else None


def _identifiers(text: str) -> Iterator[Name]:
    for match in _IDENTIFIER.finditer(text):
        if kind := identifier_kind(match[0]):
            yield Name(match[0], kind, match.start(), match.end())


def _entities(text: str) -> Iterator[Name]:
    for match in _ENTITY.finditer(text):
        if len(match[0]) <= LONGEST:
            yield Name(match[0], "entity", match.start(), match.end())
