"""The national identity numbers that are known: how they are written, what checks them, which words announce them."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from . import national_checks as check


@dataclass(frozen=True, slots=True)
class Kind:
    """One number. ``form`` matches it where it starts, separators included.

    ``strong``: form and check digits together are met by chance less than once in a thousand, or nothing else is
    written like it, so that no word has to announce it.
    """

    name: str
    form: re.Pattern[bytes]
    is_valid: Callable[[str], bool]
    words: re.Pattern[bytes]
    strong: bool = False


def _kind(name: str, form: str, is_valid: Callable[[str], bool], words: str, strong: bool = False) -> Kind:
    pattern = re.compile(form.encode())
    return Kind(name, pattern, is_valid, re.compile(rb"(?:\b|_)(?i:" + words.encode() + rb")(?:\b|_|\Z)"), strong)


_D = "[0-9]"
_ID = rf"{_D}{{2}}"
KINDS = (
    _kind(
        "us-ssn", rf"{_D}{{3}}-{_ID}-{_D}{{4}}", check.us_ssn, "ssn|social security(?: number| no)?|soc\\.? sec", True
    ),
    _kind("us-ssn", rf"{_D}{{3}} ?{_ID} ?{_D}{{4}}", check.us_ssn, "ssn|social security(?: number| no)?|soc\\.? sec"),
    _kind("us-itin", rf"9{_D}{{2}}[- ]?{_ID}[- ]?{_D}{{4}}", check.us_itin, "itin|taxpayer id\\w*"),
    _kind("gb-nhs", rf"{_D}{{3}}[- ]?{_D}{{3}}[- ]?{_D}{{4}}", check.gb_nhs, "nhs"),
    _kind(
        "gb-nino",
        rf"[A-Z]{{2}} ?{_ID} ?{_ID} ?{_ID} ?[A-D]",
        check.gb_nino,
        "national insurance|nino|ni (?:number|no)",
    ),
    _kind("de-idnr", rf"{_ID} ?{_D}{{3}} ?{_D}{{3}} ?{_D}{{3}}", check.de_idnr, "steuer\\S*|idnr|tin"),
    _kind(
        "fr-nir",
        rf"[1-8] ?{_ID} ?{_ID} ?(?:{_ID}|2[AB]) ?{_D}{{3}} ?{_D}{{3}} ?{_ID}",
        check.fr_nir,
        "nir|insee|s\\S{1,2}cu\\S*",
        True,
    ),
    _kind("es-dni", rf"{_D}{{8}}[- ]?[A-Z]", check.es_dni, "dni|nif|documento nacional"),
    _kind("es-nie", rf"[XYZ]-?{_D}{{7}}-?[A-Z]", check.es_dni, "nie|nif|extranjero"),
    _kind(
        "it-codice-fiscale",
        r"[A-Z]{6}[0-9LMNPQRSTUV]{2}[ABCDEHLMPRST][0-9LMNPQRSTUV]{2}[A-Z][0-9LMNPQRSTUV]{3}[A-Z]",
        check.it_codice_fiscale,
        "codice fiscale|cf",
        True,
    ),
    _kind("nl-bsn", rf"(?:{_D}{{9}}|{_D}{{4}}\.{_ID}\.{_D}{{3}})", check.nl_bsn, "bsn|burgerservicenummer|sofi\\w*"),
    _kind("br-cpf", rf"{_D}{{3}}\.{_D}{{3}}\.{_D}{{3}}-{_ID}", check.br_cpf, "cpf", True),
    _kind("br-cpf", rf"{_D}{{11}}", check.br_cpf, "cpf"),
    _kind("in-aadhaar", rf"{_D}{{4}}[- ]?{_D}{{4}}[- ]?{_D}{{4}}", check.in_aadhaar, "aadha?ar|uidai"),
    _kind(
        "se-personnummer",
        rf"(?:19|20)?{_D}{{6}}[-+]?{_D}{{4}}",
        check.se_personnummer,
        "personn\\S*|pnr|samordningsnummer",
    ),
    _kind("pl-pesel", rf"{_D}{{11}}", check.pl_pesel, "pesel"),
    _kind(
        "fi-hetu",
        rf"{_D}{{6}}[-+ABCDEFYXWVU]{_D}{{3}}[0-9A-FHJ-NPR-Y]",
        check.fi_hetu,
        "henkil\\S*|hetu",
    ),
    _kind("be-nn", rf"{_ID}\.{_ID}\.{_ID}-{_D}{{3}}\.{_ID}", check.be_nn, "rijksregister\\w*|insz|niss|nrn", True),
    _kind("be-nn", rf"{_D}{{11}}", check.be_nn, "rijksregister\\w*|registre national|insz|niss|nrn"),
    _kind("ca-sin", rf"{_D}{{3}}[- ]?{_D}{{3}}[- ]?{_D}{{3}}", check.ca_sin, "(?-i:SIN)|social insurance"),
    _kind("ch-ahv", rf"756\.{_D}{{4}}\.{_D}{{4}}\.{_ID}", check.ch_ahv, "ahv\\S*|avs", True),
    _kind("ch-ahv", rf"756{_D}{{10}}", check.ch_ahv, "ahv\\S*|avs"),
    _kind("cn-ric", rf"{_D}{{17}}[0-9X]", check.cn_ric, "resident identity|citizen id", True),
    _kind("no-fnr", rf"{_D}{{6}} ?{_D}{{5}}", check.no_fnr, "f\\S{1,2}dselsnummer|fodselsnummer|personnummer|fnr"),
    _kind("dk-cpr", rf"{_D}{{6}}-?{_D}{{4}}", check.dk_cpr, "cpr\\S*"),
    _kind("za-id", rf"{_D}{{13}}", check.za_id, "south african id|sa id|rsa id"),
)
STRONG = tuple(kind for kind in KINDS if kind.strong)
# Words of no country: enough for numbers with check digits, not for those that are only a date or a row of digits.
GENERIC = re.compile(
    rb"(?i)(?:\b|_)(?:(?:national|personal|citizen)[ _-]?(?:id\b|identity|identification|insurance)"
    rb"|identity (?:card|number|no)|id[ _-]?(?:card|number|no|code)\b|tax[ _-]?(?:id|number|payer)|tin\b|passport)"
    rb"|\xe8\xba\xab\xe4\xbb\xbd\xe8\xaf\x81"
)
UNCHECKED = frozenset(("us-ssn", "us-itin", "gb-nino", "dk-cpr"))
