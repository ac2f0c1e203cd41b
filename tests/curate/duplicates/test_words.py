"""Splitting many texts into words at once."""

import re

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.duplicates import split_words
from headwater.curate.duplicates.words import canonical, join, slices, split_canonical


def words(text: str) -> list[str]:
    """The words of one text."""
    return split_words(pa.array([text])).text(0).decode().split()


ASCII = st.text(st.characters(max_codepoint=127), max_size=60)


@given(st.lists(ASCII, max_size=8))
def test_ascii_words_are_those_of_the_regular_expression(texts: list[str]) -> None:
    found = split_words(pa.array(texts, pa.large_string()))
    for number, text in enumerate(texts):
        assert found.text(number).decode() == " ".join(re.findall(r"\w+", text.lower(), re.ASCII))


@given(st.lists(st.text(max_size=30), min_size=1, max_size=8))
def test_a_text_has_the_same_words_alone_and_among_others(texts: list[str]) -> None:
    together = split_words(pa.array(texts, pa.large_string()))
    assert [together.text(number) for number in range(len(texts))] == [
        split_words(pa.array([text], pa.large_string())).text(0) for text in texts
    ]


def test_a_word_ends_where_its_text_ends() -> None:
    found = split_words(pa.array(["ab", "cd", "", "ef"]))
    assert [found.text(number) for number in range(4)] == [b"ab", b"cd", b"", b"ef"]


def test_null_has_no_words_and_slices_of_arrays_are_respected() -> None:
    array = pa.array(["zero one", None, "two", "three four"])
    found = split_words(array.slice(1, 3))
    assert [found.text(number) for number in range(3)] == [b"", b"two", b"three four"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Größe STRASSE Straße", ["grösse", "strasse", "strasse"]),
        ("Cafe\u0301 CAFÉ", ["café", "café"]),
        ("“quoted” — text…", ["quoted", "text"]),
        ("हिन्दी भाषा", ["हिन्दी", "भाषा"]),
        ("日本語 text", ["日", "本", "語", "text"]),
        ("สวัสดี", list("สวัสดี")),
        ("Привет, МИР", ["привет", "мир"]),
        ("x² № 5", ["x²", "5"]),
    ],
)
def test_words_of_other_scripts(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=60))
def test_composed_and_decomposed_text_have_the_same_words(text: str) -> None:
    import unicodedata

    assert words(unicodedata.normalize("NFD", text)) == words(unicodedata.normalize("NFC", text))


def test_ascii_text_is_canonical_as_it_is() -> None:
    assert canonical("As IT is!") == "As IT is!"


@given(st.lists(st.text(max_size=30), max_size=20), st.integers(1, 50))
def test_slices_hold_every_text_once_in_order(texts: list[str], size: int) -> None:
    array = pa.array(texts, pa.large_string())
    assert [text for part in slices(array, size) for text in part.to_pylist()] == texts


@settings(max_examples=400, deadline=None)
@given(st.lists(st.text(st.sampled_from("aB \u0301é’“İßŉΣς漢ไ\u0e31हिि\u1100\u1161\U0001f600Å\u0000-")), max_size=6))
def test_texts_read_together_have_the_words_of_each_by_itself(texts: list[str]) -> None:
    words = split_words(pa.array(texts, pa.large_string()))
    alone = [split_canonical(*join([canonical(text).encode()])).text(0) for text in texts]
    assert [words.text(place) for place in range(len(texts))] == alone
