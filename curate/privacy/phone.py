"""Telephone numbers: E.164 country codes, North American numbering plan, or a number after a word like 'tel'.

A row of digits alone is not taken for a telephone number: technical prose is full of them. One of three shapes is
needed: a leading ``+`` with an assigned country code; the grouping 3-3-4 of North America with its rules for the first
digits, not separated by spaces alone; or a word that announces a number.
"""

import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match
from .phone_library import is_confirmed, judged

# Whole words: television, cello and called announce nothing.
_WORDS = (
    r"(?:tele?|telefono?|telephone|phone|fone|telefax|fax|mobile|mobil|cell|cellphone|call|whatsapp|sms|hotline|handy)"
    r"(?:s|[ _]?(?:number|nummer|no))?"
)
_SIGN = r"\xe2\x98\x8e"
_SEPARATOR = r"[ .\-/()]"
_DIGITS = rf"[0-9](?:{_SEPARATOR}{{0,3}}[0-9]){{6,14}}"
_PATTERN = (
    rf"\+\(?{_DIGITS}"
    r"|(?:\(|\b)[2-9][0-9]{2}(?:\) ?|[.\-])[2-9][0-9]{2}[.\- ][0-9]{4}"
    rf"|(?:(?i:{_WORDS})\b|{_SIGN})[^0-9\n+\[\]]{{0,12}}(?:\+|00)?\(?{_DIGITS}"
)
_NUMBER = re.compile(rb"[+(]{0,2}[0-9].*\Z", re.DOTALL)
_WORD = re.compile(rb"\A(?:" + _WORDS.encode() + rb"|" + _SIGN.encode() + rb")", re.IGNORECASE)
_NANP = re.compile(rb"\(?[2-9][0-9]{2}(?:\) ?|[.\-])[2-9][0-9]{2}[.\- ][0-9]{4}\Z")
_DATE = re.compile(
    rb"\(?(?:(?:19|20)[0-9]{2}[-./ ][0-9]{1,2}[-./ ][0-9]{1,2}|[0-9]{1,2}[-./][0-9]{1,2}[-./](?:19|20)[0-9]{2})"
)
_ISBN = re.compile(rb"is[bs]n(?:-1[03])?[:\s]*\Z", re.IGNORECASE)
_GROUPS = re.compile(rb"[0-9]+")

# ITU-T E.164 list of assigned country codes, by their first digits.
_CODES = frozenset(
    re.findall(
        "[0-9]+",
        "1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 "
        "84 86 90 91 92 93 94 95 98 211 212 213 216 218 220 221 222 223 224 225 226 227 228 229 230 231 232 233 234 "
        "235 236 237 238 239 240 241 242 243 244 245 246 247 248 249 250 251 252 253 254 255 256 257 258 260 261 262 "
        "263 264 265 266 267 268 269 290 291 297 298 299 350 351 352 353 354 355 356 357 358 359 370 371 372 373 374 "
        "375 376 377 378 380 381 382 383 385 386 387 389 420 421 423 500 501 502 503 504 505 506 507 508 509 590 591 "
        "592 593 594 595 596 597 598 599 670 672 673 674 675 676 677 678 679 680 681 682 683 685 686 687 688 689 690 "
        "691 692 800 808 850 852 853 855 856 870 878 880 881 882 883 886 888 960 961 962 963 964 965 966 967 968 970 "
        "971 972 973 974 975 976 977 979 992 993 994 995 996 998 ",
    )
)


@DETECTORS.register("phone", source="ITU-T E.164; North American Numbering Plan")
def phone() -> Detector:
    """Telephone numbers: international with +, North American 3-3-4, or announced by a word such as 'tel'."""
    return Detector("phone", _PATTERN, _check)


def _check(candidate: Candidate) -> Match | None:
    announced = _WORD.match(candidate.text) is not None
    found = _NUMBER.search(candidate.text)
    if found is None:
        return None
    start = candidate.start + found.start()
    number = found.group()
    if announced and not candidate.stands_alone(candidate.start, candidate.start + 1) and not _word_break(candidate):
        return None
    if _ISBN.search(candidate.before(start)) or _DATE.match(number):
        return None
    return _accepted(candidate, start, number, announced) or _without_last_group(candidate, start, number)


def _accepted(candidate: Candidate, start: int, number: bytes, announced: bool) -> Match | None:
    end = start + len(number)
    if not _borders_are_clear(candidate, start, end) or not _shape_is_right(number, announced):
        return None
    possible, valid = judged(number)
    return Match(start, end, confidence=1.0 if valid else 0.8) if possible else None


def _without_last_group(candidate: Candidate, start: int, number: bytes) -> Match | None:
    """The same without what follows the last space, where a numbering plan confirms it: '+44 20 7946 0958 25th'."""
    shorter = number.rpartition(b" ")[0].rstrip(b" ")
    if not shorter.startswith((b"+", b"(+")) or not is_confirmed(shorter):
        return None
    return _accepted(candidate, start, shorter, False)


def _word_break(candidate: Candidate) -> bool:
    return (
        candidate.start <= candidate.floor or candidate.data[candidate.start - 1 : candidate.start] in b" \t\n_-(:;,./"
    )


def _borders_are_clear(candidate: Candidate, start: int, end: int) -> bool:
    after = candidate.data[end : end + 2]
    before = candidate.data[max(candidate.floor, start - 1) : start]
    return (
        candidate.stands_alone(start, end)
        and before not in (b".", b"-", b"/", b"=", b"%")
        and after[:1] not in (b"@", b"%", b"=")
        and re.match(rb"[.\-/:][0-9]", after) is None
    )


def _shape_is_right(number: bytes, announced: bool) -> bool:
    digits = re.sub(rb"[^0-9]", b"", number)
    if len(set(digits)) < 3 or not 7 <= len(digits) <= 15 or _parentheses_open(number):
        return False
    if number.startswith((b"+", b"(+")):
        return len(digits) >= 8 and any(digits[:size].decode() in _CODES for size in (1, 2, 3))
    if _NANP.match(number):
        return True
    return announced and len(_GROUPS.findall(number)) <= 6 and re.search(rb"[0-9]\.[0-9]+\Z", number[:5]) is None


def _parentheses_open(number: bytes) -> bool:
    return number.count(b"(") != number.count(b")") or number.count(b"(") > 1
