"""Telephone numbers."""

import pytest

from headwater.curate import find_personal_data


def found(text: str) -> list[str]:
    """The numbers found."""
    return [text[span.start : span.end] for span in find_personal_data([text], ["phone"])[0]]


@pytest.mark.parametrize(
    "number",
    ["+44 20 7946 0958", "+1-212-555-0199", "+4930123456", "(212) 736-5000", "212-736-5000", "+33 (0)1 42 68 53 00"],
)
def test_a_number_in_a_clear_shape_is_found_without_a_hint(number: str) -> None:
    assert found(f"reach us under {number}, daily") == [number]


@pytest.mark.parametrize("hint", ["Tel.: ", "phone ", "Fax: ", "mobile - ", "call me at ", "WhatsApp ", "☎ "])
def test_a_local_number_is_found_after_a_word_that_announces_it(hint: str) -> None:
    assert found(f"{hint}030 1234567.") == ["030 1234567"]


@pytest.mark.parametrize(
    "text",
    [
        "on 2024-11-23 12:30:45 UTC",
        "numpy 1.26.4.20231215",
        "ISBN 978-0-306-40615-7",
        "0.1234 0.5678 0.9012 0.3456",
        "shape (512, 1024, 2048)",
        "512 256 1024",
        "id 5551234567",
        "x = +12345678901234567890",
        "a call to f(12345678)",
        "1.234567-1.345678",
        "+0 123 456 789",
        "10.5281/zenodo.3509134",
        "0x1234567890",
        "99-100-1000-10000",
    ],
)
def test_numbers_of_technical_prose_are_no_telephone_numbers(text: str) -> None:
    assert found(text) == []


def test_a_country_code_that_nobody_has_is_refused() -> None:
    assert found("call +999 1234 5678") == []
    assert found("call +998 71 123 4567") == ["+998 71 123 4567"]


def test_more_than_fifteen_digits_are_no_number() -> None:
    assert found("+44 2079 4609 5812 3456 7") == []
