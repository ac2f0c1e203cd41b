"""Check digits of national numbers, against python-stdnum."""

import importlib
from collections.abc import Callable

import numpy as np
import pytest

from headwater.curate.privacy import national_checks as check

PAIRS: dict[str, tuple[Callable[[str], bool], str, int]] = {
    "gb.nhs": (check.gb_nhs, "", 10),
    "nl.bsn": (check.nl_bsn, "", 9),
    "br.cpf": (check.br_cpf, "", 11),
    "de.idnr": (check.de_idnr, "", 11),
    "in_.aadhaar": (check.in_aadhaar, "", 12),
    "ch.ssn": (check.ch_ahv, "756", 13),
    "es.dni": (check.es_dni, "", 9),
    "fr.nir": (check.fr_nir, "1850578", 15),
    "pl.pesel": (check.pl_pesel, "850512", 11),
    "ca.sin": (check.ca_sin, "4", 9),
    "za.idnr": (check.za_id, "850512", 13),
    "cn.ric": (check.cn_ric, "11010519850512", 18),
    "no.fodselsnummer": (check.no_fnr, "120585", 11),
    "be.nn": (check.be_nn, "850512", 11),
    "se.personnummer": (check.se_personnummer, "850512", 10),
}
# python-stdnum judges the dates in these by the day of the run; here no clock is looked at.
DATED = {"be.nn", "pl.pesel", "no.fodselsnummer", "za.idnr", "se.personnummer"}
LETTERS = {"es.dni": "TRWAGMYFPDXBNJZSQVHLCKE", "cn.ric": "0123456789X"}


def numbers(name: str, size: int) -> list[str]:
    """Random numbers of the right length, many of them with a check digit that fits by chance."""
    rng = np.random.default_rng(size)
    _, prefix, length = PAIRS[name]
    drawn = ["".join(map(str, rng.integers(0, 10, length - len(prefix)))) for _ in range(size)]
    last = LETTERS.get(name, "")
    found = [prefix + tail for tail in drawn]
    return [one[:-1] + last[number % len(last)] for number, one in enumerate(found)] if last else found


def stdnum(name: str) -> Callable[[str], bool]:
    """The same check of python-stdnum."""
    module = pytest.importorskip(f"stdnum.{name}", reason="python-stdnum is not installed")
    is_valid: Callable[[str], bool] = module.is_valid
    return is_valid


@pytest.mark.parametrize("name", PAIRS)
def test_our_check_accepts_what_python_stdnum_accepts(name: str) -> None:
    ours, reference = PAIRS[name][0], stdnum(name)
    drawn = numbers(name, 6000)
    accepted = [one for one in drawn if reference(one)]
    assert accepted, "the draw holds no valid number: the test would prove nothing"
    assert [one for one in accepted if not ours(one) and len(set(one)) > 2] == []


@pytest.mark.parametrize("name", sorted(set(PAIRS) - DATED))
def test_our_check_refuses_what_python_stdnum_refuses(name: str) -> None:
    ours, reference = PAIRS[name][0], stdnum(name)
    wrong = [one for one in numbers(name, 6000) if ours(one) and not reference(one)]
    assert wrong == []


def test_the_codice_fiscale_of_the_ministerial_example_is_right() -> None:
    assert check.it_codice_fiscale("RCCMNL83S18D969H")
    assert not check.it_codice_fiscale("RCCMNL83S18D969G")


def test_the_codice_fiscale_agrees_with_python_stdnum_on_every_check_letter() -> None:
    module = importlib.import_module("stdnum.it.codicefiscale") if stdnum("it.codicefiscale") else None
    assert module is not None
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        number = f"RCCMNL83S18D969{letter}"
        assert check.it_codice_fiscale(number) == module.is_valid(number)


def test_hetu_agrees_with_python_stdnum_on_every_check_character() -> None:
    reference = stdnum("fi.hetu")
    for character in "0123456789ABCDEFHJKLMNPRSTUVWXY":
        assert check.fi_hetu(f"131052-308{character}") == reference(f"131052-308{character}")


@pytest.mark.parametrize("number", ["000456789", "666456789", "912456789", "123006789", "123450000"])
def test_social_security_numbers_that_are_never_given_out_are_refused(number: str) -> None:
    assert not check.us_ssn(number)
    assert check.us_ssn("123456789")


def test_verhoeff_finds_every_wrong_digit_and_every_swap_of_neighbours() -> None:
    number = "2363"  # Verhoeff 1969: 236 has the check digit 3
    assert check.verhoeff(number)
    for place, digit in enumerate(number):
        for other in set("0123456789") - {digit}:
            assert not check.verhoeff(number[:place] + other + number[place + 1 :])
    swaps = [number[:place] + number[place + 1] + number[place] + number[place + 2 :] for place in range(3)]
    assert [swap for swap in swaps if swap != number and check.verhoeff(swap)] == []
