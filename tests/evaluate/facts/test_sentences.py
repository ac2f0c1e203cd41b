from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.facts import sentences


def test_abbreviations_initials_and_decimals_end_no_sentence() -> None:
    text = 'Dr. A. Ito paid 3.5 million. "Why?" Nobody\nNext line'
    assert [one.text for one in sentences(text)] == ["Dr. A. Ito paid 3.5 million.", '"Why?"', "Nobody", "Next line"]


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_every_letter_stands_in_one_sentence_at_its_place(text: str) -> None:
    found = sentences(text)
    assert all(text[one.start : one.end] == one.text for one in found)
    assert all(first.end <= second.start for first, second in zip(found, found[1:], strict=False))
    letters = sum(letter.isalnum() for letter in text)
    assert sum(sum(letter.isalnum() for letter in one.text) for one in found) == letters


def test_a_token_of_a_megabyte_is_cut_and_not_lost() -> None:
    assert sum(len(one.text) for one in sentences("x" * 1_000_000)) == 1_000_000
