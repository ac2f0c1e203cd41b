"""Texts and values of a run as other programs may read them: redacted, nothing hidden in them, of a bounded length."""

import json
import math
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ...curate import redact
from ..hidden import visible

LONGEST = 4_000
_LIVE = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_ESCAPES = str.maketrans(_LIVE)


@lru_cache(maxsize=20_000)
def clean(text: str, longest: int = LONGEST) -> str:
    """A text of the corpus, the model or a report: personal data replaced, hidden characters shown, cut with a note."""
    cut = text[: longest * 2]  # what stands far behind the cut need not be searched
    return declared(redact(cut), longest, len(text) - len(cut))


def declared(text: str, longest: int = LONGEST, more: int = 0) -> str:
    """What a person wrote to be shown (a contact, a licence, a name): as it is, but without hidden characters.

    >>> declared("abcdef", 4)
    'abcd… (2 characters cut)'
    """
    shown = visible(text)
    gone = len(shown) - longest + more
    return shown if gone <= 0 else f"{shown[:longest]}… ({gone:,} characters cut)"


def line(text: str, longest: int = 300) -> str:
    """A cleaned text on one line."""
    return " ".join(clean(text, longest).split())


def tidy(value: Any) -> Any:
    """Any JSON value with :func:`declared` texts and keys; a number that is not finite becomes None."""
    if isinstance(value, str):
        return declared(value)
    if isinstance(value, Mapping):
        return {declared(str(key), 300): tidy(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [tidy(item) for item in value]
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return declared(str(value))  # a date that YAML made


def slice_of(slice: Mapping[str, str]) -> dict[str, str]:
    """A slice with cleaned names and values, which may come from columns of the data."""
    return {clean(str(key), 200): clean(str(value), 200) for key, value in slice.items()}


def json_text(value: Any) -> str:
    """JSON of a tidied value in which no text can be markup, even where somebody pastes it into a page."""
    return json.dumps(tidy(value), indent=1, ensure_ascii=False, allow_nan=False).translate(_ESCAPES) + "\n"
