"""National identity numbers: form, check digits, and a word that announces them where form and check digits are weak.

Two kinds of candidates: a word such as ``SSN``, after which a number is looked for, and the few forms that need no
word. A row of digits alone is no candidate, so that tables of numbers cost nothing. With python-stdnum installed,
further countries' numbers are checked where a word of the country announces them.
"""

import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match
from .national_kinds import GENERIC, KINDS, STRONG, UNCHECKED, Kind
from .stdnum_numbers import end_of_number

_STRONG = (
    r"[0-9]{3}-[0-9]{2}-[0-9]{4}",
    r"[1-8](?: ?[0-9]{2}){2} ?(?:[0-9]{2}|2[AB])(?: ?[0-9]{3}){2} ?[0-9]{2}",
    r"[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}",
    r"[0-9]{2}\.[0-9]{2}\.[0-9]{2}-[0-9]{3}\.[0-9]{2}",
    r"756\.[0-9]{4}\.[0-9]{4}\.[0-9]{2}",
    r"[A-Z]{6}[0-9LMNP-V]{2}[A-T][0-9LMNP-V]{2}[A-Z][0-9LMNP-V]{3}[A-Z]",
    r"[1-8][0-9]{5}(?:19|20)[0-9]{9}[0-9X]",
)
_WORDS = (
    r"ssn|soci(?:al security|al insurance)|soc\.? sec|itin\b|nhs|nino\b|ni n[uo]|tax[ _-]?(?:id|number|payer|file)"
    r"|national[ _-]?(?:id|insurance)|identity (?:card|n)|id[ _-]?(?:card|num|no\b|code)|passport"
    r"|(?:personal|citizen)[ _-]?id|resident (?:id|reg)|steuer-?(?:id|num)|steuerliche|idnr|insee|s\xc3\xa9cu|s[e]cu\b"
    r"|documento nacional|extranjero|codice fiscale|bsn|burgerservice|sofi|cpf|aadha?ar|uidai|personn|samordning|pesel"
    r"|henkil|hetu|rijksregister|registre national|insz|niss\b|ahv|avs\b|f\xc3\xb8dselsn|fodselsn|cpr|fnr\b|s?a id\b"
    r"|cui[tl]\b|egn\b|isikukood|amka|oib\b|pps|teudat|israeli id|kennitala|rrn\b|asmens|personas kods|curp|nric|mykad"
    r"|contribuinte|cnp\b|em\xc5\xa1o|emso|rodn\xc3\xa9|thai id|tckn|kimlik|rntrc|c(?:\xc3\xa9|e)dula"
)
_CAPITALS = r"TIN|SIN|NIR|DNI|NIE|NIF|RUT|NIT|IRD|TFN|CF|NRN"
_PATTERN = "|".join(
    (
        *(rf"\b{form}" for form in _STRONG),
        rf"(?:\b|_)(?:(?i:{_WORDS})|(?:{_CAPITALS})\b|\xe8\xba\xab\xe4\xbb\xbd\xe8\xaf\x81)",
    )
)
_GAP = re.compile(rb"[^0-9@\n\[\]]{0,48}[0-9]")
_LETTERS = re.compile(rb"[A-Z]{1,6}[- ]?\Z")


@DETECTORS.register("national-id", source="the issuers' definitions of each number; python-stdnum where installed")
def national_id() -> Detector:
    """Identity, tax and social security numbers of persons in twenty countries and more, by form and check digits."""
    return Detector("national-id", _PATTERN, _check)


def _check(candidate: Candidate) -> Match | None:
    if candidate.text[-1:].isdigit() or candidate.text[:1].isdigit() or len(candidate.text) == 16:
        match = _first(candidate, candidate.start, STRONG, b"")
        if match is not None or candidate.text[:1].isdigit():
            return match
    digit = _GAP.match(candidate.data, candidate.end)
    if digit is None:
        return None
    return next(
        (match for start in _starts(candidate, digit.end() - 1) if (match := _announced(candidate, start))), None
    )


def _starts(candidate: Candidate, digit: int) -> tuple[int, ...]:
    """Where a number whose first digit stands at ``digit`` can start: there, or at the capitals before it."""
    letters = _LETTERS.search(candidate.data[max(candidate.end, digit - 7) : digit])
    return (digit, digit - len(letters.group())) if letters else (digit,)


def _announced(candidate: Candidate, start: int) -> Match | None:
    before = candidate.data[candidate.start : start]
    match = _first(candidate, start, KINDS, before)
    if match is not None:
        return match
    end = end_of_number(before, candidate.data, start)
    alone = end is not None and candidate.stands_alone(start, end) and not _goes_on(candidate, end)
    return Match(start, end) if alone and end is not None else None


def _first(candidate: Candidate, start: int, kinds: tuple[Kind, ...], before: bytes) -> Match | None:
    if not candidate.stands_alone(start, len(candidate.data)) or _is_inside_a_number(candidate, start):
        return None
    generic = GENERIC.search(before) is not None
    return next((match for kind in kinds if (match := _try(candidate, start, kind, before, generic))), None)


def _try(candidate: Candidate, start: int, kind: Kind, before: bytes, generic: bool) -> Match | None:
    found = kind.form.match(candidate.data, start)
    if found is None or not candidate.stands_alone(start, found.end()) or _goes_on(candidate, found.end()):
        return None
    announced = kind.words.search(before) is not None or (generic and kind.name not in UNCHECKED)
    kept = b"." if kind.name == "fi-hetu" else b" .-+"
    number = found.group().translate(None, kept).decode("ascii")
    if not (announced or kind.strong) or len(set(number)) < 3 or not kind.is_valid(number):
        return None
    weak = kind.name in UNCHECKED
    return Match(start, found.end(), confidence=(0.8 if announced else 0.6) if weak else 1.0)


def _is_inside_a_number(candidate: Candidate, start: int) -> bool:
    left = candidate.data[max(candidate.floor, start - 2) : start]
    return left[-1:] in (b".", b",", b"-", b"+", b"/") and left[:1].isdigit()


def _goes_on(candidate: Candidate, end: int) -> bool:
    after = candidate.data[end : end + 2]
    return after[:1] in (b"-", b".", b"/", b"+", b",", b"%") and after[1:].isalnum()
