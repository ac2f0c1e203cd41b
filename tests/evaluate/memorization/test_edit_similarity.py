from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate import edit_similarity

TEXT = st.text(alphabet="abé", max_size=9)


@given(TEXT, TEXT)
def test_it_equals_the_recursive_definition(first: str, second: str) -> None:
    @lru_cache(None)
    def distance(i: int, j: int) -> int:
        if i == 0 or j == 0:
            return i + j
        change = first[i - 1] != second[j - 1]
        return min(distance(i - 1, j) + 1, distance(i, j - 1) + 1, distance(i - 1, j - 1) + change)

    longer = max(len(first), len(second))
    expected = 1.0 if not longer else 1 - distance(len(first), len(second)) / longer
    assert edit_similarity(first, second) == pytest.approx(expected)


def test_the_textbook_pair() -> None:
    assert edit_similarity("kitten", "sitting") == pytest.approx(1 - 3 / 7)


def test_an_empty_text_shares_nothing_with_another() -> None:
    assert (edit_similarity("", "abc"), edit_similarity("", "")) == (0.0, 1.0)


def test_a_megabyte_costs_no_more_than_its_beginning() -> None:
    assert edit_similarity("ab" * 500_000, "ab" * 5_000) == 1.0
    assert edit_similarity("x", "y" * 1_000_000) == 0.0
