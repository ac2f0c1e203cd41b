"""The same question in other wordings and with slips: what it asks stays, as a reader would say."""

import re
from collections.abc import Callable, Mapping

import numpy as np

from ...core import generator

_WORD = re.compile(r"[^\W\d_]{4,}")
SHARE = 5
"""One word in five gets a slip, one at least."""
KEYS: Mapping[str, str] = {
    **dict(zip("qwertyuio", "wertyuiop", strict=True)),
    **dict(zip("asdfghjk", "sdfghjkl", strict=True)),
    **dict(zip("zxcvbn", "xcvbnm", strict=True)),
    **{"p": "o", "l": "k", "m": "n"},
}
"""Each letter and one beside it on a QWERTY keyboard."""
TEMPLATES: Mapping[str, str] = {
    "polite": "Please tell me: {}",
    "could-you": "Could you answer this question? {}",
    "in-other-words": "In other words: {}",
    "wondering": "I was wondering about this. {}",
}


def swapped(text: str, seed: int) -> str:
    """Two inner letters that stand beside each other change places, in one word of five of four letters or more.

    Source: the noise ``swap`` of Belinkov & Bisk 2018 (arXiv 1711.02173), section 3.
    """
    return _slips(text, seed, "swap", _swap)


def mistyped(text: str, seed: int) -> str:
    """A letter becomes one beside it on the keyboard, in one word of five of four letters or more.

    Source: the noise ``keyboard typo`` of Belinkov & Bisk 2018 (arXiv 1711.02173), section 3.
    """
    return _slips(text, seed, "key", _key)


def spaced(text: str, seed: int) -> str:
    """One more space in one gap of five, one at least, and a line break at the end."""
    del seed
    *parts, last = text.split(" ")
    return "".join(part + ("  " if place % SHARE == 0 else " ") for place, part in enumerate(parts)) + last + "\n"


def lowered(text: str, seed: int) -> str:
    """All in lower case."""
    del seed
    return text.lower()


def raised(text: str, seed: int) -> str:
    """All in upper case."""
    del seed
    return text.upper()


def unmarked(text: str, seed: int) -> str:
    """Without the marks at the end."""
    del seed
    return text.rstrip(" .?!")


Change = Callable[[str, int], str]
SLIPS: Mapping[str, Change] = {
    "swap": swapped,
    "key": mistyped,
    "lower-case": lowered,
    "upper-case": raised,
    "white-space": spaced,
}
FORMATS: Mapping[str, Change] = {"lower-case": lowered, "no-mark": unmarked}


def worded(text: str, names: Mapping[str, Change], seed: int) -> dict[str, str]:
    """The text under each change and in each template; what leaves it as it is is left out."""
    found = {name: change(text, seed) for name, change in names.items()}
    found |= {name: template.format(text) for name, template in TEMPLATES.items()}
    return {name: other for name, other in found.items() if other != text}


def _slips(text: str, seed: int, name: str, slip: Callable[[str, np.random.Generator], str]) -> str:
    matches = list(_WORD.finditer(text))
    if not matches:
        return text
    rng = generator(seed, "wordings", name, text)
    chosen = rng.permutation(len(matches))[: max(1, len(matches) // SHARE)]
    parts, last = [], 0
    for place in sorted(chosen.tolist()):
        match = matches[place]
        parts += [text[last : match.start()], slip(match[0], rng)]
        last = match.end()
    return "".join([*parts, text[last:]])


def _swap(word: str, rng: np.random.Generator) -> str:
    places = [i for i in range(1, len(word) - 2) if word[i] != word[i + 1]]
    if not places:
        return word
    i = places[int(rng.integers(len(places)))]
    return word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def _key(word: str, rng: np.random.Generator) -> str:
    places = [i for i, letter in enumerate(word) if letter.lower() in KEYS]
    if not places:
        return word
    i = places[int(rng.integers(len(places)))]
    other = KEYS[word[i].lower()]
    return word[:i] + (other.upper() if word[i].isupper() else other) + word[i + 1 :]
