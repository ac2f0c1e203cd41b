"""Numbers, names and negations of a claim: what a passage must hold before it counts as support.

A cheap guard on top of any model of entailment, on the safe side: a passage without a number or a name of the claim, or
where one of the two is negated and the other is not, never supports it.
"""

import re
from dataclasses import dataclass

_WORD = re.compile(r"\w+")
_NUMBER = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?")
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|nobody|nothing|without|cannot)\b|n[\u2019']t\b", re.IGNORECASE
)
_UNITS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
SPELLED = {word: str(n) for n, word in enumerate((*_UNITS, *_TEENS)) if word != "one"} | {
    word: str(10 * n) for n, word in enumerate(_TENS, 2)
}
"""Spelled numbers but ``one``, which is mostly a pronoun."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a claim states and a passage must hold: numbers as they are normalised, names in lower case."""

    numbers: frozenset[str]
    names: frozenset[str]
    negated: bool


def facts_of(claim: str, lower: frozenset[str] = frozenset()) -> Facts:
    """The facts of a claim. ``lower`` are words that the corpus writes in lower case too.

    Names are capitalised words; of the first word of the claim only where it is not in ``lower``.

    >>> facts = facts_of("In 1,066 two of Harold's men met William.", frozenset({"in"}))
    >>> sorted(facts.numbers), sorted(facts.names), facts.negated
    (['1066', '2'], ['harold', 'william'], False)
    """
    found = [(match.start(), match[0]) for match in _WORD.finditer(claim)]
    names = {
        word.casefold()
        for place, (_, word) in enumerate(found)
        if word[0].isupper() and word != "I" and (place or word.casefold() not in lower)
    }
    return Facts(numbers_of(claim), frozenset(names), bool(_NEGATION.search(claim)))


def numbers_of(text: str) -> frozenset[str]:
    """The numbers of a text, spelled ones included, without thousands separators and trailing zeros.

    >>> sorted(numbers_of("1,000 or 2.50 or twelve"))
    ['1000', '12', '2.5']
    """
    digits = (_plain(match) for match in _NUMBER.findall(text))
    spelled = (SPELLED[word] for word in _WORD.findall(text.casefold()) if word in SPELLED)
    return frozenset((*digits, *spelled))


def missing_facts(facts: Facts, passage: str) -> tuple[str, ...]:
    """What of the claim a passage does not hold, in words; empty where nothing stands in the way of support."""
    held = set(_WORD.findall(passage.casefold()))
    found = [*sorted(facts.numbers - numbers_of(passage)), *sorted(facts.names - held)]
    if facts.negated != bool(_NEGATION.search(passage)):
        found.append("a negation on one side only")
    return tuple(found)


def _plain(number: str) -> str:
    whole, _, part = number.replace(",", "").partition(".")
    part = part.rstrip("0")
    return (whole.lstrip("0") or "0") + (f".{part}" if part else "")
