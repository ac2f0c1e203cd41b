import math
import zlib

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UsageError, generator
from headwater.evaluate import loss_score, min_k_score, neighbour_score, reference_score, zlib_score
from headwater.evaluate.memorization.membership_scores import standardised
from headwater.evaluate.memorization.neighbours import WORD, WordLaw, neighbours


@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_min_k_of_a_short_text_is_that_of_its_least_likely_token(n: int) -> None:
    logs = [-3.0, -1.0, -2.0, -0.5][:n]
    assert min_k_score(logs, 0.2) == -3.0


def test_min_k_takes_the_ceiling_of_the_share() -> None:
    logs = -np.arange(11.0)
    assert min_k_score(logs, 0.2) == -9.0  # 3 of 11: 10, 9, 8
    assert min_k_score(logs[:10], 0.2) == -8.5  # 2 of 10, not 3 by rounding


@given(st.lists(st.floats(-30, 0), min_size=1, max_size=40))
def test_min_k_of_everything_is_the_loss_score_and_less_is_lower(logs: list[float]) -> None:
    assert min_k_score(logs, 1.0) == pytest.approx(loss_score(logs), abs=1e-9)
    assert min_k_score(logs, 0.2) <= min_k_score(logs, 1.0) + 1e-9


def test_zlib_divides_by_the_compressed_bytes_with_header() -> None:
    text = "the same again " * 20
    assert zlib_score([-1.0, -3.0], text) == pytest.approx(-2.0 / len(zlib.compress(text.encode(), 6)))


def test_reference_and_neighbours_are_differences() -> None:
    assert reference_score(-10.0, -30.0, 20) == 1.0
    assert neighbour_score([-1.0, -1.0], [-2.0, -4.0]) == 2.0


@pytest.mark.parametrize("logs", [[], [math.nan], [-math.inf, -1.0]])
def test_what_is_no_log_probability_is_refused(logs: list[float]) -> None:
    for score in (loss_score, min_k_score, lambda values: zlib_score(values, "a")):
        with pytest.raises(UsageError):
            score(logs)
    with pytest.raises(UsageError):
        reference_score(-1.0, -1.0, 0)


@pytest.mark.parametrize("k", [0.0, -1.0, 1.5, math.nan])
def test_a_share_that_is_none_is_refused(k: float) -> None:
    with pytest.raises(UsageError, match="above 0"):
        min_k_score([-1.0], k)


def test_standardised_tokens_have_mean_0_and_variance_1_under_the_model() -> None:
    p = np.random.default_rng(0).dirichlet(np.ones(50), 7)
    z = np.stack([standardised(torch.tensor(np.log(p)), torch.full((7,), token)).numpy() for token in range(50)], 1)
    assert (p * z).sum(1) == pytest.approx(0, abs=1e-9)
    assert (p * z**2).sum(1) == pytest.approx(1)


def test_a_token_of_probability_0_changes_nothing_and_no_spread_gives_0() -> None:
    with_zero = torch.tensor([[math.log(0.25), math.log(0.75), -math.inf]], dtype=torch.float64)
    assert standardised(with_zero, torch.tensor([1])) == standardised(with_zero[:, :2], torch.tensor([1]))
    certain = torch.tensor([[0.0, -math.inf]], dtype=torch.float64)
    uniform = torch.full((1, 4), -math.log(4), dtype=torch.float64)
    assert standardised(certain, torch.tensor([0])).tolist() == [0.0]
    assert standardised(uniform, torch.tensor([2])).tolist() == [0.0]


def test_the_variance_is_centred_so_a_peaked_distribution_keeps_its_digits() -> None:
    logs = torch.tensor([[-1e-9, math.log(1e-9)]], dtype=torch.float64).log_softmax(-1)
    p = logs.exp()
    exact = float(((p * (logs - (p * logs).sum()) ** 2).sum()).sqrt())
    assert float(standardised(logs, torch.tensor([1]))) == pytest.approx(
        (float(logs[0, 1]) - float((p * logs).sum())) / exact
    )


def test_neighbours_differ_in_the_share_of_words_and_nowhere_else() -> None:
    text, law = "one, two; three (four) five six seven eight nine ten.", WordLaw(["lake river sea pond"])
    found = neighbours(text, law, generator(0, "n"), 4, 0.2)
    assert len(found) == 4
    for other in found:
        own, new = WORD.findall(text), WORD.findall(other)
        assert sum(a != b for a, b in zip(own, new, strict=True)) == 2
        assert WORD.sub("x", other) == WORD.sub("x", text)
    assert found == neighbours(text, law, generator(0, "n"), 4, 0.2)
    assert neighbours("... !", law, generator(0, "n"), 4, 0.2) == []


def test_words_are_drawn_as_often_as_the_corpus_has_them() -> None:
    law = WordLaw(["lake lake lake river"])
    drawn = law.draw(generator(1, "law"), 4000)
    assert drawn.count("lake") / 4000 == pytest.approx(0.75, abs=0.03)
    with pytest.raises(UsageError, match="two different words"):
        WordLaw(["lake lake"])
