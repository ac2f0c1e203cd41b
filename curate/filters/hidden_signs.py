"""Characters that nobody sees, and words whose letters only look alike: where they stand in a text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

KINDS = {
    "bidi-control": "explicit direction control: embedding, override or isolate (Trojan Source, CVE-2021-42574)",
    "zero-width": "invisible character outside the scripts and emoji that need it",
    "tag-character": "tag characters, which can carry a hidden message",
    "private-use": "code points without a public meaning",
    "mixed-script": "word of Latin letters and of Cyrillic or Greek ones that look Latin",
    "joiner": "joiner, direction mark or variation selector where scripts and emoji use it",
    "soft-hyphen": "hyphen that shows only at the end of a line",
}
_BIDI = "\u202a-\u202e\u2066-\u2069"
_ZERO_WIDTH = (
    "\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2064\u206a-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0"
)
_TAGS = "\U000e0000-\U000e007f"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_SELECTORS = "\U000e0100-\U000e01ef"
_RUN = re.compile(
    f"(?P<bidi>[{_BIDI}]+)|(?P<zero>[{_ZERO_WIDTH}{_SELECTORS}]+)|(?P<tag>[{_TAGS}]+)|(?P<private>[{_PRIVATE}]+)"
    "|(?P<hyphen>\xad+)"
)
_NAMES = {"bidi": "bidi-control", "tag": "tag-character", "private": "private-use", "hyphen": "soft-hyphen"}
_JOINERS = frozenset("\u200c\u200d")
_MARKS = frozenset("\u200e\u200f\u061c")
_FLAG = "\U0001f3f4"
_EMOJI = re.compile("[\u00a9\u00ae\u203c-\u3299\U0001f000-\U0001faff0-9#*\ufe0f]")
_RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_JOINING = re.compile("[\u0600-\u08ff\u0900-\u0dff\u0f00-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]")
_SELECTED = re.compile("[\u1000-\u109f\u1800-\u18af\u2200-\u22ff\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
# letters of Unicode's confusables whose prototype is one Latin letter (UTS 39), Cyrillic and Greek
_LOOKS_LATIN = frozenset(
    "\u0410\u0412\u0415\u041a\u041c\u041d\u041e\u0420\u0421\u0422\u0423\u0425\u0405\u0406\u0408"
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0455\u0456\u0458\u04ae\u04af\u04bb\u04c0\u04cf\u0501\u051b\u051d"
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u03bd\u03b9\u03f2\u03f3"
)
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")
_MIXED = re.compile("[A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u052f]+")


@dataclass(frozen=True, slots=True)
class Sign:
    """A run of ``size`` characters of one kind, or a word, at ``start`` to ``end`` (characters)."""

    kind: str
    start: int
    end: int
    size: int


def find_signs(text: str) -> list[Sign]:
    """All signs in a text, in order; they do not overlap. Linear in the length of the text.

    >>> [(sign.kind, sign.start) for sign in find_signs("p\\u0430ypal \\u202e")]
    [('mixed-script', 0), ('bidi-control', 7)]
    """
    if text.isascii():
        return []
    return sorted([*_runs(text), *_words(text)], key=lambda sign: (sign.start, sign.end))


def _runs(text: str) -> Iterator[Sign]:
    for found in _RUN.finditer(text):
        group = str(found.lastgroup)
        start, end = found.span()
        if group == "zero":
            yield from _zero_width(text, start, end)
        elif group == "tag" and _is_flag(text, start, end):
            yield Sign("joiner", start, end, end - start)
        else:
            yield Sign(_NAMES[group], start, end, end - start)


def _zero_width(text: str, start: int, end: int) -> Iterator[Sign]:
    """A run of invisible characters, cut where what is needed meets what is not."""
    before, after = text[start - 1 : start], text[end : end + 1]
    kinds = ["joiner" if _is_needed(text[place], before, after) else "zero-width" for place in range(start, end)]
    first = start
    for place in range(start + 1, end + 1):
        if place == end or kinds[place - start] != kinds[first - start]:
            yield Sign(kinds[first - start], first, place, place - first)
            first = place


def _is_needed(character: str, before: str, after: str) -> bool:
    if character in _JOINERS:
        joins = bool(_JOINING.match(before)) and not after.isascii()
        return joins or (character == "\u200d" and bool(_EMOJI.match(before)) and bool(_EMOJI.match(after)))
    if character in _MARKS:
        return bool(_RIGHT_TO_LEFT.match(before) or _RIGHT_TO_LEFT.match(after))
    if "\u180b" <= character <= "\u180f":
        return "\u1820" <= before <= "\u18aa"
    if "\ufe00" <= character <= "\ufe0f":
        return bool(_EMOJI.match(before) or _SELECTED.match(before))
    return "\U000e0100" <= character <= "\U000e01ef" and bool(_SELECTED.match(before))


def _is_flag(text: str, start: int, end: int) -> bool:
    """A black flag with the tags of a region and the cancel tag: the flag of England, for one."""
    return text[start - 1 : start] == _FLAG and end - start <= 8 and text[end - 1] == "\U000e007f"


def _words(text: str) -> Iterator[Sign]:
    for found in _MIXED.finditer(text):
        word = found.group()
        if word.isascii() or not _LATIN.search(word):
            continue
        foreign = _FOREIGN.findall(word)
        if foreign and all(letter in _LOOKS_LATIN for letter in foreign):
            yield Sign("mixed-script", found.start(), found.end(), 1)
