"""Numbering plans from ``phonenumbers``."""

import pytest

from headwater.curate import find_personal_data
from headwater.curate.privacy import phone_library

phonenumbers = pytest.importorskip("phonenumbers", reason="phonenumbers is not installed (extra ids)")


@pytest.mark.parametrize("region", ["GB", "DE", "FR", "IT", "US", "IN", "BR", "JP", "ZA"])
def test_our_shortcut_agrees_with_the_parser_of_the_library(region: str) -> None:
    number = phonenumbers.example_number(region)
    text = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    parsed = phonenumbers.parse(text, None)
    wanted = (phonenumbers.is_possible_number(parsed), phonenumbers.is_valid_number(parsed))
    assert phone_library.judged(text.encode()) == wanted == (True, True)


def test_a_number_too_short_for_its_country_is_none() -> None:
    assert find_personal_data(["+49 12 345 67", "+44 20 7946 09"], ["phone"])[1] == ()


def test_a_range_that_is_not_given_out_is_less_sure() -> None:
    (span,) = find_personal_data(["+44 29 9999 9999 or"], ["phone"])[0]
    assert span.confidence == 0.8


def test_a_following_number_does_not_hide_a_telephone_number() -> None:
    (span,) = find_personal_data(["late +44 20 7946 0958 1996 then"], ["phone"])[0]
    assert (span.start, span.end) == (5, 21)


def test_without_the_library_our_rules_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone_library, "_library", lambda: None)
    assert phone_library.judged(b"+44 1") == (True, True)
    assert len(find_personal_data(["+44 20 7946 0958"], ["phone"])[0]) == 1
