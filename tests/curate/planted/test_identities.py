"""Synthetic identity numbers, births, addresses and credentials."""

import re

import numpy as np
import pytest

from headwater.curate.planted import identities as planted

STDNUM = {
    planted._nhs: "gb.nhs",
    planted._tax: "de.idnr",
    planted._nir: "fr.nir",
    planted._dni: "es.dni",
    planted._bsn: "nl.bsn",
    planted._cpf: "br.cpf",
    planted._pesel: "pl.pesel",
}


@pytest.mark.parametrize("maker", STDNUM)
def test_numbers_are_right_and_their_look_alikes_wrong_by_python_stdnum(maker: planted.Maker) -> None:
    module = pytest.importorskip(f"stdnum.{STDNUM[maker]}", reason="python-stdnum is not installed")
    rng = np.random.default_rng(0)
    for wrong in (0, 1, 4):
        drawn = [maker(rng, wrong) for _ in range(100)]  # type: ignore[call-arg]
        values = [re.sub(r"^\D*? (?=\d)|[ .-]", "", one) for one in drawn]
        assert {module.is_valid(value) for value in values} == {wrong == 0}


def test_social_security_numbers_have_an_area_or_none() -> None:
    rng = np.random.default_rng(0)
    assert all(int(planted._ssn(rng, 0)[:3]) for _ in range(200))
    assert all(planted._ssn(rng, 1).startswith("000") for _ in range(20))


def test_dates_of_birth_are_of_people_who_can_live_and_look_alikes_are_not() -> None:
    rng = np.random.default_rng(0)
    years = [int(max(re.findall(r"\d{4}", planted.birth(rng)))) for _ in range(300)]
    assert min(years) >= 1900
    assert all(
        "born" not in text or re.search(r"1[5-8]\d\d|born in", text) for text in map(planted.no_birth, [rng] * 300)
    )
