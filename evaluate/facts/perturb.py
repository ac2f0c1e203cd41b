"""Changes that make a true sentence false, each of one kind: to train detectors and to see what they miss."""

import re
from collections.abc import Sequence

import numpy as np

from .names import capitalised_names
from .quantities import quantities

KINDS = ("name", "number", "negation")
_VERB = re.compile(r"\b(is|are|was|were|has|had|can|could|will|would|should)\b(?! not\b)(?!n't)")
_DENIAL = re.compile(r"\b(is|are|was|were|has|had|can|could|will|would|should|did|do|does) not\b")


def swap_name(text: str, others: Sequence[str], rng: np.random.Generator) -> str | None:
    """The text with one name replaced by one of ``others`` that shares no word with it; None where none can be."""
    found = capitalised_names(text)
    if not found:
        return None
    name = found[int(rng.integers(len(found)))]
    fit = [one for one in others if not set(one.lower().split()) & set(name.text.lower().split())]
    if not fit:
        return None
    other = fit[int(rng.integers(len(fit)))]
    return text[: name.start] + other + text[name.end :]


def change_number(text: str, rng: np.random.Generator) -> str | None:
    """The text with one number in digits replaced by a near one; None where there is none."""
    found = [one for one in quantities(text) if re.search(r"\d", one.text)]
    if not found:
        return None
    one = found[int(rng.integers(len(found)))]
    digits = re.search(r"\d+", text[one.start : one.end])
    assert digits is not None
    low, high = one.start + digits.start(), one.start + digits.end()
    value = int(text[low:high])
    fresh = value + int(rng.integers(1, max(3, value // 10 + 2)))
    return text[:low] + str(fresh) + text[high:]


def negate(text: str) -> str | None:
    """The text with its first auxiliary verb denied, or its first denial dropped; None without either."""
    if _DENIAL.search(text):
        return _DENIAL.sub(r"\1", text, count=1)
    return _VERB.sub(r"\1 not", text, count=1) if _VERB.search(text) else None
