"""National identity numbers in text."""

import pytest

from headwater.curate import find_personal_data
from headwater.curate.privacy import stdnum_numbers


def found(text: str) -> list[str]:
    """The numbers found."""
    return [text[span.start : span.end] for span in find_personal_data([text], ["national-id"])[0]]


@pytest.mark.parametrize(
    "number",
    [
        "123-45-6789",
        "1 85 05 78 006 084 91",
        "RCCMNL83S18D969H",
        "529.982.247-25",
        "85.07.30-033.28",
        "756.9217.0769.85",
        "11010519491231002X",
    ],
)
def test_a_form_of_its_own_needs_no_word(number: str) -> None:
    assert found(f"the value {number}, of course") == [number]


@pytest.mark.parametrize(
    ("word", "number"),
    [
        ("SSN", "123456789"),
        ("NHS number", "943 476 5919"),
        ("national insurance no.", "AB 12 34 56 C"),
        ("Steuer-ID", "86 095 742 719"),
        ("DNI", "12345678Z"),
        ("NIE", "X1234567L"),
        ("BSN", "111222333"),
        ("CPF", "52998224725"),
        ("Aadhaar", "2341 2341 2346"),
        ("personnummer", "811218-9876"),
        ("PESEL", "44051401359"),
        ("henkilötunnus", "131052-308T"),
        ("SIN", "123 456 782"),
        ("CPR-nummer", "010190-1234"),
        ("fødselsnummer", "15108695088"),
        ("SA ID", "8001015009087"),
    ],
)
def test_a_weak_form_needs_the_word_that_announces_it(word: str, number: str) -> None:
    assert found(f"{word}: {number}") == [number]
    assert found(f"the value {number}") == []


@pytest.mark.parametrize(
    "text",
    [
        "SSN 000-12-3456",
        "NHS number 943 476 5918",
        "DNI 12345678A",
        "order 12345678901",
        "BSN 111222334",
        "SSN: n/a 2024-11-23",
        "529.982.247-26",
        "lesson 123456789",
        "sin 123456782 over cos",
        "3.123-45-6789",
        "123-45-6789-1",
    ],
)
def test_wrong_check_digits_and_other_numbers_are_left_alone(text: str) -> None:
    assert found(text) == []


def test_the_confidence_is_lower_without_check_digits() -> None:
    spans = find_personal_data(["a 123-45-6789", "SSN 123-45-6789", "CPF 529.982.247-25"], ["national-id"])
    assert [one.confidence for (one,) in spans] == [0.6, 0.8, 1.0]


def test_the_word_and_the_number_may_be_joined_as_in_json_and_code() -> None:
    assert found('{"customer_ssn": "123456789"}') == ["123456789"]
    assert found("NHS_NUMBER=9434765919") == ["9434765919"]


def test_an_address_between_the_word_and_the_number_is_not_skipped() -> None:
    spans = find_personal_data(["SSN of max@mail.org: 123456789"])[0]
    assert [span.type for span in spans] == ["email"]


def test_more_countries_are_known_with_python_stdnum_and_without_it_nothing_breaks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("stdnum", reason="python-stdnum is not installed")
    text = "OIB: 33392005961, TCKN 10000000146"
    assert found(text) == ["33392005961", "10000000146"]
    monkeypatch.setattr(stdnum_numbers, "_module", lambda name: None)
    assert found(text) == []
