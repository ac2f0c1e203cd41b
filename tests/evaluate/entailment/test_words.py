"""Models of entailment behind one question, and the baseline of words in common."""

import numpy as np
import pytest

from headwater.core import InputError, UsageError
from headwater.evaluate import ENTAILMENTS, build_entailment
from headwater.evaluate.entailment import checked_probabilities


def test_a_text_follows_from_itself_and_not_from_others() -> None:
    found = build_entailment("words").probabilities(["The cat sat.", "The cat sat."], ["the CAT sat", "dogs bark"])
    assert found.tolist() == [[1, 0, 0], [0, 1, 0]]


def test_words_count_once() -> None:
    found = build_entailment("words").probabilities(["one two"], ["one one one three"])
    assert found[0].tolist() == [0.5, 0.5, 0]


@pytest.mark.parametrize("claim", ["", "...", "\x00"])
def test_nothing_said_follows_from_nothing(claim: str) -> None:
    assert build_entailment("words").probabilities(["a source"], [claim])[0].tolist() == [0, 1, 0]


class Broken:
    protocol = "broken/1"

    def __init__(self, values: object) -> None:
        self.values = values

    def probabilities(self, premises: object, hypotheses: object) -> object:
        return self.values


@pytest.mark.parametrize(
    ("values", "said"),
    [([[1, 0]], "gave shape"), ([[0.2, 0.2, 0.2]], "no probabilities"), ([[np.nan, 0, 0]], "no probabilities")],
)
def test_a_broken_model_ends_in_an_error_and_never_in_a_number(values: object, said: str) -> None:
    with pytest.raises(InputError, match=said):
        checked_probabilities(Broken(values), ["a"], ["b"])  # type: ignore[arg-type]


@pytest.mark.parametrize("spec", [{"words": {}, "more": {}}, 3, "wrods", {"words": {"no": 1}}])
def test_a_wrong_model_is_named(spec: object) -> None:
    with pytest.raises(UsageError):
        build_entailment(spec)  # type: ignore[arg-type]
    assert "words" in ENTAILMENTS.names()
