"""Synthetic personal data of every type, and look-alikes that are none, for the planted-control audit.

Every value is drawn by the generator that is passed in and belongs to nobody. The check digits are computed here,
not with the detectors' own functions.
"""

import base64
import ipaddress
import json
import string
from collections.abc import Callable, Mapping

import numpy as np

from .identities import IDENTITY_MAKERS

Maker = Callable[[np.random.Generator], str]
_UPPER = string.ascii_uppercase
_ALNUM = string.ascii_letters + string.digits
_URL_SAFE = _ALNUM + "-_"


def _draw(rng: np.random.Generator, alphabet: str, size: int) -> str:
    return "".join(alphabet[place] for place in rng.integers(0, len(alphabet), size))


def _digits(rng: np.random.Generator, size: int) -> str:
    return _draw(rng, string.digits, size)


def _letters(rng: np.random.Generator, size: int) -> str:
    return _draw(rng, string.ascii_lowercase, size)


def email(rng: np.random.Generator) -> str:
    """``local.part@domain.tld``."""
    local = f"{_letters(rng, 5)}{rng.choice(['.', '_', '-', '+', ''])}{_letters(rng, 6)}"
    return f"{local}@{_letters(rng, 8)}.{rng.choice(['com', 'org', 'net', 'de', 'co.uk', 'edu'])}"


def no_email(rng: np.random.Generator) -> str:
    """A decorator, a user at a host without a domain, or a scoped package name."""
    forms = [
        f"@{_letters(rng, 6)}.{_letters(rng, 5)}",
        f"{_letters(rng, 5)}@{_letters(rng, 7)}",
        f"npm install @{_letters(rng, 5)}/{_letters(rng, 6)}@{rng.integers(1, 9)}.{rng.integers(0, 20)}.0",
    ]
    return str(rng.choice(forms))


def phone(rng: np.random.Generator) -> str:
    """International with plus, North American, or announced by a word."""
    area = f"{rng.integers(2, 10)}{rng.integers(0, 9)}{rng.integers(0, 10)}"
    exchange = f"{rng.integers(2, 10)}{_digits(rng, 2)}"
    forms = [
        f"+44 20 {rng.integers(3, 10)}{_digits(rng, 3)} {_digits(rng, 4)}",
        f"+49-{rng.integers(30, 99)}-{rng.integers(2, 10)}{_digits(rng, 6)}",
        f"({area}) {exchange}-{_digits(rng, 4)}",
        f"{area}-{exchange}-{_digits(rng, 4)}",
        f"Phone: 0{rng.integers(20, 99)} {rng.integers(2, 10)}{_digits(rng, 6)}",
    ]
    return str(rng.choice(forms))


def no_phone(rng: np.random.Generator) -> str:
    """A date with time, a version, an ISBN, a row of decimals or a size."""
    forms = [
        f"20{rng.integers(10, 30)}-{rng.integers(10, 13)}-{rng.integers(10, 29)} 12:{rng.integers(10, 60)}:07",
        f"release {rng.integers(1, 30)}.{rng.integers(0, 99)}.{rng.integers(1000, 9999)}",
        f"ISBN 978-0-{_digits(rng, 3)}-{_digits(rng, 5)}-{_digits(rng, 1)}",
        " ".join(f"0.{_digits(rng, 4)}" for _ in range(6)),
        f"{rng.integers(200, 999)} {rng.integers(200, 999)} {rng.integers(1000, 9999)}",
    ]
    return str(rng.choice(forms))


def ip(rng: np.random.Generator) -> str:
    """A routable address: version 4 three times out of four."""
    if rng.random() < 0.25:
        return str(ipaddress.IPv6Address((0x2A00 << 112) | int.from_bytes(rng.bytes(14), "big")))
    while True:
        address = ipaddress.IPv4Address(int(rng.integers(2**24, 224 * 2**24)))
        if address.is_global:
            return str(address)


def no_ip(rng: np.random.Generator) -> str:
    """A version of four numbers, a private or loopback address, an octet above 255, a time."""
    four = [int(number) for number in rng.integers(0, 30, 4)]
    forms = [
        f"version {'.'.join(map(str, four))}",
        f"192.168.{four[0]}.{four[1]}",
        f"127.0.0.{four[0]}",
        f"{rng.integers(256, 999)}.{four[0]}.{four[1]}.{four[2]}",
        f"{rng.integers(10, 24)}:{rng.integers(10, 60)}:{rng.integers(10, 60)}",
    ]
    return str(rng.choice(forms))


def _luhn_digit(payload: str) -> int:
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in payload[::-1][0::2])
    return -(doubled + sum(int(digit) for digit in payload[::-1][1::2])) % 10


def _card(rng: np.random.Generator, error: int) -> str:
    prefix, size = [("4", 16), ("5" + str(rng.integers(1, 6)), 16), ("37", 15), ("6011", 16)][int(rng.integers(0, 4))]
    payload = prefix + _digits(rng, size - 1 - len(prefix))
    number = payload + str((_luhn_digit(payload) + error) % 10)
    separator = str(rng.choice(["", " ", "-"]))
    cuts = (4, 10, 15) if size == 15 else (4, 8, 12, 16)
    return separator.join(number[start:end] for start, end in zip((0, *cuts), cuts, strict=False))


def card(rng: np.random.Generator) -> str:
    """A number with issuer prefix and Luhn digit, in groups or in one."""
    return _card(rng, 0)


def no_card(rng: np.random.Generator) -> str:
    """The same with a wrong check digit."""
    return _card(rng, int(rng.integers(1, 10)))


_ACCOUNTS = {"DE": (0, 18), "GB": (4, 14), "FR": (0, 23), "NL": (4, 10), "ES": (0, 20)}


def _iban(rng: np.random.Generator, error: int) -> str:
    country = str(rng.choice(sorted(_ACCOUNTS)))
    letters, digits = _ACCOUNTS[country]
    account = _draw(rng, _UPPER, letters) + _digits(rng, digits)
    numeric = "".join(str(int(character, 36)) for character in f"{account}{country}00")
    check = (96 - int(numeric) % 97 + error) % 97 + 2
    number = f"{country}{check:02d}{account}"
    return " ".join(number[place : place + 4] for place in range(0, len(number), 4)) if rng.random() < 0.5 else number


def iban(rng: np.random.Generator) -> str:
    """An account number with valid check digits, in groups of four or in one."""
    return _iban(rng, 0)


def no_iban(rng: np.random.Generator) -> str:
    """The same with wrong check digits."""
    return _iban(rng, int(rng.integers(1, 97)))


def _web_token(rng: np.random.Generator) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, {"sub": _digits(rng, 10), "iat": int(rng.integers(10**9, 2 * 10**9))})
    encoded = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*encoded, _draw(rng, _URL_SAFE, 43)])


def _key_block(rng: np.random.Generator) -> str:
    lines = "\n".join(_draw(rng, _ALNUM + "+/", 64) for _ in range(8))
    kind = rng.choice(["RSA PRIVATE KEY", "PRIVATE KEY", "OPENSSH PRIVATE KEY"])
    return f"-----BEGIN {kind}-----\n{lines}\n-----END {kind}-----"


def secret(rng: np.random.Generator) -> str:
    """A vendor's key, a web token, a private key block or a random value in an assignment."""
    makers: list[Callable[[], str]] = [
        lambda: "AKIA" + _draw(rng, _UPPER + "234567", 16),
        lambda: "ghp_" + _draw(rng, _ALNUM, 36),
        lambda: f"xoxb-{_digits(rng, 12)}-{_draw(rng, _ALNUM, 24)}",
        lambda: "AIza" + _draw(rng, _URL_SAFE, 34) + _draw(rng, _ALNUM, 1),
        lambda: "sk-" + _draw(rng, _ALNUM, 48),
        lambda: _web_token(rng),
        lambda: _key_block(rng),
        lambda: f"glpat-{_draw(rng, _ALNUM, 20)}",
        lambda: "GOCSPX-" + _draw(rng, _ALNUM, 28),
        lambda: "hf_" + _draw(rng, _ALNUM, 34),
        lambda: "sk_live_" + _draw(rng, _ALNUM, 24),
        lambda: "npm_" + _draw(rng, _ALNUM, 36),
        lambda: f"Server=db;User Id=app;Password={_draw(rng, _ALNUM, 10)};",
        lambda: f"AccountKey={_draw(rng, _ALNUM + '+/', 86)}==",
        lambda: f'api_key = "{_draw(rng, _ALNUM, 32)}"',
        lambda: f"password: {_draw(rng, _ALNUM, 20)}",
    ]
    return makers[int(rng.integers(0, len(makers)))]()


def no_secret(rng: np.random.Generator) -> str:
    """A digest, a UUID, an assignment of a name, a call or a placeholder."""
    forms = [
        f"sha256: {rng.bytes(32).hex()}",
        f"{rng.bytes(4).hex()}-{rng.bytes(2).hex()}-4{rng.bytes(2).hex()[1:]}-a{rng.bytes(2).hex()[1:]}-{rng.bytes(6).hex()}",
        f"token = tokenizer.{_letters(rng, 6)}_{_letters(rng, 5)}",
        f"password = get_{_letters(rng, 8)}()",
        'api_key = "YOUR_API_KEY_HERE"',
    ]
    return str(rng.choice(forms))


MAKERS: Mapping[str, tuple[Maker, Maker]] = {
    "email": (email, no_email),
    "phone": (phone, no_phone),
    "ip-address": (ip, no_ip),
    "payment-card": (card, no_card),
    "iban": (iban, no_iban),
    "secret": (secret, no_secret),
    **IDENTITY_MAKERS,
}
