"""Hashes of word 5-grams."""

import re

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.duplicates import shingles
from headwater.curate.duplicates.words import SLICE_BYTES

VOCABULARY = [
    "a",
    "an",
    "apple",
    "apples",
    "information",
    "informations",
    "x" * 16,
    "x" * 17,
    "y" * 64,
    "y" * 65,
    "z" * 300,
]
TEXTS = st.lists(st.sampled_from(VOCABULARY), max_size=25).map(" ".join)


def grams(text: str) -> list[tuple[str, ...]]:
    """The 5-grams by plain Python; a shorter text has one, all of it."""
    words = re.findall(r"\w+", text.lower())
    return [tuple(words[place : place + 5]) for place in range(len(words) - 4)] or ([tuple(words)] if words else [])


def rows(texts: list[str]) -> list[np.ndarray]:
    """The hashes of each text."""
    found = shingles(pa.array(texts, pa.large_string()))
    return [found.hashes[start:end] for start, end in zip(found.offsets[:-1], found.offsets[1:], strict=True)]


@given(st.lists(TEXTS, max_size=8))
def test_two_hashes_are_equal_exactly_where_the_words_are(texts: list[str]) -> None:
    hashes = [int(value) for row in rows(texts) for value in row]
    plain = [gram for text in texts for gram in grams(text)]
    assert len(hashes) == len(plain)
    assert len(set(zip(hashes, plain, strict=True))) == len(set(hashes)) == len(set(plain))


@given(st.lists(st.text(max_size=40), min_size=1, max_size=6))
def test_neighbours_in_the_array_do_not_change_a_texts_hashes(texts: list[str]) -> None:
    for together, text in zip(rows(texts), texts, strict=True):
        assert np.array_equal(together, rows([text])[0])


def test_the_same_words_at_another_place_have_the_same_hash() -> None:
    one, other = rows(["one two three four five", "and then ONE, two: three; four. five!"])
    assert one[0] in other


def test_texts_of_one_to_four_words_have_one_hash_and_empty_ones_none() -> None:
    assert [row.size for row in rows(["", "one", "one two three four", "one two three four five", "... !"])] == [
        0,
        1,
        1,
        1,
        0,
    ]


def test_short_texts_with_different_words_or_numbers_of_words_differ() -> None:
    assert len({int(row[0]) for row in rows(["a", "a a", "a a a", "b", "b a", "a b"])}) == 6


def test_a_column_longer_than_one_slice_is_shingled_as_a_whole() -> None:
    texts = [f"{number} " + "some more words here " * 200 for number in range(3 * SLICE_BYTES // 4000)]
    assert all(np.array_equal(row, rows([text])[0]) for row, text in zip(rows(texts), texts, strict=True))


def test_no_text_at_all_gives_no_hash() -> None:
    found = shingles(pa.array([], pa.large_string()))
    assert found.hashes.size == 0
    assert found.offsets.tolist() == [0]


MULTIPLIERS = (0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F)


def scramble(value: int) -> int:
    """Multiply and xor-shift twice, in Python's own integers."""
    for multiplier in (MULTIPLIERS[0], 0xFF51AFD7ED558CCD):
        value = value * multiplier % 2**64
        value ^= value >> 32
    return value


def test_hashes_are_those_of_the_formula_in_plain_integers() -> None:
    words = [scramble(int.from_bytes(word, "little") + len(word)) for word in b"the quick brown fox jumps over".split()]
    expected = [
        scramble(sum(word * factor for word, factor in zip(words[place:], MULTIPLIERS, strict=False)) % 2**64)
        for place in range(2)
    ]
    assert rows(["The quick brown fox jumps over"])[0].tolist() == expected
