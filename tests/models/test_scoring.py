import math

import numpy as np
import torch
import torch.nn.functional as F
from small_models import random_network

from headwater.models.scoring import sequence_logprobs


def sequences(n: int, longest: int, seed: int = 0) -> list[list[int]]:
    rng = np.random.default_rng(seed)
    return [rng.integers(0, 49, rng.integers(1, longest + 1)).tolist() for _ in range(n)]


def test_values_are_those_of_log_softmax_in_float64() -> None:
    network, tokens = random_network(), [3, 1, 4, 1, 5]
    logits = network(torch.tensor([[network.begin, *tokens[:-1]]]))[0].double()
    wanted = F.log_softmax(logits, -1)[range(5), tokens]
    (found,) = sequence_logprobs(network, [tokens], network.begin)
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, wanted.detach().numpy(), atol=1e-6)


def test_equal_logits_give_the_log_of_the_vocabulary_exactly() -> None:
    network = random_network(vocabulary=50)
    with torch.no_grad():
        network.head.zero_()
    (found,) = sequence_logprobs(network, [[1, 2, 3]], network.begin)
    np.testing.assert_array_equal(found, [-math.log(50)] * 3)


def test_the_log_probability_of_ab_is_that_of_a_plus_that_of_b_after_a() -> None:
    network, a, b = random_network(), [5, 6, 7], [8, 9]
    whole, alone = sequence_logprobs(network, [a + b, a], network.begin)
    np.testing.assert_allclose(whole[:3], alone, atol=1e-5)


def test_next_token_probabilities_sum_to_one() -> None:
    network = random_network()
    values = sequence_logprobs(network, [[4, token] for token in range(50)], network.begin)
    assert math.isclose(sum(math.exp(value[1]) for value in values), 1, abs_tol=1e-6)


def test_order_and_batch_change_nothing() -> None:
    network, texts = random_network(), sequences(30, 40)
    together = sequence_logprobs(network, texts, network.begin)
    backwards = sequence_logprobs(network, texts[::-1], network.begin)[::-1]
    for text, one, other in zip(texts, together, backwards, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)
        np.testing.assert_allclose(one, sequence_logprobs(network, [text], network.begin)[0], atol=1e-5)


def test_a_long_text_is_scored_in_disjoint_windows_after_the_token_before() -> None:
    network, text = random_network(context=16), sequences(1, 1)[0] * 40
    (found,) = sequence_logprobs(network, [text], network.begin)
    assert found.shape == (40,)
    windows = [[network.begin, *text[:16]], text[15:32], text[31:]]
    wanted = [
        F.log_softmax(network(torch.tensor([window[:-1]]))[0].double(), -1)[range(len(window) - 1), window[1:]]
        for window in windows
    ]
    np.testing.assert_allclose(found, torch.cat(wanted).detach().numpy(), atol=1e-5)


def test_an_empty_text_has_no_values() -> None:
    empty, one = sequence_logprobs(random_network(), [[], [1]], 49)
    assert (empty.shape, one.shape) == ((0,), (1,))


def test_extreme_logits_stay_finite() -> None:
    network = random_network()
    with torch.no_grad():
        network.head.mul_(1e6)
    assert np.isfinite(np.concatenate(sequence_logprobs(network, sequences(5, 10), 49))).all()
