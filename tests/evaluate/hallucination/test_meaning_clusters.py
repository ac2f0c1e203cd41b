import math
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.evaluate.entailment import WordEntailment
from headwater.evaluate.hallucination.meaning_clusters import (
    cluster,
    discrete_entropy,
    entailment_matrices,
    likelihood_entropy,
    normal,
    quadratic_entropy,
)
from headwater.evaluate.statistics import Floats

IDS = st.lists(st.integers(0, 4), min_size=1, max_size=12)


class Counting:
    """A stub that counts the pairs it is asked; nothing entails anything."""

    protocol = "counting/1"

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        self.asked += zip(premises, hypotheses, strict=True)
        return np.tile([0.0, 1.0, 0.0], (len(premises), 1))


def compact(ids: Sequence[int]) -> list[int]:
    order = list(dict.fromkeys(ids))
    return [order.index(one) for one in ids]


def test_the_identities_of_the_definition() -> None:
    assert discrete_entropy([0, 0, 0, 0]) == 0.0
    assert discrete_entropy([0, 1, 2, 1]) == pytest.approx(1.0397, abs=1e-4)
    for n in range(1, 9):
        assert discrete_entropy(range(n)) == pytest.approx(math.log(n))


@given(IDS)
def test_discrete_entropy_is_scipys(ids: list[int]) -> None:
    own = compact(ids)
    assert discrete_entropy(own) == pytest.approx(float(stats.entropy(np.bincount(own))))


@given(IDS)
def test_equal_likelihoods_give_the_discrete_entropy(ids: list[int]) -> None:
    own = compact(ids)
    assert likelihood_entropy(own, [-3.0] * len(own)) == pytest.approx(discrete_entropy(own))


@given(IDS, st.integers(0, 100))
def test_likelihood_entropy_is_that_of_summed_likelihoods(ids: list[int], seed: int) -> None:
    own, logs = compact(ids), -np.random.default_rng(seed).exponential(2, len(ids))
    mass = np.bincount(own, np.exp(logs))
    assert likelihood_entropy(own, logs.tolist()) == pytest.approx(float(stats.entropy(mass)))


def test_likelihoods_too_small_for_a_number_do_not_underflow() -> None:
    """The peers' defect: the exponential comes before the logarithm, and the entropy is NaN."""
    assert likelihood_entropy([0, 1, 2, 1], [-9000.0] * 4) == pytest.approx(1.0397, abs=1e-4)
    assert likelihood_entropy([0, 1], [0.0, -9000.0]) == 0.0


def test_the_first_member_decides_so_order_matters() -> None:
    chain = np.array([[1, 1, 0], [1, 1, 1], [0, 1, 1]], np.float64)  # b means a and c, which do not mean each other
    assert cluster(chain) == [0, 0, 1]
    order = [1, 0, 2]
    assert cluster(chain[np.ix_(order, order)]) == [0, 0, 0]
    assert cluster(chain[np.ix_(order, order)], linkage="all") == [0, 0, 1]


def test_entailment_one_way_is_not_the_same_meaning() -> None:
    assert cluster(np.array([[1.0, 0.9], [0.1, 1.0]])) == [0, 1]


@given(st.integers(0, 500), st.integers(1, 7))
def test_clusters_are_those_of_the_definition(seed: int, n: int) -> None:
    entails = np.random.default_rng(seed).random((n, n))
    found, firsts = cluster(entails), list[int]()
    for answer, own in enumerate(found):
        joins = [k for k, first in enumerate(firsts) if min(entails[answer, first], entails[first, answer]) > 0.5]
        assert own == (joins[0] if joins else len(firsts))
        firsts += [] if joins else [answer]


@given(st.integers(0, 500), st.integers(1, 8))
def test_quadratic_entropy_is_raos(seed: int, n: int) -> None:
    entails = np.random.default_rng(seed).random((n, n))
    np.fill_diagonal(entails, 1)
    by_hand = sum(1 - (entails[i, j] + entails[j, i]) / 2 for i in range(n) for j in range(n)) / n**2
    assert quadratic_entropy(entails) == pytest.approx(by_hand)


def test_equal_answers_are_one_whatever_the_model_says() -> None:
    model = Counting()
    (found,) = entailment_matrices(model, [["Paris.", "paris", " PARIS!"]])
    assert (found == 1).all() and model.asked == []


def test_each_pair_is_asked_once_as_it_is_spelled() -> None:
    model = Counting()
    entailment_matrices(model, [["Paris", "Rome", "paris"], ["Paris", "Rome"]])
    assert sorted(model.asked) == [("Paris", "Rome"), ("Rome", "Paris")]


def test_words_give_the_share_in_each_direction() -> None:
    (found,) = entailment_matrices(WordEntailment(), [["in Paris", "Paris"]])
    assert found.tolist() == [[1.0, 1.0], [0.5, 1.0]]


@pytest.mark.parametrize("answer", ["", " ", "...", "\x00", "x" * 10_000])
def test_normal_takes_any_text(answer: str) -> None:
    assert normal(normal(answer)) == normal(answer)
