from fractions import Fraction

import pytest

from headwater.evaluate.facts import Quantity, quantities


def read(text: str) -> list[tuple[str, str]]:
    return [(str(one.value), one.unit) for one in quantities(text)]


@pytest.mark.parametrize(
    "spellings",
    [
        ("1,000", "1000", "1 thousand", "one thousand", "1000.0", "1k"),
        ("5%", "5 %", "5 percent", "five per cent", "5.0 pct"),
        ("$3bn", "3 billion dollars", "$3,000,000,000", "US$ 3 billion", "3000 million USD"),
        ("2 km", "2,000 m", "2000 metres", "2 kilometers"),
        ("90 minutes", "1.5 hours", "5,400 seconds"),
        ("two hundred and five", "205", "two hundred five"),
        ("twenty-one", "21", "21st", "twenty one"),
        ("1.5 million", "1,500,000", "1500 thousand"),
    ],
)
def test_spellings_of_one_quantity_are_equal(spellings: tuple[str, ...]) -> None:
    found = [read(f"It was {spelling} then.") for spelling in spellings]
    assert all(len(one) == 1 for one in found) and all(one == found[0] for one in found)


def test_values_and_units_that_differ_differ() -> None:
    texts = ["1,000", "1,001", "5%", "5 dollars", "5 euros", "5 km", "5 kg", "-5", "the 1990s", "1990"]
    assert len({tuple(read(text)[0]) for text in texts}) == len(texts)


def test_ranges_lists_and_words_in_a_row_are_numbers_of_their_own() -> None:
    assert [value for value, _ in read("10-15, two three, 4 and 5")] == ["10", "15", "2", "3", "4", "5"]


def test_a_lone_one_a_version_and_a_code_are_no_numbers() -> None:
    assert read("One of them has v1.2.3 and A4.") == []


def test_a_number_without_unit_is_supported_by_one_with_and_not_the_reverse() -> None:
    plain, percent = Quantity(Fraction(5), "", "5", 0, 1), Quantity(Fraction(5), "%", "5%", 0, 2)
    assert plain.supported_by(percent) and not percent.supported_by(plain)


@pytest.mark.parametrize(
    "text", ["", "1" * 1_000_000, "one " * 100_000, "," * 100_000, "$" * 100_000, "\x00 \u202e 7\ud800"]
)
def test_hostile_text_ends_in_numbers_or_none(text: str) -> None:
    assert all(len(one.text) < 200 for one in quantities(text))
