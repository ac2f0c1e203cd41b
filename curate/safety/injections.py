"""Strings by which a document speaks to a model: injections, chat tokens, hidden markup and hidden characters.

A match that is quoted in a text about such attacks (security prose, documentation of chat templates) is told apart: it
stands between quotation marks or in code, with a word of that discourse near it.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .phrases import PhraseList

HIDDEN = "hidden-characters"
TRIGGER = "trigger"
FEWEST_HIDDEN = 8
_NEAR, _WIDE = 120, 400
_TAGS = re.compile("[\U000e0020-\U000e007e]{8,4096}")
_ZERO_WIDTH = re.compile("[\u200b-\u200d\u2060-\u2064\ufeff]{8,4096}")
_DISCOURSE = re.compile(
    r"\b(?:attack\w*|adversar\w+|inject\w+|jailbreak\w*|malicious\w*|payload\w*|exploit\w*|vulnerab\w+|red.team\w*|"
    r"defen[cs]e\w*|mitigat\w+|detect\w*|filter\w*|prompts? (?:like|such as)|phrases? (?:like|such as)|strings? like|"
    r"for example|e\.g\.|such as|tokenizer\w*|templates?|special tokens?|delimiters?|placeholders?|delimited)\b",
    re.IGNORECASE,
)
_PAIRS = (("\u201c", "\u201d"), ("\u2018", "\u2019"), ("\u00ab", "\u00bb"), ("\u201e", "\u201c"))
_SAME = ('"', "`", "'")


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign of poisoning in a text, in characters; ``quoted`` where the text speaks about it."""

    kind: str
    start: int
    end: int
    quoted: bool = False


def find_signs(text: str, phrases: PhraseList, kinds: Sequence[str], triggers: Sequence[str] = ()) -> list[Sign]:
    """The signs of the wanted kinds by place; time is linear in the text."""
    return sorted(_signs(text, phrases, kinds, triggers), key=lambda sign: (sign.start, sign.end, sign.kind))


def _signs(text: str, phrases: PhraseList, kinds: Sequence[str], triggers: Sequence[str]) -> Iterator[Sign]:
    if phrases.may_match(text):
        for hit in phrases.find(text):
            if hit.group in kinds:
                quoted = hit.group != "hidden-markup" and is_quoted(text, hit.start, hit.end)
                yield Sign(hit.group, hit.start, hit.end, quoted)
    if HIDDEN in kinds and not text.isascii():
        for pattern in (_TAGS, _ZERO_WIDTH):
            yield from (Sign(HIDDEN, *found.span()) for found in pattern.finditer(text))
    for trigger in triggers:
        start = text.find(trigger)
        while start >= 0:
            yield Sign(TRIGGER, start, start + len(trigger))
            start = text.find(trigger, start + len(trigger))


def is_quoted(text: str, start: int, end: int) -> bool:
    """Whether the range stands in quotation marks or code on its line, in a text that speaks about such strings."""
    if not _DISCOURSE.search(text, max(0, start - _WIDE), min(len(text), end + _WIDE)):
        return False
    before = text[max(0, start - _NEAR) : start].rpartition("\n")[2]
    after = text[end : end + _NEAR].partition("\n")[0]
    if any(before.rfind(opening) > before.rfind(closing) and closing in after for opening, closing in _PAIRS):
        return True
    if any(_opens(before, mark) and mark in after for mark in _SAME):
        return True
    return _in_code_block(text, start)


def _opens(before: str, mark: str) -> bool:
    """Whether the last such mark before opens: it follows a blank or bracket, and no apostrophe inside a word."""
    place = before.rfind(mark)
    return place >= 0 and (place == 0 or not before[place - 1].isalnum()) and before[place + 1 : place + 2] != " "


def _in_code_block(text: str, start: int) -> bool:
    window = text[max(0, start - 4_000) : start]
    return window.count("\n```") % 2 == 1 or bool(re.search(r"\n(?: {4}|\t)[^\n]*\Z", window))
