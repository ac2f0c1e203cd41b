"""Texts as words in one normal form, and an exact search for strings in them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence

from ...core import UsageError

LONGEST_STRING, MOST_WORDS, MOST_STRINGS = 1_000, 64, 100_000
# Scripts written without spaces (Thai, Lao, Burmese, Khmer, kana, Han): each character is a word of its own.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
)
_WORD = re.compile(rf"[{_UNSPACED}]|[^\W_{_UNSPACED}]+")
# Soft hyphen, zero-width and direction marks, which part a word without being seen.
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")


def words_of(text: str) -> list[str]:
    """Runs of letters and digits, without regard to case, Unicode form and invisible characters.

    >>> words_of("Jane.DOE@Mail.org")
    ['jane', 'doe', 'mail', 'org']
    """
    if text.isascii():
        return _WORD.findall(text.lower())
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).casefold())
    return _WORD.findall(folded)


class Strings:
    """Strings to search for: each as a sequence of whole words, whatever stands between them.

    >>> Strings(["Jane Doe"]).found(words_of("(jane-doe)")), Strings(["Jane Doe"]).found(words_of("Jane Doering"))
    (True, False)
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self.needles = sorted({_needle(number, text) for number, text in enumerate(texts, 1)})
        if len(self.needles) > MOST_STRINGS:
            raise UsageError(f"{len(self.needles):,} strings to match; at most {MOST_STRINGS:,} at once: split them")
        self._by_first: dict[str, dict[int, set[tuple[str, ...]]]] = {}
        for needle in self.needles:
            self._by_first.setdefault(needle[0], {}).setdefault(len(needle), set()).add(needle)

    def __len__(self) -> int:
        return len(self.needles)

    def found(self, words: Sequence[str]) -> bool:
        """Whether any of the strings stands in these words."""
        by_first = self._by_first
        for place, word in enumerate(words):
            if word in by_first:
                for size, needles in by_first[word].items():
                    if tuple(words[place : place + size]) in needles:
                        return True
        return False


def _needle(number: int, text: str) -> tuple[str, ...]:
    """The words of one string; the messages do not quote it, for they may end in a log."""
    if len(text) > LONGEST_STRING:
        raise UsageError(f"string {number}: {len(text):,} characters; at most {LONGEST_STRING:,}, use --hashes or --id")
    words = tuple(words_of(text))
    if not words or len(words) > MOST_WORDS:
        raise UsageError(f"string {number}: {len(words)} words; a string to match needs 1 to {MOST_WORDS} of them")
    return words
