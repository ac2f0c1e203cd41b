"""Payment card numbers: issuer prefix and length (ISO/IEC 7812), printed grouping, Luhn check digit."""

import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match

# A border before the first digit: without it every digit of a long row is a start, and the states multiply.
_PATTERN = (
    r"\b(?:[2-6][0-9]{13,18}"
    r"|[2-6][0-9]{3}[ \-][0-9]{4}[ \-][0-9]{4}[ \-][0-9]{4}(?:[ \-][0-9]{3})?"
    r"|3[0-9]{3}[ \-][0-9]{6}[ \-][0-9]{4,5})"
)
_ISSUERS = (
    (re.compile(rb"4"), (16, 19)),
    (re.compile(rb"5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720"), (16,)),
    (re.compile(rb"3[47]"), (15,)),
    (re.compile(rb"30[0-5]|3[68]"), (14,)),
    (re.compile(rb"6011|64[4-9]|65|62|81"), (16, 17, 18, 19)),
    (re.compile(rb"352[89]|35[3-8]"), (16, 17, 18, 19)),
    (re.compile(rb"50|5[6-9]|6"), (16, 17, 18, 19)),
)


@DETECTORS.register("payment-card", source="ISO/IEC 7812-1 (Luhn check digit, issuer prefixes)")
def payment_card() -> Detector:
    """Payment card numbers with a known issuer prefix, the right length and a valid Luhn check digit."""
    return Detector("payment-card", _PATTERN, _check)


def luhn(digits: bytes) -> bool:
    """Whether the last digit is the Luhn check digit of the others (ISO/IEC 7812-1, annex B)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        value = (digit - 48) * (1 + position % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def _check(candidate: Candidate) -> Match | None:
    separators = set(re.sub(rb"[0-9]", b"", candidate.text))
    digits = re.sub(rb"[^0-9]", b"", candidate.text)
    if len(separators) > 1 or not candidate.stands_alone() or _is_part_of_a_number(candidate):
        return None
    issued = any(prefix.match(digits) and len(digits) in lengths for prefix, lengths in _ISSUERS)
    return Match(candidate.start, candidate.end) if issued and len(set(digits)) > 1 and luhn(digits) else None


def _is_part_of_a_number(candidate: Candidate) -> bool:
    before = candidate.data[max(candidate.floor, candidate.start - 2) : candidate.start]
    after = candidate.data[candidate.end : candidate.end + 2]
    return (
        re.search(rb"[0-9a-zA-Z][.\-]\Z|\.\Z", before) is not None or re.match(rb"[.\-][0-9a-zA-Z]", after) is not None
    )
