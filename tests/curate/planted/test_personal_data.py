"""Synthetic personal data and look-alikes."""

import ipaddress
import re

import numpy as np
import pytest

from headwater.curate.planted.personal_data import MAKERS, card, iban, ip, no_card, no_iban
from headwater.curate.privacy import TYPES
from headwater.curate.privacy.iban import mod_97
from headwater.curate.privacy.payment_card import luhn

RNG = np.random.default_rng(0)


def test_every_built_in_detector_has_its_controls() -> None:
    assert set(MAKERS) == set(TYPES)


def test_cards_carry_the_check_digit_and_their_look_alikes_do_not() -> None:
    assert all(luhn(re.sub("[^0-9]", "", card(RNG)).encode()) for _ in range(200))
    assert not any(luhn(re.sub("[^0-9]", "", no_card(RNG)).encode()) for _ in range(200))


def test_accounts_carry_the_check_digits_and_their_look_alikes_do_not() -> None:
    assert all(mod_97(iban(RNG).replace(" ", "")) == 1 for _ in range(200))
    assert not any(mod_97(no_iban(RNG).replace(" ", "")) == 1 for _ in range(200))


def test_addresses_are_routable() -> None:
    assert all(ipaddress.ip_address(ip(RNG)).is_global for _ in range(200))


@pytest.mark.parametrize("kind", sorted(MAKERS))
def test_values_repeat_with_the_generator_and_differ_within_it(kind: str) -> None:
    real, false = MAKERS[kind]
    for maker in (real, false):
        one, other = ([maker(rng) for _ in range(30)] for rng in (np.random.default_rng(1), np.random.default_rng(1)))
        assert one == other
        assert len(set(one)) > 15
