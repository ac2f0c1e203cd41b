"""Sentences with the name of one group replaced by the name of another: everything else stays the same."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ...core import sha256

PATH = Path(__file__).parent / "lists" / "swaps.json"
NEUTRAL = "neutral"
Row = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Variants:
    """One sentence in one version for each group of a category, and ``neutral``, which names none.

    ``sentence`` is its number among the sentences that were given; ``own`` is the group that the corpus names there.
    """

    sentence: int
    own: str
    texts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Swaps:
    """Rows of interchangeable forms by category; ``protocol`` is name, version and hash of the data."""

    categories: Mapping[str, tuple[Row, ...]]
    protocol: str
    never_replaced: frozenset[str] = frozenset()

    def groups(self, category: str) -> tuple[str, ...]:
        """The groups of a category, in the order of the data, ``neutral`` left out."""
        rows = self.categories.get(category, ())
        return tuple(dict.fromkeys(group for row in rows for group in row if group != NEUTRAL))

    def variants(self, category: str, sentences: Sequence[str]) -> Iterator[Variants]:
        """The variants of each sentence that holds exactly one form of the category: no more, or the rest would
        still name the first group."""
        forms = _forms(self.categories.get(category, ()), self.never_replaced)
        if not forms:
            return
        pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, sorted(forms, key=lambda form: (-len(form), form))))})\b")
        for number, sentence in enumerate(sentences):
            found = list(pattern.finditer(sentence))
            if len(found) == 1:
                start, end = found[0].span()
                own, row = forms[sentence[start:end]]
                texts = {
                    group: sentence[:start] + _like(sentence, start, end, form) + sentence[end:]
                    for group, form in row.items()
                    if form is not None
                }
                yield Variants(number, own, texts)


@lru_cache(maxsize=1)
def load_swaps() -> Swaps:
    """The data that come with headwater."""
    content = PATH.read_bytes()
    data = json.loads(content)
    categories = {name: tuple(rows) for name, rows in data["categories"].items()}
    protocol = f"{data['id']}/{data['version']} {sha256(content)[:8]}"
    return Swaps(categories, protocol, frozenset(data["never_replaced"]))


def _forms(rows: Iterable[Row], never: frozenset[str]) -> dict[str, tuple[str, Row]]:
    """Each spelling of a form that names a group, with the group and its row; the first row wins."""
    found: dict[str, tuple[str, Row]] = {}
    for row in rows:
        for group, form in row.items():
            if form is not None and group != NEUTRAL and form not in never:
                for spelling in (form, form[0].upper() + form[1:], form.lower()):
                    found.setdefault(spelling, (group, row))
    return found


def _like(sentence: str, start: int, end: int, form: str) -> str:
    """The form in the case that its place asks for: a capital at the beginning, none where the text writes none."""
    if not sentence[:start].strip(" \t\n\"'\u201c\u2018("):
        return form[0].upper() + form[1:] if sentence[start].isupper() else form.lower()
    return form.lower() if sentence.islower() else form
