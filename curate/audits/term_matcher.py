"""Finds the terms of one lexicon in many texts at once: one linear-time automaton for all of them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import re2

from .lexicon import Lexicon, normalise
from .text_block import Ints, TextBlock

_GAP = r"(?:\s+|-)"
_ASCII_WORD = re.compile(r"[0-9A-Za-z_]")
_APOSTROPHE = "(?:'|\u2019)"
_GLUED_BEFORE = frozenset(b"_@.\\=#${&")
_GLUED_AFTER = frozenset(b"_@=\\}(")


@dataclass(frozen=True, slots=True)
class Hits:
    """Where terms stand: arrays of shape (hits,) in text order. ``start`` and ``end`` are byte offsets of the block."""

    start: Ints
    end: Ints
    group: Ints

    def __len__(self) -> int:
        return len(self.start)


class TermMatcher:
    """Leftmost-longest whole-word matching. A term inside an exception, an identifier or a URL does not count."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        number = {group: index for index, group in enumerate(lexicon.groups)}
        exceptions = dict.fromkeys(lexicon.exceptions, -1)
        entries = {**{term: number[group] for term, group in lexicon.terms.items()}, **exceptions}
        self._exact = {term: group for term, group in entries.items() if term != term.lower()}
        self._folded = {term: group for term, group in entries.items() if term == term.lower()}
        options = re2.Options()
        options.longest_match = True
        options.max_mem = 64 << 20
        self._pattern = re2.compile(_union(entries), options)

    def hits(self, block: TextBlock) -> Hits:
        """Every hit of the block; group numbers index ``lexicon.groups``."""
        found = list(self._iterate(block.data))
        columns = np.array(found, np.int64).reshape(-1, 3)
        return Hits(columns[:, 0], columns[:, 1], columns[:, 2])

    def _iterate(self, data: bytes) -> Iterator[tuple[int, int, int]]:
        for match in self._pattern.finditer(data):
            start, end = match.span()
            group = self._group(data[start:end])
            if group >= 0 and not _glued(data, start, end):
                yield start, end, group

    def _group(self, surface: bytes) -> int:
        form = normalise(surface.decode("utf-8"))
        group = self._exact.get(form)
        return self._folded.get(form.lower(), -1) if group is None else group


def _union(entries: Iterable[str]) -> bytes:
    forms = sorted(entries)
    exact = "|".join(_pattern(form) for form in forms if form != form.lower())
    folded = "|".join(_pattern(form) for form in forms if form == form.lower())
    branches = [branch for branch in (exact, f"(?i:{folded})" if folded else "") if branch]
    return "|".join(branches).encode()


def _pattern(form: str) -> str:
    """RE2's \\b knows ASCII only, so other edges (``José``, ``& sons``) have none: :func:`_glued` looks at them."""
    words = (re.escape(word).replace("'", _APOSTROPHE) for word in form.split(" "))
    left, right = (r"\b" if _ASCII_WORD.match(edge) else "" for edge in (form[0], form[-1]))
    return left + _GAP.join(words) + right


def _glued(data: bytes, start: int, end: int) -> bool:
    """Whether the match is a part of a longer word, of an identifier or of a URL."""
    before, after = data[start - 1] if start else 0, data[end] if end < len(data) else 0
    if before in _GLUED_BEFORE or after in _GLUED_AFTER:
        return True
    if after == 46 and end + 1 < len(data) and (data[end + 1 : end + 2].isalnum() or data[end + 1] == 95):
        return True
    wide_start, wide_end = data[start] >= 128 or before >= 128, data[end - 1] >= 128 or after >= 128
    return (wide_start and _letter_before(data, start)) or (wide_end and _letter_after(data, end))


def _letter_before(data: bytes, start: int) -> bool:
    return data[max(0, start - 4) : start].decode("utf-8", "ignore")[-1:].isalnum()


def _letter_after(data: bytes, end: int) -> bool:
    return data[end : end + 4].decode("utf-8", "ignore")[:1].isalnum()
