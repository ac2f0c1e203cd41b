"""Licence names as SPDX expressions.

People write "Apache 2.0 License", "BSD", a trove classifier, a link or the whole licence text where an SPDX expression
belongs. What cannot be read for certain is ``unknown``, never a guess.
"""

import re
from functools import cache, lru_cache

from license_expression import Licensing, get_spdx_licensing

from ..core import UNKNOWN
from .licence_families import current_expression
from .licence_names import licence_of_name
from .licence_texts import recognise_licence_texts

LONGEST_NAME = 300
LONGEST_TEXT = 200_000
_CUSTOM = re.compile(r"LicenseRef-[A-Za-z0-9.-]{1,100}")
_OPERATORS = re.compile(r"\s+(and|or)\s+|\s*([/,;&|+])\s+|(?<=[A-Za-z0-9)])([/|;,])(?=[A-Za-z(])", re.IGNORECASE)
_CHOICES = frozenset({"or", "/", "|"})


def normalise_licence(text: object) -> str:
    """An SPDX expression for what a data set says of its licence, or ``unknown``. Never raises.

    Takes SPDX expressions in any case, everyday names, trove classifiers, links, full licence texts and lists of names
    ("MIT, BSD" is ``MIT AND BSD-3-Clause``; "MIT/Apache-2.0" is ``MIT OR Apache-2.0``).
    """
    return _normalise(text[:LONGEST_TEXT].strip()) if isinstance(text, str) else UNKNOWN


def licence_keys(expression: str) -> list[str]:
    """The single licences of an SPDX expression, sorted; nothing for ``unknown`` or for what is no expression."""
    try:
        return sorted(set(_licensing().license_keys(expression))) if expression != UNKNOWN else []
    except Exception:
        return []


@lru_cache(maxsize=4096)
def _normalise(text: str) -> str:
    text = text.rsplit(" :: ", 1)[-1].strip() if text.startswith("License ::") else text
    lines = text.splitlines()
    if len(text) > LONGEST_NAME or len(lines) > 1:
        found = recognise_licence_texts(text)
        return found[0] if found else _name(lines[0].strip()) if lines else UNKNOWN
    return _name(text)


def _name(text: str) -> str:
    if not text or len(text) > LONGEST_NAME:
        return UNKNOWN
    for reading in (text, text.strip("\"'`.,; "), re.sub(r"\s*\([^()]*\)\s*$", "", text), *_bracketed(text)):
        for found in (_expression(reading), _expression(licence_of_name(reading))):
            if found != UNKNOWN:
                return found
    sentence = recognise_licence_texts(text)
    return sentence[0] if len(sentence) == 1 else _combination(text)


def _bracketed(text: str) -> list[str]:
    found = re.search(r"\(([^()]*)\)\s*$", text)
    return [found[1]] if found else []


def _expression(text: str) -> str:
    """``text`` as an SPDX expression in canonical spelling; licences of one's own (LicenseRef-...) are allowed."""
    try:
        if text == UNKNOWN:
            return UNKNOWN
        parsed = _licensing().parse(text)
        unknown = _licensing().unknown_license_keys(parsed) if parsed is not None else [text]
        if not all(_CUSTOM.fullmatch(key) for key in unknown):
            return UNKNOWN
        return current_expression(str(parsed.render()))
    except Exception:  # the parser itself fails on some texts: IndexError on "( )"
        return UNKNOWN


def _combination(text: str) -> str:
    """Names joined by words or signs; the whole is unknown where a part is, or where "and" and "or" are mixed."""
    parts, operators, start = [], set(), 0
    for found in _OPERATORS.finditer(text):
        parts.append(text[start : found.start()])
        operators.add("OR" if next(filter(None, found.groups())).lower() in _CHOICES else "AND")
        start = found.end()
    parts = [_single(part) for part in [*parts, text[start:]]]
    if len(operators) != 1 or UNKNOWN in parts:
        return UNKNOWN
    unique = [f"({part})" if " " in part else part for part in dict.fromkeys(parts)]
    return _expression(f" {operators.pop()} ".join(unique))


def _single(part: str) -> str:
    found = _expression(part.strip())
    return found if found != UNKNOWN else _expression(licence_of_name(part))


@cache
def _licensing() -> Licensing:
    return get_spdx_licensing()
