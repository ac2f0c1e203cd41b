"""What a detector of personal data is: a candidate pattern for the one linear pass, and a check of each candidate."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..base import DETECTORS

CONTEXT = 40
_WORD = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_") | frozenset(range(0x80, 0x100))


@dataclass(frozen=True, slots=True)
class Span:
    """Personal data in a text: characters ``start`` to ``end`` (half open).

    ``valid`` is False for a placeholder that can belong to nobody, such as ``jane@example.com``. ``confidence`` in
    (0, 1] ranks how much speaks for the span; it is no probability.
    """

    type: str
    start: int
    end: int
    valid: bool = True
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where a detector's pattern matched. Offsets are bytes of ``data``.

    ``floor`` is where the last accepted span ends: nothing before it may be used.
    """

    data: bytes
    start: int
    end: int
    floor: int = 0

    @property
    def text(self) -> bytes:
        """The matched bytes."""
        return self.data[self.start : self.end]

    def before(self, start: int | None = None, size: int = CONTEXT) -> bytes:
        """Up to ``size`` bytes to the left, on the same line, after the last bracket and the last accepted span.

        Brackets end it because a placeholder such as ``[PHONE]`` must not count as context: redaction is idempotent.
        """
        begin = self.start if start is None else start
        left = self.data[max(self.floor, begin - size) : begin]
        cut = max(left.rfind(b"\n"), left.rfind(b"["), left.rfind(b"]"))
        return left[cut + 1 :]

    def stands_alone(self, start: int | None = None, end: int | None = None) -> bool:
        """Whether no letter, digit or underscore touches the range (the whole candidate by default)."""
        begin = self.start if start is None else start
        stop = self.end if end is None else end
        left_open = begin <= self.floor or self.data[begin - 1] not in _WORD
        return left_open and (stop >= len(self.data) or self.data[stop] not in _WORD)


@dataclass(frozen=True, slots=True)
class Match:
    """An accepted span in bytes. ``valid`` is False for placeholders that can belong to nobody (``example.com``).

    ``confidence``: 1 for a check digit, a vendor's format or a form that nothing else has; 0.8 for a form with a word
    that announces it; 0.6 for a form alone.
    """

    start: int
    end: int
    valid: bool = True
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class Detector:
    """One type of personal data.

    ``pattern`` is RE2 syntax over bytes (no look-around, no back-reference, ``[0-9]`` for digits) without capturing
    groups; what it matches is only a candidate. ``check`` decides, and may move the borders of the span; it must look
    at a bounded number of bytes, so that the whole search stays linear.
    """

    name: str
    pattern: str
    check: Callable[[Candidate], Match | None]

    @property
    def placeholder(self) -> str:
        """What a redacted span is replaced by."""
        return placeholder(self.name)


@dataclass(frozen=True, slots=True)
class Reader:
    """A detector that reads whole texts, such as a model of named entities.

    ``find`` returns spans of any types in characters, in order and without overlap. It is asked once for each text and
    only about types that are not on by default; where a pattern found something, the pattern wins.
    """

    name: str
    find: Callable[[str], Sequence[Span]]


def placeholder(name: str) -> str:
    """What a redacted span of this type is replaced by: ``[EMAIL]``."""
    return f"[{name.upper()}]"


def detectors(names: tuple[str, ...]) -> tuple[Detector | Reader, ...]:
    """The registered detectors of these names, in this order; a wrong name raises ``UnknownName``."""
    return tuple(DETECTORS.get(name)() for name in names)
