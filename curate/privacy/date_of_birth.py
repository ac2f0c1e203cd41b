"""Dates of birth: a date directly after a word that says so. A date alone is none.

Only years from 1900 on count, since who was born before lives no more; and only full dates.
"""

import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match
from .national_checks import is_day

_LABELS = (
    r"d\.?o\.?b\b\.?|date[ _\-]?of[ _\-]?birth|birth[ _\-]?date|birthday|geburtsdatum|geburtstag|date de naissance"
    r"|fecha de nacimiento|data di nascita|data de nascimento|geboortedatum|f\xc3\xb6delsedatum"
)
_VERBS = r"born|geb\.|geboren|n\xc3\xa9e? le|nacid[oa] el|nat[oa] il|nascid[oa] em|geboren op|f\xc3\xb6dd"
_PATTERN = rf"\b(?i:{_LABELS}|{_VERBS})"
_LABEL = re.compile(rb"(?i:" + _LABELS.encode("latin-1") + rb")")
_GAP = rb"(?:[ \t:=\"'(,>*-]|\b(?i:is|was|on|the|am|le|el|il|op|den|em)\b){0,10}?"
_MONTHS = (
    ("jan", "ene", "gen"),
    ("feb", "f\xe9v", "fev"),
    ("mar", "m\xe4r", "maa"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mag", "mei", "maj"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "ao\xfb", "aou", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "d\xe9c", "dic"),
)
_NUMBERS = {
    name.encode(): number
    for number, names in enumerate(_MONTHS, 1)
    for name in sorted(names, key=lambda one: -len(one))
}
_NAME = rb"(?P<name>(?i:" + b"|".join(sorted(_NUMBERS, reverse=True)) + rb")[a-z\xc3\xa0-\xbf]{0,7})\.?"
_YEAR = rb"(?P<year>(?:19|20)[0-9]{2})"
_FORMS = tuple(
    re.compile(_GAP + rb"(?P<date>" + form + rb")")
    for form in (
        _YEAR + rb"[-/.](?P<month>[01]?[0-9])[-/.](?P<day>[0-3]?[0-9])",
        rb"(?P<day>[0-3]?[0-9])(?:st|nd|rd|th|\.|\xc2\xba)?(?: (?:of|de))? " + _NAME + rb",?(?: de)? " + _YEAR,
        _NAME + rb" (?P<day>[0-3]?[0-9])(?:st|nd|rd|th)?,? " + _YEAR,
        rb"(?P<day>[0-3]?[0-9])[-/.] ?(?P<month>[0-3]?[0-9])[-/.] ?(?P<year>(?:(?:19|20)[0-9]{2}|[0-9]{2}))",
    )
)
_READ = 80


@DETECTORS.register("date-of-birth", source="ISO 8601 and the written forms of CLDR for six languages")
def date_of_birth() -> Detector:
    """Dates of birth: a full date from 1900 on, directly after a word such as 'born', 'DOB' or 'geboren'."""
    return Detector("date-of-birth", _PATTERN, _check)


def _check(candidate: Candidate) -> Match | None:
    for form in _FORMS:
        found = form.match(candidate.data, candidate.end, candidate.end + _READ)
        if found is None:
            continue
        after = candidate.data[found.end() : found.end() + 2]
        if after[:1].isdigit() or (after[:1] in b"-/." and after[1:].isdigit()) or not _is_date(found):
            continue
        labelled = _LABEL.match(candidate.text) is not None
        return Match(found.start("date"), found.end(), confidence=1.0 if labelled else 0.8)
    return None


def _is_date(found: re.Match[bytes]) -> bool:
    parts = found.groupdict()
    day = int(parts["day"])
    if parts.get("name") is not None:
        return is_day(day, next(number for name, number in _NUMBERS.items() if parts["name"].lower().startswith(name)))
    month = int(parts["month"])
    return is_day(day, month) or is_day(month, day)
