"""Dates of a text, normalised: "5 March 2024", "March 5th, 2024" and "2024-03-05" are one day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_MONTHS_WORDS = "january february march april may june july august september october november december"
MONTHS = _MONTHS_WORDS.split()
_MONTH = "|".join((*MONTHS, *(name[:3] for name in MONTHS), "sept"))
_YEAR = r"[12]\d{3}"
_DAY = r"(?:3[01]|[12]\d|0?[1-9])"
_PATTERNS = tuple(
    re.compile(rf"(?<![\w/.-]){pattern}(?![\w/-])(?!\.\d)", flags)
    for pattern, flags in (
        (rf"(?P<y>{_YEAR})[-/.](?P<m>1[0-2]|0?[1-9])[-/.](?P<d>{_DAY})", 0),
        (rf"(?P<a>{_DAY})[-/.](?P<b>{_DAY})[-/.](?P<y>{_YEAR})", 0),
        (rf"(?P<d>{_DAY})(?:st|nd|rd|th)?(?: of)? (?P<n>{_MONTH})\.?(?:,? (?P<y>{_YEAR}))?", re.IGNORECASE),
        (rf"(?P<n>{_MONTH})\.? (?P<d>{_DAY})(?:st|nd|rd|th)?(?:,? (?P<y>{_YEAR}))?", re.IGNORECASE),
        (rf"(?P<n>{_MONTH})\.?,? (?:of )?(?P<y>{_YEAR})", re.IGNORECASE),
    )
)


@dataclass(frozen=True, slots=True)
class Date:
    """A date in one or (for 03/04/2024) two readings of (year, month, day); 0 stands for what it does not say."""

    readings: tuple[tuple[int, int, int], ...]
    text: str
    start: int
    end: int

    def supported_by(self, other: "Date") -> bool:
        """Whether some reading of the other says all that some reading of this one says."""
        return any(
            all(mine in (0, theirs) for mine, theirs in zip(one, two, strict=True))
            for one in self.readings
            for two in other.readings
        )


def dates(text: str) -> list[Date]:
    """Every date that names a month, in order; a year alone is a number.

    >>> [one.readings for one in dates("On March 5th, 2024, not 03/04/2024, in May 1990.")]
    [((2024, 3, 5),), ((2024, 3, 4), (2024, 4, 3)), ((1990, 5, 0),)]
    """
    found: list[Date] = []
    taken = 0
    for one in sorted(_dates(text), key=lambda one: (one.start, -one.end)):
        if one.start >= taken:
            found.append(one)
            taken = one.end
    return found


def _dates(text: str) -> Iterator[Date]:
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            readings = tuple(dict.fromkeys(_readings(match.groupdict())))
            if readings:
                yield Date(readings, match[0], match.start(), match.end())


def _readings(parts: dict[str, str | None]) -> Iterator[tuple[int, int, int]]:
    year = int(parts.get("y") or 0)
    if parts.get("a"):
        first, second = int(parts["a"] or 0), int(parts["b"] or 0)
        yield from ((year, month, day) for month, day in ((first, second), (second, first)) if month <= 12)
        return
    name = parts.get("n")
    month = int(parts["m"] or 0) if name is None else 1 + [one[:3] for one in MONTHS].index(name[:3].lower())
    yield year, month, int(parts.get("d") or 0)
