"""One linear pass over bytes for all detectors at once, then the check of each candidate."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pyarrow as pa
import re2

from .detector import Candidate, Detector, Match, detectors

TYPES = ("secret", "email", "iban", "payment-card", "ip-address", "phone")
_RUN = re.compile(rb"[0-9A-Za-z]*")
_REREAD = 256
_CONTINUATION = bytes(range(0x80, 0xC0))


@dataclass(frozen=True, slots=True)
class Span:
    """Personal data in a text: characters ``start`` to ``end`` (half open).

    ``valid`` is False for a placeholder that can belong to nobody, such as ``jane@example.com``.
    """

    type: str
    start: int
    end: int
    valid: bool = True


def find_personal_data(
    texts: pa.Array | pa.ChunkedArray | Sequence[str], types: Sequence[str] = TYPES
) -> list[tuple[Span, ...]]:
    """The spans of each text, in order and without overlap; a missing text (None) has none.

    ``types`` are names of registered detectors; where two match at one place, the earlier in :data:`TYPES` wins.
    Time is linear in the length of the texts.
    """
    names = by_priority(types)
    return [_spans(text, names) for text in _strings(texts)]


def find_in_text(text: str, types: Sequence[str] = TYPES) -> tuple[Span, ...]:
    """:func:`find_personal_data` for one text."""
    return _spans(text, by_priority(types))


def by_priority(types: Sequence[str]) -> tuple[str, ...]:
    """The types without repeats: built-in ones in the order of :data:`TYPES`, then the others by name."""
    return tuple(sorted(set(types), key=lambda name: (TYPES.index(name) if name in TYPES else len(TYPES), name)))


def _strings(texts: pa.Array | pa.ChunkedArray | Sequence[str]) -> Iterator[str | None]:
    if isinstance(texts, pa.Array | pa.ChunkedArray):
        return (scalar.as_py() for scalar in texts)
    return iter(texts)


def _spans(text: str | None, types: tuple[str, ...]) -> tuple[Span, ...]:
    if not text or not types:
        return ()
    data = text.encode("utf-8", "surrogatepass")
    found = list(_matches(data, types))
    return tuple(_in_characters(data, found, len(data) == len(text)))


def _in_characters(data: bytes, found: Sequence[tuple[str, Match]], ascii_only: bool) -> Iterator[Span]:
    byte, character = 0, 0
    for name, match in found:
        if ascii_only:
            yield Span(name, match.start, match.end, match.valid)
            continue
        start = character + _length(data[byte : match.start])
        byte, character = match.end, start + _length(data[match.start : match.end])
        yield Span(name, start, character, match.valid)


def _length(data: bytes) -> int:
    """Number of characters in UTF-8: every byte that does not continue one."""
    return len(data.translate(None, _CONTINUATION))


def _matches(data: bytes, types: tuple[str, ...]) -> Iterator[tuple[str, Match]]:
    """Accepted matches from left to right. After a refused candidate the search goes on behind its first word."""
    union, single = _compiled(types)
    position = 0
    floor = 0
    while (found := union.search(data, position)) is not None:
        accepted = _first_accepted(data, found.start(), floor, single)
        if accepted is None:
            position = _after_refusal(data, found.start(), found.end())
        else:
            yield accepted
            position = floor = accepted[1].end


def _after_refusal(data: bytes, start: int, end: int) -> int:
    run = _RUN.match(data, start)
    # Without the second bound, a long refused candidate made of many words would be read once for each of them.
    return max(start + 1, run.end() if run else 0, end - _REREAD)


def _first_accepted(
    data: bytes, start: int, floor: int, single: Sequence[tuple[Detector, Any]]
) -> tuple[str, Match] | None:
    for detector, pattern in single:
        found = pattern.match(data, start)
        match = detector.check(Candidate(data, start, found.end(), floor)) if found else None
        if match is not None:
            return detector.name, match
    return None


@lru_cache(maxsize=32)
def _compiled(types: tuple[str, ...]) -> tuple[Any, tuple[tuple[Detector, Any], ...]]:
    chosen = detectors(types)
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem = 64 << 20
    options.never_capture = True
    single = tuple((detector, _compile(detector.pattern, options)) for detector in chosen)
    return _compile("|".join(f"(?:{detector.pattern})" for detector in chosen), options), single


def _compile(pattern: str, options: Any) -> Any:
    return re2.compile(pattern.encode("latin-1"), options)
