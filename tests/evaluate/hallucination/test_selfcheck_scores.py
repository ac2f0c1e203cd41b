from collections.abc import Sequence

import numpy as np
import pytest

from headwater.evaluate.entailment import WordEntailment
from headwater.evaluate.hallucination.ngram_model import NgramModel, sentences
from headwater.evaluate.hallucination.selfcheck_scores import embedding_scores, entailment_scores, ngram_scores
from headwater.evaluate.statistics import Floats

OTHERS = ("The mill stands. It is old.", "The mill stands by the river.")


class Table:
    """A stub: the probabilities of pairs as a table gives them."""

    protocol = "table/1"

    def __init__(self, rows: Sequence[Sequence[float]]) -> None:
        self.rows = list(rows)

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        found, self.rows = self.rows[: len(premises)], self.rows[len(premises) :]
        return np.array(found, np.float64)


def one_hot(texts: Sequence[str]) -> Floats:
    return np.eye(len(texts))


def test_n_grams_are_those_of_a_model_of_the_other_answers() -> None:
    mean, largest = ngram_scores([("The mill fell.", OTHERS)])
    held = {"the", "mill", "stands", ".", "it", "is", "old", "by", "river", "fell"}
    model = NgramModel([sentences(one) for one in OTHERS], 1 + len(held))
    expected = model.surprise(["the", "mill", "fell", "."])
    assert mean[0] == pytest.approx(expected.mean()) and largest[0] == pytest.approx(expected.max())


def test_a_repeated_sentence_is_less_surprising_than_an_invented_one() -> None:
    mean, largest = ngram_scores([("The mill stands.", OTHERS), ("A comet struck London.", OTHERS)])
    assert mean[0] < mean[1] and largest[0] < largest[1]


def test_the_embedding_score_is_one_minus_the_best_cosine() -> None:
    pairs = [("It is old.", OTHERS), ("It is new.", OTHERS), ("The mill stands.", ("The mill stands.",))]
    assert embedding_scores(pairs, one_hot).tolist() == [0.5, 1.0, 0.0]


def test_a_vector_of_zero_is_like_nothing() -> None:
    assert embedding_scores([("a b", ("a b",))], lambda texts: np.zeros((len(texts), 3))).tolist() == [1.0]


def test_nli_takes_contradiction_of_contradiction_and_entailment() -> None:
    rows = [[0.6, 0.2, 0.2], [0.0, 1.0, 0.0], [0.1, 0.0, 0.9]]
    unsupported, nli = entailment_scores([("a", ("x", "y")), ("b", ("z",))], Table(rows))
    assert nli is not None and nli.tolist() == pytest.approx([(0.25 + 0.5) / 2, 0.9])
    assert unsupported.tolist() == pytest.approx([(0.4 + 1.0) / 2, 0.9])


def test_a_model_that_never_contradicts_has_no_nli() -> None:
    unsupported, nli = entailment_scores([("the mill fell", OTHERS)], WordEntailment())
    assert nli is None and unsupported.tolist() == pytest.approx([1 / 3])
