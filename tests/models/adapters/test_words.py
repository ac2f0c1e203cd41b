"""Words as tokens."""

from hypothesis import given
from hypothesis import strategies as st

from headwater.models.adapters.words import Words


@given(st.lists(st.text(max_size=60), max_size=5))
def test_every_text_round_trips(texts: list[str]) -> None:
    words = Words()
    numbers = [words.encode(text) for text in texts]
    assert [words.decode(row) for row in numbers] == texts


@given(st.text(max_size=60))
def test_the_same_word_has_the_same_number(text: str) -> None:
    words = Words()
    assert words.encode(text) == words.encode(text)
