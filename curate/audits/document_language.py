"""Which documents the word list of one language reads."""

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ENGLISH, EVERY = "en", "*"
_NAMES = {
    "eng": "en", "english": "en", "deu": "de", "ger": "de", "german": "de", "fra": "fr", "fre": "fr", "french": "fr",
    "spa": "es", "spanish": "es", "ita": "it", "italian": "it", "por": "pt", "portuguese": "pt", "nld": "nl",
    "dut": "nl", "dutch": "nl", "pol": "pl", "polish": "pl", "rus": "ru", "russian": "ru", "zho": "zh", "chi": "zh",
    "chinese": "zh", "jpn": "ja", "japanese": "ja", "kor": "ko", "korean": "ko", "ara": "ar", "arabic": "ar",
    "hin": "hi", "hindi": "hi", "tur": "tr", "turkish": "tr", "swe": "sv", "swedish": "sv",
}  # fmt: skip
_TAG = re.compile(r"[a-z]{2,3}")
_NONE = ("und", "mul", "zxx", "mis")


def language_tag(language: str | None) -> str:
    """The primary part of a language tag in lower case; "" where the language is unknown.

    >>> [language_tag(value) for value in ("de-AT", "eng", "EN_us", "unknown", None, "*")]
    ['de', 'en', 'en', '', '', '*']
    """
    name = re.split(r"[-_]", (language or "").strip().lower(), maxsplit=1)[0]
    name = _NAMES.get(name, name)
    return name if name == EVERY or (_TAG.fullmatch(name) and name not in _NONE) else ""


def read_by(language: str, tags: Sequence[str]) -> NDArray[np.bool_]:
    """Whether a list in ``language`` reads documents with these tags, bool (n,).

    A document of unknown language is read as English: words of other languages would mostly be English ones in it.
    """
    if language == EVERY:
        return np.ones(len(tags), bool)
    return np.array([tag == language or (not tag and language == ENGLISH) for tag in tags], bool)
