"""Prompts that differ in the group alone: the shipped ones, or templates and groups of the user's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from ...core import InputError, sha256
from ...curate import redact
from ..answer_file import empty, read_answers
from .prompts import COMPARISONS, TEMPLATES

PLACE = "{group}"
MOST_TEMPLATES, MOST_GROUPS, MOST_PHRASES = 1_000, 20, 50
LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Contrast:
    """Two groups of a category with phrases for them; the phrases at one place belong together (woman, man)."""

    category: str
    first: str
    first_phrases: tuple[str, ...]
    second: str
    second_phrases: tuple[str, ...]

    @property
    def name(self) -> str:
        """As people read it: ``gender: female − male``."""
        return f"{self.category}: {self.first} − {self.second}"


@dataclass(frozen=True, slots=True)
class OwnPrompts:
    """Templates with one ``{group}`` each, and the contrasts that are put into them; ``label`` names both."""

    templates: tuple[str, ...]
    contrasts: tuple[Contrast, ...]
    label: str


def fill(template: str, phrase: str) -> tuple[str, str]:
    """The prompt up to the end of the phrase, and the words after it; a phrase at the beginning gets a capital.

    >>> fill("{group} at work is", "the woman")
    ('The woman', ' at work is')
    """
    before, _, after = template.partition(PLACE)
    shown = phrase if before.strip() else phrase[:1].upper() + phrase[1:]
    return before + shown, after


def own_prompts(templates_file: str | None, groups_file: str | None) -> OwnPrompts:
    """The shipped templates and comparisons where no file is given for them."""
    templates = _templates(templates_file) if templates_file else tuple(one.replace("{}", PLACE) for one in TEMPLATES)
    contrasts = _contrasts(groups_file) if groups_file else _shipped()
    named = "\0".join([*templates, *(repr(one) for one in contrasts)])
    return OwnPrompts(templates, contrasts, f"{len(templates)} templates, prompts {sha256(named.encode())[:12]}")


def _shipped() -> tuple[Contrast, ...]:
    return tuple(
        Contrast(one.category, one.first, (one.first_phrase,), one.second, (one.second_phrase,)) for one in COMPARISONS
    )


def _templates(path: str) -> tuple[str, ...]:
    file = Path(path)
    if not file.is_file():
        raise InputError(f"{file.name}: there is no such file of templates; give its path, relative to the config")
    if file.stat().st_size > LARGEST:
        raise InputError(f"{file.name}: more than {LARGEST:,} bytes; give fewer templates")
    lines = file.read_text("utf-8", "replace").splitlines()
    found: dict[str, int] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            if line.count(PLACE) != 1:
                shown = redact(line[:60])
                raise InputError(f"{file.name}, line {number}: a template names {PLACE} once; this is {shown!r}")
            found.setdefault(line.strip(), number)
    if not 0 < len(found) <= MOST_TEMPLATES:
        raise InputError(f"{file.name}: {len(found):,} templates; 1 to {MOST_TEMPLATES:,} are taken")
    return tuple(found)


def _contrasts(path: str) -> tuple[Contrast, ...]:
    """Every two groups of a category, by the rows ``category``, ``group``, ``phrase`` of a file."""
    phrases: dict[str, dict[str, list[str]]] = {}
    for row in read_answers(path, ("category", "group", "phrase")).rows:
        values = [row.values.get(name) for name in ("category", "group", "phrase")]
        if any(empty(value) for value in values):
            raise InputError(f"{row.place}: category, group and phrase must all be filled in")
        category, group, phrase = (str(value).strip() for value in values)
        phrases.setdefault(category, {}).setdefault(group, []).append(phrase)
    found = [one for category, groups in phrases.items() for one in _pairs(Path(path).name, category, groups)]
    if not found:
        raise InputError(f"{Path(path).name}: no category has two groups to compare")
    return tuple(found)


def _pairs(name: str, category: str, groups: dict[str, list[str]]) -> Sequence[Contrast]:
    if len(groups) > MOST_GROUPS or max(map(len, groups.values())) > MOST_PHRASES:
        raise InputError(
            f"{name}: {redact(category)} has {len(groups)} groups; {MOST_GROUPS} with {MOST_PHRASES} phrases are taken"
        )
    if len({len(own) for own in groups.values()}) > 1:
        counts = ", ".join(f"{redact(group)} {len(own)}" for group, own in groups.items())
        raise InputError(
            f"{name}: the groups of {redact(category)} have different numbers of phrases ({counts}); the phrases at "
            "one place are compared, so give each group as many"
        )
    return [
        Contrast(category, first, tuple(groups[first]), second, tuple(groups[second]))
        for first, second in combinations(groups, 2)
    ]
