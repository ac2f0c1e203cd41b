"""A text with the genders of its words exchanged, passage by passage; what a swap would make wrong is left."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import re2

from ..audits.lexicon import load_lexicon
from .gender_pairs import Pairs
from .pronouns import Around, takes_noun, words

PRONOUNS = {"her": 0, "hers": 0, "him": 1, "his": 1}
_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019\-][^\W\d_]+)*")
_QUOTED = re.compile('["\u201c][^"\u201c\u201d\n]{1,80}["\u201d]')
_GLUED_BEFORE, _GLUED_AFTER = frozenset("_@.\\=#${&/<0123456789"), frozenset("_@=\\}(/>0123456789")
_SPLITS = {
    "sentence": re.compile(r"(?<=[.!?])\s+|\n+"),
    "paragraph": re.compile(r"\n+"),
    "document": re.compile(r"(?!)"),
}


@dataclass
class Swapped:
    """``text`` after the swap, how often each form was replaced (``she > he``), and passages left by reason."""

    text: str
    replaced: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    kept_titles: int = 0
    passages: int = 0


@dataclass(frozen=True)
class Token:
    """A word with its place; ``after`` and ``before`` are the characters that touch it."""

    text: str
    start: int
    end: int


def swap(text: str, pairs: Pairs, names: bool, people: bool, scope: str) -> Swapped:
    """Exchange every paired form. A passage (``scope``) is left where it speaks of biology or of a named person.

    ``names``: given names are exchanged too; else a passage with one is left. ``people``: passages that may name a
    person (two capitalised words in a row) are swapped too; those with a title or given name before a capitalised word
    are left in any case. Titles of works in quotation marks stay as they are.
    """
    found = Swapped("")
    parts = []
    for passage, gap in _passages(text, scope):
        parts += [_swap_passage(passage, pairs, names, people, found), gap]
    found.text = "".join(parts)
    return found


def _passages(text: str, scope: str) -> Iterator[tuple[str, str]]:
    start = 0
    for gap in _SPLITS[scope].finditer(text):
        yield text[start : gap.start()], gap[0]
        start = gap.end()
    yield text[start:], ""


def _swap_passage(passage: str, pairs: Pairs, names: bool, people: bool, found: Swapped) -> str:
    tokens = [Token(match[0], *match.span()) for match in _TOKEN.finditer(passage)]
    kept = _protected(passage)
    chosen = [place for place, token in enumerate(tokens) if _is_form(token, passage, pairs, names)]
    free = [place for place in chosen if not any(low <= tokens[place].start < high for low, high in kept)]
    found.kept_titles += len(chosen) - len(free)
    if not free:
        return passage
    open_tokens = [token for token in tokens if not any(low <= token.start < high for low, high in kept)]
    reason = _why_left(passage, open_tokens, pairs, names, people)
    if reason:
        found.left[reason] += 1
        return passage
    found.passages += 1
    parts, end = [], 0
    for place in free:
        token = tokens[place]
        new = _counterpart(passage, tokens, place, pairs, names)
        head = _article(passage[end : token.start], token.text, new)
        parts += [head, new]
        found.replaced[f"{token.text.lower()} > {new.lower()}"] += 1
        end = token.end
    return "".join([*parts, passage[end:]])


def _is_form(token: Token, passage: str, pairs: Pairs, names: bool) -> bool:
    form = _stem(token.text)
    before = passage[token.start - 1] if token.start else ""
    after = passage[token.end : token.end + 1]
    known = form in PRONOUNS or form in pairs.forms or (names and form in pairs.names and token.text[:1].isupper())
    dotted = after == "." and passage[token.end + 1 : token.end + 2].isalnum()
    return known and before not in _GLUED_BEFORE and after not in _GLUED_AFTER and not dotted


def _stem(word: str) -> str:
    """The form in lower case, without a possessive ``'s`` and with a plain apostrophe."""
    plain = word.lower().replace("\u2019", "'")
    for ending in ("'s", "'d", "'ll", "'ve", "'re"):
        if plain.endswith(ending):
            return plain.removesuffix(ending)
    return plain


def _counterpart(passage: str, tokens: list[Token], place: int, pairs: Pairs, names: bool) -> str:
    token = tokens[place]
    form = _stem(token.text)
    ending = token.text[len(form) :]
    if form in PRONOUNS:
        new = _pronoun(form, _around(passage, tokens, place))
    elif form in pairs.forms:
        new = pairs.forms[form][0]
    else:
        new = pairs.names[form][0]
    return _like(token.text[: len(form)], new) + ending


def _pronoun(form: str, around: Around) -> str:
    if form == "him":
        return "her"
    if form == "hers":
        return "his"
    noun = takes_noun(around)
    if form == "her":
        return "his" if noun else "him"
    return "her" if noun or around.after.lower() == "own" else "hers"


def _around(passage: str, tokens: list[Token], place: int) -> Around:
    token = tokens[place]
    following = tokens[place + 1 : place + 3]
    gap = passage[token.end : following[0].start] if following else passage[token.end :]
    before = tokens[place - 1] if place else None
    joined = before is not None and not any(mark in passage[before.end : token.start] for mark in ".!?;:")
    words = [one.text for one in following]
    return Around(before.text if before and joined else "", gap, *(words + ["", ""])[:2])


def _like(old: str, new: str) -> str:
    """The new form in the capitals of the old one: none, the first, all."""
    if old.isupper() and len(old) > 1:
        return new.upper()
    return new[:1].upper() + new[1:] if old[:1].isupper() else new.lower()


def _article(head: str, old: str, new: str) -> str:
    """The text before the form, with ``a`` or ``an`` where the next sound changes."""
    if _vowel(old) == _vowel(new):
        return head
    match = re.search(r"(?:^|(?<=[\s\"'(]))([Aa])(n?)(\s+)$", head)
    if not match or bool(match[2]) != _vowel(old):
        return head
    return head[: match.start()] + match[1] + ("n" if _vowel(new) else "") + match[3]


def _vowel(word: str) -> bool:
    return word[:1].lower() in "aeio" or word[:1].lower() == "u" or word.lower().startswith(("heir", "hour"))


def _protected(passage: str) -> list[tuple[int, int]]:
    """Titles of works in quotation marks, and fixed phrases in which a form names no person."""
    quoted = [match.span() for match in _QUOTED.finditer(passage) if _is_title(match[0][1:-1])]
    return quoted + [match.span() for match in _phrases().finditer(passage)]


def _is_title(quoted: str) -> bool:
    words = [word for word in quoted.split() if word[:1].isalpha()]
    long = [word for word in words if len(word) > 3]
    return len(words) > 1 and all(word[:1].isupper() for word in long) and words[0][:1].isupper() and bool(long)


def _why_left(passage: str, tokens: list[Token], pairs: Pairs, names: bool, people: bool) -> str:
    lower = passage.lower()
    if any(stem in lower for stem in pairs.biology):
        return "biology"
    for place, token in enumerate(tokens):
        name = _stem(token.text)
        if not token.text[:1].isupper():
            continue
        follows = place + 1 < len(tokens) and _is_name_after(passage, token, tokens[place + 1])
        if follows and (name in pairs.titles or name in pairs.names):
            return "named person"
        if name in pairs.names and not names:
            return "given name"
        if follows and not people and name not in pairs.forms and name not in PRONOUNS and _inside(passage, token):
            return "may name a person"
    return ""


def _is_name_after(passage: str, token: Token, after: Token) -> bool:
    """Whether a capitalised word or an initial follows directly."""
    gap = passage[token.end : after.start]
    return (
        gap in (" ", ". ", " @-@ ")
        and after.text[:1].isupper()
        and not after.text.isupper()
        or (gap == " " and len(after.text) == 1 and after.text.isupper() and after.text != "I")
    )


def _inside(passage: str, token: Token) -> bool:
    """Whether a capitalised word is capitalised for its own sake: not "The", nor a day or a month in a sentence."""
    return token.text.lower() not in _COMMON


_COMMON = words(
    "the a an this that these those in on at by for from with after before when while as if but and or of to it its "
    "his her he she they we you i there here then now one two dear"
)


@lru_cache(maxsize=1)
def _phrases() -> Any:
    """The exceptions of the gender lexicon: "man page", "Burger King", "daughter board"."""
    phrases = sorted(load_lexicon("gender").exceptions, key=lambda phrase: (-len(phrase), phrase))
    body = "|".join(r"[\s-]+".join(re2.escape(word) for word in phrase.split(" ")) for phrase in phrases)
    return re2.compile(rf"(?i)\b(?:{body})\b")
