"""Objects that captions name, held against those that are in the picture."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...core import InputError
from ...curate import redact
from .answer_matching import LONGEST

LARGEST = 10_000_000
MOST_WORDS = 6
WORD = re.compile(r"[^\W_]+", re.UNICODE)
IRREGULAR = {"people": "person", "men": "man", "women": "woman", "children": "child", "mice": "mouse",
             "knives": "knife",
             "geese": "goose", "feet": "foot", "teeth": "tooth", "leaves": "leaf", "loaves": "loaf", "shelves": "shelf",
             "wolves": "wolf", "buses": "bus", "glasses": "glass"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Objects:
    """Every way to say an object (words in singular form) and the object it means; longer ones are found first."""

    names: Mapping[tuple[str, ...], str]

    def mentioned(self, caption: str) -> list[tuple[str, int, int]]:
        """Each mention as object, start and end in characters; a longer name hides the shorter ones within it.

        >>> objects = objects_of(["dog", "hot dog"], {})
        >>> [name for name, _, _ in objects.mentioned("Two hot dogs and a dog.")]
        ['hot dog', 'dog']
        """
        words = [(singular(found[0].lower()), found.start(), found.end()) for found in WORD.finditer(caption[:LONGEST])]
        mentions, place = list[tuple[str, int, int]](), 0
        while place < len(words):
            size = self._longest([word for word, *_ in words[place : place + MOST_WORDS]])
            if size:
                key = tuple(word for word, *_ in words[place : place + size])
                mentions.append((self.names[key], words[place][1], words[place + size - 1][2]))
            place += max(1, size)
        return mentions

    def _longest(self, words: Sequence[str]) -> int:
        """How many of the first words make a name; 0 for none."""
        return next((n for n in range(len(words), 0, -1) if tuple(words[:n]) in self.names), 0)

    def meant(self, label: str) -> str | None:
        """The object that a label means; None where the label is unknown."""
        return self.names.get(key_of(label))


def singular(word: str) -> str:
    """The singular of a common English noun.

    >>> [singular(word) for word in ("dogs", "buses", "benches", "ponies", "glass", "people", "bus")]
    ['dog', 'bus', 'bench', 'pony', 'glass', 'person', 'bus']
    """
    if word in IRREGULAR:
        return IRREGULAR[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "xes", "sses", "zzes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def key_of(name: str) -> tuple[str, ...]:
    """A name as the words that are compared."""
    return tuple(singular(found[0].lower()) for found in WORD.finditer(name[:1000]))


def objects_of(labels: Sequence[str], synonyms: Mapping[str, Sequence[str]]) -> Objects:
    """All labels, and the synonyms of each. A synonym of two objects raises :class:`InputError`."""
    names: dict[tuple[str, ...], str] = {}
    owned: dict[tuple[str, ...], str] = {}
    for name, others in synonyms.items():
        for other in (name, *others):
            key = key_of(other)
            if key and owned.setdefault(key, name) != name:
                raise InputError(
                    f"the synonym {redact(str(other)[:60])!r} stands for {redact(owned[key][:60])!r} and for "
                    f"{redact(name[:60])!r}; keep it for one of them"
                )
    for label in labels:
        if key := key_of(label):
            names.setdefault(key, owned.get(key, " ".join(key)))
    names |= owned
    return Objects(names)


def read_synonyms(path: str) -> dict[str, list[str]]:
    """``{object: [synonyms]}`` from a JSON file."""
    file = Path(path)
    try:
        if file.stat().st_size > LARGEST:
            raise InputError(f"{file.name}: synonyms may have {LARGEST:,} bytes at most")
        found: Any = json.loads(file.read_bytes())
    except OSError:
        raise InputError(
            f"{file.name}: there is no such file of synonyms; give its path, relative to the config"
        ) from None
    except (ValueError, RecursionError):
        raise InputError(f'{file.name}: is no JSON; write {{"person": ["man", "woman"]}}') from None
    plain = isinstance(found, dict) and all(
        isinstance(others, list) and all(isinstance(one, str) for one in others) for others in found.values()
    )
    if not plain:
        raise InputError(f'{file.name}: synonyms are lists of words by object: {{"person": ["man", "woman"]}}')
    return {str(name): list(others) for name, others in found.items()}
