"""Synthetic identity numbers, dates of birth, addresses and credentials in URLs, and look-alikes that are none.

Every value is drawn by the generator that is passed in and belongs to nobody. Check digits are computed here, not with
the detectors' own functions.
"""

import string
from collections.abc import Callable

import numpy as np

from .picks import pick

Maker = Callable[[np.random.Generator], str]
_FIRST = ("Mill", "Church", "Oak", "Harbour", "Station", "Maple", "Park", "Victoria", "Cedar", "Bridge", "North", "Elm")
_CITIES = ("Springfield", "Fairview", "Greenville", "Bristol", "Ashland", "Milton", "Newport", "Clayton")
_STATES = ("IL", "OH", "TX", "CA", "NY", "WA", "GA", "MN", "CO", "VA")
_MONTHS = ("January", "March", "April", "June", "July", "August", "October", "November")


def _digits(rng: np.random.Generator, size: int) -> str:
    return "".join(str(digit) for digit in rng.integers(0, 10, size))


def _sum(digits: str, weights: tuple[int, ...]) -> int:
    return int(np.dot([int(digit) for digit in digits], weights))


def _ssn(rng: np.random.Generator, wrong: int) -> str:
    area = "000" if wrong else f"{int(rng.integers(1, 666)):03d}"
    return f"{area}-{int(rng.integers(1, 100)):02d}-{int(rng.integers(1, 10000)):04d}"


def _nhs(rng: np.random.Generator, wrong: int) -> str:
    while True:
        nine = _digits(rng, 9)
        check = -_sum(nine, (10, 9, 8, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10 and len(set(nine)) > 3:
            return f"NHS number {nine[:3]} {nine[3:6]} {nine[6:]}{(check + wrong) % 10}"


def _tax(rng: np.random.Generator, wrong: int) -> str:
    order = [str(digit) for digit in rng.permutation(10)]
    ten = order[:9] + [order[int(rng.integers(0, 9))]]
    ten = ten if ten[0] != "0" else ten[1:] + ten[:1]
    if ten[0] == "0":
        ten = [ten[1], ten[0], *ten[2:]]
    carry = 10
    for digit in ten:
        carry = ((int(digit) + carry) % 10 or 10) * 2 % 11
    number = "".join(ten) + str((11 - carry + wrong) % 10)
    return f"Steuer-ID: {number[:2]} {number[2:5]} {number[5:8]} {number[8:]}"


def _nir(rng: np.random.Generator, wrong: int) -> str:
    sex, year, month = rng.integers(1, 3), rng.integers(40, 100), rng.integers(1, 13)
    body = f"{sex}{year:02d}{month:02d}{rng.integers(10, 96):02d}{rng.integers(1, 990):03d}{rng.integers(1, 990):03d}"
    key = (97 - int(body) % 97 + wrong - 1) % 97 + 1
    parts = (body[0], body[1:3], body[3:5], body[5:7], body[7:10], body[10:13], f"{key:02d}")
    return (" " if rng.random() < 0.5 else "").join(parts)


def _dni(rng: np.random.Generator, wrong: int) -> str:
    number = int(rng.integers(10_000_000, 99_999_999))
    return f"DNI {number}{'TRWAGMYFPDXBNJZSQVHLCKE'[(number + wrong) % 23]}"


def _bsn(rng: np.random.Generator, wrong: int) -> str:
    while True:
        eight = str(int(rng.integers(10_000_000, 99_999_999)))
        check = _sum(eight, (9, 8, 7, 6, 5, 4, 3, 2)) % 11
        if check < 10 and len(set(eight)) > 3:
            return f"BSN: {eight}{(check + wrong) % 10}"


def _cpf(rng: np.random.Generator, wrong: int) -> str:
    number = _digits(rng, 9)
    for size in (9, 10):
        rest = _sum(number, tuple(range(size + 1, 1, -1))) % 11
        number += str(0 if rest < 2 else 11 - rest)
    number = number[:10] + str((int(number[10]) + wrong) % 10)
    return f"{number[:3]}.{number[3:6]}.{number[6:9]}-{number[9:]}"


def _pesel(rng: np.random.Generator, wrong: int) -> str:
    ten = f"{rng.integers(30, 100):02d}{rng.integers(1, 13):02d}{rng.integers(1, 29):02d}{_digits(rng, 4)}"
    check = -_sum(ten, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10
    return f"PESEL {ten}{(check + wrong) % 10}"


_NUMBERS = (_ssn, _nhs, _tax, _nir, _dni, _bsn, _cpf, _pesel)


def identity(rng: np.random.Generator) -> str:
    """A number of one of eight countries, with the word that announces it where it needs one."""
    return _NUMBERS[int(rng.integers(0, len(_NUMBERS)))](rng, 0)


def no_identity(rng: np.random.Generator) -> str:
    """The same with a wrong check digit or an area never given out, and order numbers."""
    if rng.random() < 0.2:
        return f"order {_digits(rng, 11)}"
    return _NUMBERS[int(rng.integers(0, len(_NUMBERS)))](rng, int(rng.integers(1, 9)))


def birth(rng: np.random.Generator) -> str:
    """A date after a word such as born, in six forms."""
    day, month, year = rng.integers(1, 29), rng.integers(1, 13), rng.integers(1930, 2015)
    forms = (
        f"DOB: {month:02d}/{day:02d}/{year}",
        f"date of birth {year}-{month:02d}-{day:02d}",
        f"born on {day} {pick(rng, _MONTHS)} {year}",
        f"born {pick(rng, _MONTHS)} {day}, {year}",
        f"geboren am {day}.{month}.{year}",
        f'"birth_date": "{year}-{month:02d}-{day:02d}"',
    )
    return pick(rng, forms)


def no_birth(rng: np.random.Generator) -> str:
    """A date of another kind, a birth before 1900, a year alone or an impossible date."""
    day, month, year = rng.integers(1, 29), rng.integers(1, 13), rng.integers(1930, 2015)
    forms = (
        f"released on {day} {pick(rng, _MONTHS)} {year}",
        f"built {year}-{month:02d}-{day:02d}",
        f"born on {day} {pick(rng, _MONTHS)} {rng.integers(1500, 1900)}",
        f"born in {year}",
        f"DOB: {rng.integers(32, 99)}/{rng.integers(13, 99)}/{year}",
    )
    return pick(rng, forms)


def address(rng: np.random.Generator) -> str:
    """Street, number, place and post code as written in the US, the UK, Germany and France."""
    number, name, city = rng.integers(1, 999), pick(rng, _FIRST), pick(rng, _CITIES)
    way = pick(rng, ("Street", "Road", "Avenue", "Lane", "Drive", "St."))
    letters = "".join("ABDEFGHJLNPQRSTUWXYZ"[place] for place in rng.integers(0, 20, 3))
    state, code = pick(rng, _STATES), rng.integers(10_000, 95_999)
    british = f"{letters[0]}{rng.integers(1, 20)} {rng.integers(1, 9)}{letters[1:]}"
    forms = (
        f"{number} {name} {way}, {city}, {state} {code}",
        f"{number} {name} {way}, Apt {rng.integers(1, 40)}, {city}, {state} {code}",
        f"{number} {name} {way.replace('.', '')}, {city} {british}",
        f"{name}straße {rng.integers(1, 200)}, {code} Berlin",
        f"{pick(rng, ('Berliner', 'Hohe', 'Alte'))} Str. {rng.integers(1, 200)}, {code} Köln",
        f"{rng.integers(1, 200)} rue de la {name}, {code} Lyon",
        f"lives at {number} {name} {way}",
    )
    return pick(rng, forms)


def no_address(rng: np.random.Generator) -> str:
    """A post code or a street alone, a part number, a product of numbers and nouns."""
    forms = (
        f"{pick(rng, _FIRST)} {pick(rng, ('Street', 'Road', 'Avenue'))} was widened in {rng.integers(1900, 2020)}",
        f"model {pick(rng, _STATES)} {rng.integers(10_000, 99_999)}",
        f"in ring {rng.integers(0, 4)} of the processor",
        f"{rng.integers(2, 900)} {pick(rng, _FIRST)} trees",
        f"the route {rng.integers(1, 99)} to {pick(rng, _CITIES)}",
    )
    return pick(rng, forms)


def credentials(rng: np.random.Generator) -> str:
    """User and password in the address of a server."""
    scheme = pick(rng, ("https", "postgres", "mysql", "redis", "mongodb+srv", "amqp", "ftp"))
    letters = string.ascii_letters + string.digits
    password = "".join(letters[place] for place in rng.integers(0, len(letters), int(rng.integers(8, 20))))
    user = "".join(string.ascii_lowercase[place] for place in rng.integers(0, 26, 6))
    return f"{scheme}://{user}:{password}@{pick(rng, _CITIES).lower()}.net/path"


def no_credentials(rng: np.random.Generator) -> str:
    """A port, a user without a password, a template, a time."""
    user = "".join(string.ascii_lowercase[place] for place in rng.integers(0, 26, 6))
    forms = (
        f"https://{pick(rng, _CITIES).lower()}.net:{rng.integers(1000, 9999)}/a",
        f"ssh://{user}@{pick(rng, _CITIES).lower()}.net",
        "https://${USER}:${PASSWORD}@" + f"{pick(rng, _CITIES).lower()}.net",
        f"http://{user}.net/a:{rng.integers(100, 999)}",
    )
    return pick(rng, forms)


IDENTITY_MAKERS: dict[str, tuple[Maker, Maker]] = {
    "national-id": (identity, no_identity),
    "date-of-birth": (birth, no_birth),
    "postal-address": (address, no_address),
    "url-credentials": (credentials, no_credentials),
}
