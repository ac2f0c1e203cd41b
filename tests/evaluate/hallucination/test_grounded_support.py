import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.hallucination.grounded_support import SourceWords, words_of

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=12)


def longest_by_brute_force(words: list[str], source: list[str]) -> int:
    runs = {tuple(source[i:j]) for i in range(len(source)) for j in range(i + 1, len(source) + 1)}
    own = [j - i for i in range(len(words)) for j in range(i + 1, len(words) + 1) if tuple(words[i:j]) in runs]
    return max(own, default=0)


@given(WORDS, WORDS)
def test_the_longest_run_is_that_of_brute_force(words: list[str], source: list[str]) -> None:
    assert SourceWords(" ".join(source)).longest_run(words) == longest_by_brute_force(words, source)


def test_shares_are_those_of_the_definition() -> None:
    found = SourceWords("the cat sat on the mat").support("The cat sat on a hat")
    assert found is not None
    assert found.shares == pytest.approx((4 / 6, 3 / 5, 2 / 4)) and found.longest == pytest.approx(4 / 6)


def test_a_copy_has_full_support_and_an_empty_source_none() -> None:
    copy, none = SourceWords("It cost 1,000.").support("it cost 1000"), SourceWords("").support("it cost")
    assert copy is not None and copy.shares == (1, 1, 1) and copy.longest == 1
    assert none is not None and none.shares == (0, 0, 0) and none.longest == 0
    assert SourceWords("x").support("...") is None


def test_a_short_sentence_counts_by_the_words_that_it_has() -> None:
    found = SourceWords("yes indeed").support("Yes")
    assert found is not None and found.shares == (1, 1, 1)


@pytest.mark.parametrize("text", ["a " * 100_000, "x" * 1_000_000])
def test_long_and_repeated_texts_take_linear_time(text: str) -> None:
    found = SourceWords(text).support(text[:2_000])
    assert found is not None and np.isclose(found.longest, 1.0) or len(words_of(text)) == 1
