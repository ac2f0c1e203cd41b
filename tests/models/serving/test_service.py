"""Where tokens begin in a text, and where a stop string cuts it."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.models.serving.service import _cut, _offsets


def decode(tokens: Sequence[int]) -> str:
    """Tokens are bytes: a character may end in the middle of a token."""
    return bytes(tokens).decode("utf-8", "replace")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\ufffd"), max_size=40))
def test_tokens_spell_the_text_even_where_they_cut_a_character(text: str) -> None:
    tokens = list(text.encode())
    offsets = [*_offsets(tokens, text, decode), len(text)]
    pieces = [text[start:end] for start, end in zip(offsets, offsets[1:], strict=False)]
    assert "".join(pieces) == text
    assert offsets == sorted(offsets)


@pytest.mark.parametrize(
    ("stops", "kept", "text"),
    [
        ([], 11, "river water"),
        (["w"], 7, "river "),
        (["water", "er w"], 7, "riv"),
        (["lake"], 11, "river water"),
        (["river"], 5, ""),
    ],
)
def test_a_stop_string_cuts_the_text_before_it_and_the_tokens_after(stops: list[str], kept: int, text: str) -> None:
    tokens, shown = _cut(list(b"river water"), stops, decode)
    assert (len(tokens), shown) == (kept, text)
