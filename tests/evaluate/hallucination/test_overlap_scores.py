import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.evaluate.hallucination.overlap_scores import bleu, nearest, rouge_l

WORDS = st.lists(st.sampled_from("abc"), max_size=6)


def longest(a: list[str], b: list[str]) -> int:
    """By brute force over the subsequences of ``a``."""
    parts = (part for n in range(len(a), 0, -1) for part in itertools.combinations(a, n))
    return next((len(part) for part in parts if is_in(part, b)), 0)


def is_in(part: tuple[str, ...], whole: list[str]) -> bool:
    rest = iter(whole)
    return all(word in rest for word in part)


@given(WORDS, WORDS)
def test_rouge_l_is_f1_of_the_longest_common_subsequence(a: list[str], b: list[str]) -> None:
    shared = longest(a, b)
    assert rouge_l(a, b) == pytest.approx(2 * shared / (len(a) + len(b)) if shared else 0.0)


@given(WORDS.filter(bool), WORDS.filter(bool))
def test_bleu_is_that_of_nltk(a: list[str], b: list[str]) -> None:
    score = pytest.importorskip("nltk.translate.bleu_score")
    expected = score.sentence_bleu([b], a, smoothing_function=score.SmoothingFunction(epsilon=0.1).method1)
    assert bleu(a, b) == pytest.approx(float(expected))


def test_the_nearest_of_none_is_zero() -> None:
    assert nearest(rouge_l, ["a"], []) == 0.0 and nearest(bleu, [], [["a"]]) == 0.0
