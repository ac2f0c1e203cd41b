"""Postal addresses."""

import pytest

from headwater.curate import find_personal_data


def found(text: str) -> list[str]:
    """The addresses found."""
    return [text[span.start : span.end] for span in find_personal_data([text], ["postal-address"])[0]]


@pytest.mark.parametrize(
    "address",
    [
        "12 Oak Street, Springfield, IL 62704",
        "1600 Pennsylvania Avenue NW, Washington, DC 20500".replace(" NW", ""),
        "12 Oak St., Apt 4B, Springfield, IL 62704-1234",
        "P.O. Box 812, Springfield, IL 62704",
        "221B Baker Street, London NW1 6XE",
        "10 Downing Street, London, SW1A 2AA",
        "Hohe Straße 5, 10115 Berlin",
        "Musterstraße 12a, 50667 Köln",
        "Berliner Str. 12\n10115 Berlin",
        "Am Ring 3, 8001 Zürich",
        "12 rue de la Paix, 75002 Paris",
        "5 bis avenue Foch, 69006 Lyon",
    ],
)
def test_a_street_with_its_place_and_post_code_is_found_as_a_whole(address: str) -> None:
    assert found(f"sent to: {address}; thanks") == [address]


@pytest.mark.parametrize("words", ["She lives at ", "Address: ", "ship to: "])
def test_a_street_alone_needs_words_that_announce_it(words: str) -> None:
    assert found(f"{words}12 Oak Street; thanks") == ["12 Oak Street"]
    assert found("12 Oak Street; thanks") == []


@pytest.mark.parametrize(
    "text",
    [
        "Oak Street was widened in 1990",
        "model IL 62704",
        "12 Oak Street, Springfield, XX 62704",
        "runs in ring 0 of the processor",
        "the postcode NW1 6XE covers a part of London",
        "on the way 5 people joined",
        "address: 0x12 Street",
        "page 12, place it on the table",
        "the weg 5, 10115 berlin",
    ],
)
def test_parts_of_addresses_and_other_numbers_are_left_alone(text: str) -> None:
    assert found(text) == []
