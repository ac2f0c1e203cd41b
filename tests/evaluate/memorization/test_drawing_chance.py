import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.evaluate import chance_within, discoverable, drawn_logprobs
from headwater.evaluate.memorization.drawing_chance import queries_for
from headwater.models.choice import Choice

GRID = 20_000
SCHEMES: list[dict[str, Any]] = [
    {},
    {"temperature": 0.5},
    {"temperature": 2.0, "top_k": 4},
    {"top_p": 0.7},
    {"min_p": 0.2},
    {"temperature": 1.3, "top_k": 6, "top_p": 0.8, "min_p": 0.05},
    {"temperature": 0},
]


@pytest.mark.parametrize("scheme", SCHEMES, ids=str)
def test_the_probability_is_how_often_the_sampler_picks_the_token(scheme: dict[str, Any]) -> None:
    """The sampler inverts its distribution: over an even grid each token is picked as often as it is likely."""
    logits = torch.from_numpy(np.random.default_rng(1).normal(0, 1.5, 9))[None]
    uniform = torch.from_numpy((np.arange(GRID) + 0.5) / GRID)
    picked = Choice(**scheme).pick(logits.expand(GRID, -1), uniform)
    often = np.bincount(picked.numpy(), minlength=9) / GRID
    logs = logits.log_softmax(1).expand(9, -1)
    assert drawn_logprobs(logs, torch.arange(9), **scheme).exp().numpy() == pytest.approx(often, abs=2 / GRID)


def test_equally_likely_tokens_are_cut_by_their_number() -> None:
    logs = torch.full((4, 4), -math.log(4), dtype=torch.float64)
    assert drawn_logprobs(logs, torch.arange(4), top_k=2).exp().tolist() == pytest.approx([0.5, 0.5, 0, 0])


@given(st.floats(0, 1), st.integers(1, 50))
def test_the_chance_is_one_minus_that_of_n_misses(p: float, n: int) -> None:
    log = math.log(p) if p > 0 else -math.inf
    assert chance_within([log], n)[0] == pytest.approx(1 - (1 - p) ** n, abs=1e-12)


def test_the_smallest_chances_keep_their_digits() -> None:
    assert chance_within([-46.0], 1000)[0] == pytest.approx(1000 * math.exp(-46.0), rel=1e-9)
    assert chance_within([-math.inf, 0.0], 10).tolist() == [0.0, 1.0]


@given(st.lists(st.floats(-30, 0), min_size=1, max_size=10), st.integers(1, 999), st.floats(0.01, 0.99))
def test_more_samples_bring_out_no_less_and_a_higher_chance_no_more(logs: list[float], n: int, p: float) -> None:
    few, many = discoverable(logs, n, p), discoverable(logs, n + 1, p)
    assert not (few & ~many).any()
    assert not (discoverable(logs, n, min(1.0, p + 0.005)) & ~few).any()


@pytest.mark.parametrize("log_p", [-0.1, -3.0, -12.0])
def test_the_samples_needed_are_the_first_number_that_is_enough(log_p: float) -> None:
    need = math.ceil(queries_for(log_p, 0.5))
    assert discoverable([log_p], need, 0.5)[0]
    assert need == 1 or not discoverable([log_p], need - 1, 0.5)[0]
    assert queries_for(-math.inf, 0.5) == math.inf and queries_for(0.0, 0.5) == 1


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(UsageError):
        discoverable([0.0], 0, 0.5)
    with pytest.raises(UsageError):
        discoverable([0.0], 1, 0.0)
    with pytest.raises(UsageError):
        drawn_logprobs(torch.zeros(1, 2), torch.tensor([0]), temperature=-1.0)
