import pytest

from headwater.evaluate.facts import SourceNames, capitalised_names


def names(text: str, known: frozenset[str] = frozenset()) -> list[str]:
    return [name.text for name in capitalised_names(text, known)]


def test_names_go_on_over_particles_and_initials() -> None:
    assert names("We met Ludwig van Beethoven, J. K. Rowling and the Bank of England.") == [
        "Ludwig van Beethoven", "J. K. Rowling", "Bank of England",
    ]  # fmt: skip


def test_the_first_word_of_a_sentence_counts_where_something_says_that_it_is_a_name() -> None:
    assert names("Music moves. The end.") == []
    assert names("Newton was there. Ada Lovelace too. NASA paid.") == ["Newton", "Ada Lovelace", "NASA"]
    assert names("Curie moved.", frozenset({"curie"})) == ["Curie"]
    assert names("However, Curie stayed.") == ["Curie"]


def test_months_and_shouting_are_no_names() -> None:
    assert names("In March I saw it. THIS IS ALL LOUD TEXT HERE.") == []


@pytest.mark.parametrize(
    ("claimed", "holds"),
    [
        ("We saw Barack Obama.", True), ("We saw Obama.", True), ("We saw President Obama.", True),
        ("We saw Michelle Obama.", False), ("Then the WHO came.", True), ("Then the WTO came.", False),
        ("It lies in the U.S. today.", True), ("They met in Obama's house.", True),
    ],
)  # fmt: skip
def test_a_name_is_held_as_it_is_as_a_part_or_as_initials(claimed: str, holds: bool) -> None:
    source = SourceNames("Barack Hussein Obama spoke to the World Health Organization in the US.")
    (name,) = capitalised_names(claimed)
    assert source.holds(name) is holds


def test_a_source_without_capitals_holds_names_too() -> None:
    assert SourceNames("barack obama spoke").holds(capitalised_names("We saw Barack Obama.")[0])


@pytest.mark.parametrize("text", ["", "A" * 1_000_000, "Ab " * 50_000, "\x00<script>alert(1)</script>", "A. " * 50_000])
def test_hostile_text_ends_in_short_names(text: str) -> None:
    assert all(len(name.text) <= 200 for name in capitalised_names(text))
