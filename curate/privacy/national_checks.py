"""Check digits of national identity numbers, each as its issuer states it. Arguments are without separators."""

from collections.abc import Sequence


def weighted(digits: str, weights: Sequence[int]) -> int:
    """Sum of digit times weight."""
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=True))


def is_day(day: int, month: int) -> bool:
    """Whether a month can have the day; the year is not looked at."""
    return 1 <= month <= 12 and 1 <= day <= (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)[month - 1]


def us_ssn(number: str) -> bool:
    """United States, social security number: no area 000, 666 or 9xx, no group 00, no serial 0000 (SSA)."""
    return number[:3] not in ("000", "666") and number[0] != "9" and number[3:5] != "00" and number[5:] != "0000"


def us_itin(number: str) -> bool:
    """United States, taxpayer number: 9xx with a group of the ranges that the IRS gives out."""
    group = int(number[3:5])
    return number[0] == "9" and (50 <= group <= 65 or 70 <= group <= 88 or 90 <= group <= 92 or 94 <= group <= 99)


def gb_nhs(number: str) -> bool:
    """United Kingdom, health service: modulus 11 over weights 10 to 2 (NHS data dictionary)."""
    return (11 - weighted(number[:9], range(10, 1, -1)) % 11) % 11 == int(number[9]) and len(set(number)) > 1


def gb_nino(number: str) -> bool:
    """United Kingdom, national insurance: no check digit, but prefixes that are never given out (HMRC NIM39110)."""
    return number[0] not in "DFIQUV" and number[1] not in "DFIOQUV" and number[:2] not in _NO_NINO


_NO_NINO = ("BG", "GB", "KN", "NK", "NT", "TN", "ZZ")


def mod_11_10(digits: str) -> bool:
    """ISO 7064 mod 11,10 over all digits, the last one the check digit."""
    product = 10
    for digit in digits[:-1]:
        total = (int(digit) + product) % 10 or 10
        product = 2 * total % 11
    return (11 - product) % 10 == int(digits[-1])


def de_idnr(number: str) -> bool:
    """Germany, tax identification number: one digit twice or thrice in the first ten, ISO 7064 mod 11,10."""
    counts = sorted(number[:10].count(digit) for digit in set(number[:10]))
    return number[0] != "0" and counts[-1] in (2, 3) and counts[-2] == 1 and mod_11_10(number)


def fr_nir(number: str) -> bool:
    """France, social security (NIR): key 97 - n mod 97; departments 2A and 2B count as 19 and 18 (INSEE)."""
    month = int(number[3:5])
    plain = number[:13].replace("2A", "19").replace("2B", "18")
    real = 1 <= month <= 12 or 20 <= month <= 42 or month >= 50
    return number[0] in "123478" and real and 97 - int(plain) % 97 == int(number[13:])


def es_dni(number: str) -> bool:
    """Spain, DNI and NIE: letter by number mod 23; X, Y, Z stand for 0, 1, 2."""
    digits = str("XYZ".find(number[0])) + number[1:8] if number[0] in "XYZ" else number[:8]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[8]


_ODD = (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23)


def it_codice_fiscale(number: str) -> bool:
    """Italy, tax code: check letter over odd and even places (DM 23 December 1976), day within its month's range."""
    total = 0
    for place, character in enumerate(number[:15]):
        value = int(character) if character.isdigit() else ord(character) - 65
        total += _ODD[value] if place % 2 == 0 else value
    day = number[9:11].translate(str.maketrans("LMNPQRSTUV", "0123456789"))
    return chr(65 + total % 26) == number[15] and 1 <= int(day) % 40 <= 31


def nl_bsn(number: str) -> bool:
    """Netherlands, BSN: weights 9 to 2 and -1, sum divisible by 11."""
    return weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and len(set(number)) > 1


def br_cpf(number: str) -> bool:
    """Brazil, CPF: two digits of modulus 11 (Receita Federal)."""
    first = -weighted(number[:9], range(10, 1, -1)) % 11 % 10
    second = -weighted(number[:10], range(11, 1, -1)) % 11 % 10
    return number[9:] == f"{first}{second}" and len(set(number)) > 1


def _five(a: int, b: int) -> int:
    """Composition in the dihedral group of order ten (Verhoeff 1969)."""
    if a < 5:
        return (a + b) % 5 + (5 if b >= 5 else 0)
    return (a - b) % 5 + (0 if b >= 5 else 5)


_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def verhoeff(number: str) -> bool:
    """Whether the last digit is the check digit of Verhoeff (1969)."""
    check = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit)
        for _ in range(place % 8):
            value = _PERMUTATION[value]
        check = _five(check, value)
    return check == 0


def in_aadhaar(number: str) -> bool:
    """India, Aadhaar: does not start with 0 or 1, no palindrome, Verhoeff check digit (UIDAI)."""
    return number[0] not in "01" and number != number[::-1] and verhoeff(number)


def luhn_text(digits: str) -> bool:
    """Luhn over a text of digits."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 * (value > 9)
    return total % 10 == 0


def se_personnummer(number: str) -> bool:
    """Sweden, personal and coordination number: date (day + 60 for the latter) and Luhn over the last ten digits."""
    short = number[-10:]
    return is_day(int(short[4:6]) % 60, int(short[2:4])) and luhn_text(short)


def pl_pesel(number: str) -> bool:
    """Poland, PESEL: date with the century in the month, weights 1 3 7 9."""
    total = weighted(number[:10], (1, 3, 7, 9) * 2 + (1, 3))
    return is_day(int(number[4:6]), int(number[2:4]) % 20) and -total % 10 == int(number[10])


def fi_hetu(number: str) -> bool:
    """Finland, HETU: date, sign of the century, check character by mod 31 (DVV)."""
    real = is_day(int(number[:2]), int(number[2:4]))
    return real and "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(number[:6] + number[7:10]) % 31] == number[10]


def be_nn(number: str) -> bool:
    """Belgium, national register: 97 - n mod 97, with a leading 2 for those born from 2000 on."""
    key = int(number[9:])
    real = int(number[2:4]) % 20 <= 12
    return real and key in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


def ca_sin(number: str) -> bool:
    """Canada, social insurance: Luhn; 0 and 8 are not given to people."""
    return number[0] not in "08" and luhn_text(number) and len(set(number)) > 1


def ch_ahv(number: str) -> bool:
    """Switzerland, AHV: country 756 and the check digit of EAN-13."""
    return number[:3] == "756" and -weighted(number[:12], (1, 3) * 6) % 10 == int(number[12])


def cn_ric(number: str) -> bool:
    """China, resident identity: date and ISO 7064 mod 11-2 (GB 11643-1999)."""
    total = weighted(number[:17], [2**power % 11 for power in range(17, 0, -1)])
    real = is_day(int(number[12:14]), int(number[10:12])) and number[6:8] in ("18", "19", "20")
    return real and "10X98765432"[total % 11] == number[17]


def no_fnr(number: str) -> bool:
    """Norway, birth number: two digits of modulus 11; day + 40 for D-numbers (Skatteetaten)."""
    first = -weighted(number[:9], (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -weighted(number[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return is_day(int(number[:2]) % 40, int(number[2:4]) % 40) and number[9:] == f"{first}{second}"


def dk_cpr(number: str) -> bool:
    """Denmark, CPR: a date; the check digit is no longer used (since 2007), so the form alone says little."""
    return is_day(int(number[:2]) % 60, int(number[2:4]))


def za_id(number: str) -> bool:
    """South Africa: date, citizenship 0 to 2, Luhn."""
    return is_day(int(number[4:6]), int(number[2:4])) and number[10] in "012" and luhn_text(number)
