"""Bank account numbers."""

import pytest

from headwater.curate import find_personal_data
from headwater.curate.privacy.iban import mod_97


def found(text: str) -> list[str]:
    """The numbers found."""
    return [text[span.start : span.end] for span in find_personal_data([text], ["iban"])[0]]


REGISTRY = [
    "GB29NWBK60161331926819",
    "DE89370400440532013000",
    "FR1420041010050500013M02606",
    "NL91ABNA0417164300",
    "ES9121000418450200051332",
    "NO9386011117947",
    "MT84MALT011000012345MTLCAST001S",
    "BE68539007547034",
]


@pytest.mark.parametrize("number", REGISTRY)
def test_the_examples_of_the_iban_registry_are_found(number: str) -> None:
    spaced = " ".join(number[place : place + 4] for place in range(0, len(number), 4))
    assert found(f"to {number}.") == [number]
    assert found(f"to {spaced}, please") == [spaced]


@pytest.mark.parametrize("number", REGISTRY)
def test_a_wrong_digit_is_noticed(number: str) -> None:
    assert found(f"to {number[:-5]}{(int(number[-5]) + 1) % 10 if number[-5].isdigit() else '7'}{number[-4:]}") == []


@pytest.mark.parametrize(
    "text", ["DE8937040044053201300", "XX89370400440532013000", "aDE89370400440532013000", "DE89370400440532013000A"]
)
def test_a_wrong_length_country_or_border_is_refused(text: str) -> None:
    assert found(text) == []


def test_words_after_a_number_are_not_swallowed() -> None:
    assert found("NO93 8601 1117 947 AND MORE") == ["NO93 8601 1117 947"]


def test_the_remainder_of_a_valid_number_is_one() -> None:
    assert {mod_97(number) for number in REGISTRY} == {1}
