import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.hallucination.ngram_model import BEGIN, NgramModel, sentences

WORDS = "abc"
TEXTS = st.lists(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5), max_size=3), max_size=4)


@given(TEXTS, st.sampled_from([BEGIN, *WORDS]))
def test_probabilities_of_the_vocabulary_sum_to_one(texts: list[list[list[str]]], before: str) -> None:
    model = NgramModel(texts, len(WORDS))
    assert sum(model.probability(word, before) for word in WORDS) == pytest.approx(1)


def test_nothing_known_is_a_uniform_guess() -> None:
    assert NgramModel([], 8).surprise(["x", "y"]) == pytest.approx([math.log(8)] * 2)


def test_a_seen_pair_has_the_probability_of_the_formula() -> None:
    model = NgramModel([[["a", "b"]], [["a", "c"]]], 3)
    assert model.probability("b", "a") == pytest.approx(0.5 * 1 / 2 + 0.5 * (1 + 1) / (4 + 3))
    assert model.probability("a", BEGIN) == pytest.approx(0.5 * 1 + 0.5 * (2 + 1) / (4 + 3))


def test_an_unseen_context_falls_back_to_single_words() -> None:
    model = NgramModel([[["a", "b"]]], 2)
    assert model.probability("a", "b") == pytest.approx((1 + 1) / (2 + 2))


def test_sentences_end_at_stops_and_blank_lines() -> None:
    assert sentences("One two. Three\n\nFour! \n") == [["one", "two", "."], ["three"], ["four", "!"]]


def test_a_text_without_a_word_has_no_sentence() -> None:
    assert sentences(" \n\n ") == []
