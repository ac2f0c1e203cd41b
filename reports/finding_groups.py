"""Findings by code: the worst of each in full, the rest counted, so that ten thousand of a kind hide no other."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..core import Severity
from .run import PlacedFinding

SLUG = 40


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """Findings of one code: those shown as cards, and the rest for a table under ``anchor``."""

    code: str
    anchor: str
    shown: tuple[PlacedFinding, ...]
    rest: tuple[PlacedFinding, ...]

    @property
    def severities(self) -> Mapping[Severity, int]:
        """How many of each severity, the most severe first."""
        return Counter(placed.finding.severity for placed in (*self.shown, *self.rest))


def grouped(findings: Sequence[PlacedFinding], limit: int) -> tuple[FindingGroup, ...]:
    """The findings (the most severe first) by code; ``limit`` cards in all, dealt out one to each code in turn.

    Codes that get no card share a last group without a code.
    """
    codes: dict[str, list[PlacedFinding]] = {}
    for placed in findings:
        codes.setdefault(placed.finding.code, []).append(placed)
    shares = _deal({code: len(members) for code, members in codes.items()}, limit)
    groups = [
        FindingGroup(code, _anchor(code, place), tuple(members[: shares[code]]), tuple(members[shares[code] :]))
        for place, (code, members) in enumerate(codes.items())
        if shares[code]
    ]
    left = tuple(placed for code, members in codes.items() if not shares[code] for placed in members)
    return (*groups, FindingGroup("", "more-findings", (), left)) if left else tuple(groups)


def _deal(sizes: Mapping[str, int], limit: int) -> dict[str, int]:
    shares = dict.fromkeys(sizes, 0)
    while limit > 0 and (open_codes := [code for code in sizes if shares[code] < sizes[code]]):
        for code in open_codes[:limit]:
            shares[code] += 1
        limit -= len(open_codes)
    return shares


def _anchor(code: str, place: int) -> str:
    return f"more-{place + 1}-{re.sub('[^a-z0-9]+', '-', code.lower())[:SLUG].strip('-')}".rstrip("-")
