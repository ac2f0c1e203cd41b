"""International bank account numbers: country, length and the check digits of ISO 13616 (mod 97 of ISO 7064)."""

import re

from ..base import DETECTORS
from .detector import Candidate, Detector, Match

_PATTERN = r"\b[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?"

# IBAN registry (SWIFT), total length by country.
_LENGTHS = {
    country: int(length)
    for country, length in re.findall(
        r"([A-Z]{2})([0-9]{2})",
        """AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29
        ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20
        LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29
        PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
        YE30""",
    )
}


@DETECTORS.register("iban", source="ISO 13616-1; SWIFT IBAN registry")
def iban() -> Detector:
    """Bank account numbers (IBAN) with the length of their country and valid mod-97 check digits."""
    return Detector("iban", _PATTERN, _check)


def mod_97(iban_text: str) -> int:
    """Remainder of an IBAN without spaces by ISO 7064 mod 97-10; a valid one gives 1."""
    rearranged = iban_text[4:] + iban_text[:4]
    return int("".join(str(int(character, 36)) for character in rearranged)) % 97


def _check(candidate: Candidate) -> Match | None:
    length = _LENGTHS.get(candidate.text[:2].decode())
    compact = candidate.text.replace(b" ", b"")
    if length is None or len(compact) < length:
        return None
    end = candidate.start + _end_of(candidate.text, length)
    if not candidate.stands_alone(candidate.start, end) or mod_97(compact[:length].decode()) != 1:
        return None
    return Match(candidate.start, end)


def _end_of(text: bytes, length: int) -> int:
    places = [place for place, character in enumerate(text) if character != 0x20]
    return places[length - 1] + 1
