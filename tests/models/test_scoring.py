import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from small_models import random_network

from headwater.core import UsageError
from headwater.models import scoring
from headwater.models.scoring import BATCH_TOKENS, batches_of, last_hidden, rolling_windows, sequence_logprobs


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


def by_definition(network, text: list[int], window: int, stride: int) -> list[float]:  # type: ignore[no-untyped-def]
    """Each token from the window that predicts it: the first all its own, others ``stride`` new ones at their end."""
    exact, whole, values = network.exact(), [network.begin, *text], []
    for place in range(len(text)):
        if place < window:
            context = whole[: place + 1]
        else:
            end = min(window + ((place - window) // stride + 1) * stride, len(text))
            context = whole[end - window : place + 1]
        logits = exact(torch.tensor([context]))[0, -1].double()
        values.append(F.log_softmax(logits, -1)[text[place]].item())
    return values


@pytest.mark.parametrize(("window", "stride"), [(16, 16), (16, 5), (16, 1), (7, 7), (7, 3), (1, 1)])
def test_rolling_windows_are_those_of_the_definition(window: int, stride: int) -> None:
    network, text = random_network(context=16), sequences(1, 1)[0] * 3 + [7, 8, 9] * 12
    (found,) = sequence_logprobs(network, [text], network.begin, window, stride)
    np.testing.assert_allclose(found, by_definition(network, text, window, stride), atol=1e-5)


def test_stride_one_with_room_for_the_whole_text_is_one_pass() -> None:
    network, texts = random_network(context=64), sequences(5, 60)
    sliding = sequence_logprobs(network, texts, network.begin, 64, 1)
    for one, other in zip(sliding, sequence_logprobs(network, texts, network.begin), strict=True):
        np.testing.assert_array_equal(one, other)


def test_every_token_of_a_sliding_window_has_enough_before_it() -> None:
    for window, stride in [(16, 4), (10, 10), (9, 1)]:
        windows = rolling_windows([list(range(100))], 1000, window, stride)
        places = sorted(place for each in windows for place in range(each.low, each.low + each.predicted))
        assert places == list(range(100))
        for each in windows:
            assert len(each.tokens) <= window + 1
            assert each.low == 0 or each.skip >= window - stride


@pytest.mark.parametrize(("window", "stride"), [(8, 0), (8, 9)])
def test_a_stride_that_leaves_tokens_out_is_refused(window: int, stride: int) -> None:
    with pytest.raises(UsageError, match="stride"):
        rolling_windows([[1, 2]], 0, window, stride)


def test_batches_hold_each_window_once_and_little_padding() -> None:
    lengths = np.random.default_rng(0).integers(1, 900, 300).tolist()
    windows = rolling_windows([[1] * length for length in lengths], 0, 1_000, 1_000)
    seen = []
    for group, batch in batches_of(windows, 0):
        real = sum(len(window.tokens) for window in group)
        assert batch.numel() <= max(BATCH_TOKENS, 1_001)
        assert real >= 0.9 * batch.numel() or batch.numel() <= 512
        seen += [window.number for window in group]
    assert sorted(seen) == list(range(300))


def test_laid_out_matrices_give_the_same_values(monkeypatch: pytest.MonkeyPatch) -> None:
    network, texts = random_network(context=64), sequences(20, 60)
    plain = sequence_logprobs(network, texts, network.begin)
    monkeypatch.setattr(scoring, "WORTH_PACKING", 0)
    for one, other in zip(plain, sequence_logprobs(network, texts, network.begin), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-5)


def test_the_perplexity_of_a_corpus_is_the_same_to_a_millionth_in_any_batch_and_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network, texts = random_network(), sequences(60, 200)
    totals = []
    for tokens, order in [(4_096, 1), (64, 1), (1, -1), (700, -1)]:
        monkeypatch.setattr(scoring, "BATCH_TOKENS", tokens)
        totals.append(sum(values.sum() for values in sequence_logprobs(network, texts[::order], network.begin)))
    perplexities = np.exp(-np.array(totals) / sum(map(len, texts)))
    np.testing.assert_allclose(perplexities, perplexities[0], rtol=1e-6)


def test_the_last_hidden_state_is_that_of_the_last_token_in_any_batch() -> None:
    network, texts = random_network(context=64), [*sequences(12, 50), list(range(40)) * 2]
    found = last_hidden(network, texts, network.begin)
    assert found.dtype == np.float64
    for text, row in zip(texts, found, strict=True):
        window = torch.tensor([[network.begin, *text][-64:]])
        np.testing.assert_allclose(row, network.hidden(window)[0, -1].detach().numpy(), atol=1e-5)
    assert last_hidden(network, [], network.begin).shape == (0, 0)


@pytest.mark.parametrize(("window", "stride"), [(16, 16), (16, 5), (16, 1), (7, 3), (1, 1)])
@pytest.mark.parametrize("length", [1, 6, 7, 16, 17, 33, 100])
def test_rolling_windows_are_those_of_lm_evaluation_harness(window: int, stride: int, length: int) -> None:
    harness = pytest.importorskip("lm_eval.utils", reason="lm-evaluation-harness is not installed")
    text = list(range(length))
    wanted = harness.get_rolling_token_windows(text, 1_000, window, window - stride + 1)
    own = sorted(rolling_windows([text], 1_000, window, stride), key=lambda each: each.low)
    assert [(each.tokens[:-1], each.tokens[1 + each.skip :]) for each in own] == [tuple(pair) for pair in wanted]
