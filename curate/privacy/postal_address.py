"""Postal addresses of the United States, the United Kingdom, Germany, Austria, Switzerland and France.

Only a street line with a house number counts, and only with what makes it an address: the place with its post code
after it, or words such as 'lives at' or 'address:' before it. A post code or a street name alone is none.
"""

import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match

_STATES = frozenset(
    b"AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR "
    b"PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP AA AE AP".split()
)
_WAYS = (
    rb"Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Drive|Dr|Lane|Ln|Court|Ct|Place|Pl|Square|Sq|Terrace|Ter|Way|Parkway"
    rb"|Pkwy|Circle|Cir|Highway|Hwy|Trail|Trl|Close|Crescent|Gardens|Grove|Mews|Hill|Row|Broadway|Walk|Green|Parade|Quay"
)
_GERMAN = r"[Ss]tra\xc3\x9fe|[Ss]trasse|[Ss]tr\.|[Aa]llee|[Pp]latz|gasse|[Ww]eg|ufer|damm|[Rr]ing"
_FRENCH = r"rue|avenue|av\.|boulevard|bd|place|chemin|all\xc3\xa9e|impasse|quai|cours|route|square"
_ANNOUNCED = r"\b(?i:liv(?:es|ed|ing) at|resid(?:es|ed|ing) at|address(?: is|:)|deliver(?:ed)? to|ship to:?)"
_PATTERN = "|".join(
    (
        r"\b[A-Z]{2} [0-9]{5}",
        r"\b[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][A-Z]{2}",
        rf"(?:{_GERMAN}) [0-9]",
        rf"[0-9],? (?:bis |ter )?(?i:{_FRENCH}) ",
        r"P\.? ?O\.? Box [0-9]",
        _ANNOUNCED,
    )
)
_WORD = rb"[A-Z0-9\xc3][A-Za-z0-9'.\x80-\xff\-]{0,24}"
_UNIT = rb"(?:,? (?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Fl|Room|Rm)\.? ?[A-Za-z0-9\-]{1,6}|,? #[0-9A-Z]{1,5})?"
_NUMBER = rb"(?:Flat [0-9A-Z]{1,4}, )?[0-9]{1,6}[A-Za-z]?(?:-[0-9]{1,4})? "
_STREET = _NUMBER + rb"(?:" + _WORD + rb" ){0,4}(?:" + _WAYS + rb")\b\.?"
_PLACE = rb"[A-Z][A-Za-z.'\x80-\xff \-]{1,30}"
_BREAK = rb"(?:,[ \n]|[\n]|, ?\n| )"
_ENDING = {
    "us": re.compile(_STREET + _UNIT + _BREAK + _PLACE + rb",?[ \n]\Z"),
    "gb": re.compile(_STREET + _UNIT + _BREAK + rb"(?:" + _PLACE + rb",?[ \n]){1,3}\Z"),
    "box": re.compile(rb"P\.? ?O\.? Box [0-9]{1,7}" + _BREAK + _PLACE + rb",?[ \n]\Z"),
}
_HINT = re.compile(rb"(?<= )(?:" + _WAYS + rb")\b|Box [0-9]")
_ZIP_TAIL = re.compile(rb"[A-Z]{2} [0-9]{5}(?:-[0-9]{4})?")
_UK_CODE = re.compile(rb"[A-Z]{1,2}[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}")
_CAPITAL = rb"(?:[A-Z]|\xc3[\x80-\x9f])"
_GERMAN_NAME = re.compile(
    rb"(?:" + _CAPITAL + rb"[A-Za-z.\x80-\xff\-]{1,24} ){0,2}" + _CAPITAL + rb"[A-Za-z.\x80-\xff\-]{0,30}\Z"
)
_NEXT = rb"(?:,[ \n]| ?\n| )"
_CITY = rb" " + _CAPITAL + rb"[A-Za-z.'\x80-\xff\-]{1,30}"
_GERMAN_TAIL = re.compile(rb"[0-9]{1,3} ?[a-z]?(?:-[0-9]{1,3})?" + _NEXT + rb"(?:D-|A-|CH-)?[0-9]{4,5}" + _CITY)
_FRENCH_TAIL = re.compile(
    rb"[0-9],? (?:bis |ter )?(?i:"
    + _FRENCH.encode("latin-1")
    + rb") [A-Za-z0-9'.\x80-\xff \-]{2,40}"
    + _NEXT
    + rb"(?:F-)?[0-9]{5}"
    + _CITY
    + rb"(?: [0-9]{1,2}\b)?"
)
_BOX = re.compile(rb"P\.? ?O\.? Box [0-9]{1,7}" + _BREAK + _PLACE + rb",? [A-Z]{2} [0-9]{5}(?:-[0-9]{4})?")
_GIVEN = re.compile(rb"[ \t:\n]{0,3}(" + _STREET + _UNIT + rb"(?:, " + _PLACE + rb")?)")
_LOOK = 120


@DETECTORS.register("postal-address", source="Universal Postal Union S42; USPS Publication 28; BS 7666; DIN 5008")
def postal_address() -> Detector:
    """Street, number and place with post code (US, UK, DE, AT, CH, FR), or a street after words such as 'lives at'."""
    return Detector("postal-address", _PATTERN, _check)


def _check(candidate: Candidate) -> Match | None:
    text = candidate.text
    if text[:1] == b"P" and b"Box" in text:
        return _forward(candidate, _BOX, candidate.start)
    if text[-5:].isdigit():
        return _american(candidate)
    if text[-1:].isdigit():
        return _german(candidate)
    if text[:1].isdigit():
        return _french(candidate)
    if _UK_CODE.match(text):
        return _british(candidate)
    found = _GIVEN.match(candidate.data, candidate.end, candidate.end + _LOOK)
    return Match(found.start(1), found.end(1), confidence=0.8) if found else None


def _left(candidate: Candidate, size: int = _LOOK) -> bytes:
    return candidate.data[max(candidate.floor, candidate.start - size) : candidate.start]


def _american(candidate: Candidate) -> Match | None:
    found = _ZIP_TAIL.match(candidate.data, candidate.start)
    if found is None or candidate.text[:2] not in _STATES or not candidate.stands_alone(end=found.end()):
        return None
    return _backward(candidate, ("us", "box"), found.end())


def _british(candidate: Candidate) -> Match | None:
    found = _UK_CODE.match(candidate.data, candidate.start)
    return _backward(candidate, ("gb",), found.end()) if found and candidate.stands_alone(end=found.end()) else None


def _backward(candidate: Candidate, endings: tuple[str, ...], end: int) -> Match | None:
    """From the start of the street line that ends where the post code begins."""
    left = _left(candidate)
    # The endings try every place of the window to start at: most windows have no street in them.
    if not _HINT.search(left):
        return None
    for name in endings:
        found = _ENDING[name].search(left)
        if found is not None:
            start = candidate.start - len(left) + found.start()
            return Match(start, end) if candidate.stands_alone(start, end) else None
    return None


def _german(candidate: Candidate) -> Match | None:
    left = candidate.data[max(candidate.floor, candidate.start - 60) : candidate.end - 2]
    line = left.rsplit(b"\n", 1)[-1]
    name = _GERMAN_NAME.search(line)
    tail = _GERMAN_TAIL.match(candidate.data, candidate.end - 1, candidate.end + _LOOK)
    if name is None or tail is None:
        return None
    start = candidate.end - 2 - len(name.group())
    return Match(start, tail.end()) if candidate.stands_alone(start, tail.end()) else None


def _french(candidate: Candidate) -> Match | None:
    digits = re.search(rb"[0-9]{0,3}\Z", _left(candidate, 3))
    start = candidate.start - (len(digits.group()) if digits else 0)
    return _forward(candidate, _FRENCH_TAIL, start)


def _forward(candidate: Candidate, tail: re.Pattern[bytes], start: int) -> Match | None:
    found = tail.match(candidate.data, candidate.start, candidate.start + _LOOK)
    return Match(start, found.end()) if found and candidate.stands_alone(start, found.end()) else None
