import math

import pytest
import torch
from small_models import random_network

from headwater.core import ConfigError
from headwater.models.fused import turn
from headwater.models.gpt import GPT, SIZES, GPTConfig, document_mask, rotary_table


def tokens(rows: int, length: int, vocabulary: int = 49) -> torch.Tensor:
    return torch.randint(0, vocabulary, (rows, length), generator=torch.Generator().manual_seed(5))


def test_the_first_loss_is_the_log_of_the_vocabulary_exactly() -> None:
    network = GPT(GPTConfig.of_size("xs", 500, 16, 0.0), torch.Generator().manual_seed(0))
    loss = network.loss(tokens(3, 17))
    assert loss.shape == (3,)
    assert loss.tolist() == pytest.approx([math.log(500)] * 3, abs=1e-6)


@pytest.mark.parametrize(("size", "millions"), [("xs", 0.79), ("s", 4.7), ("m", 25.2)])
def test_a_size_has_the_hidden_parameters_that_its_docstring_says(size: str, millions: float) -> None:
    with torch.device("meta"):
        network = GPT(GPTConfig.of_size(size, 257, 8, 0.0))
    hidden = sum(dict(network.named_parameters())[name].numel() for name in network.hidden_matrices())
    assert hidden / 1e6 == pytest.approx(millions, rel=0.02)


def test_an_unknown_size_offers_the_nearest() -> None:
    with pytest.raises(ConfigError, match="no size 'xss'; did you mean \"xs\""):
        GPTConfig.of_size("xss", 300, 16, 0.0)
    assert set(SIZES) == {"xs", "s", "m"}


def test_a_token_changes_nothing_before_it() -> None:
    network, x = random_network(), tokens(2, 12)
    y = x.clone()
    y[:, 8] = (y[:, 8] + 1) % 49
    one, other = network(x), network(y)
    assert torch.allclose(one[:, :8], other[:, :8], atol=1e-6)
    assert not torch.allclose(one[:, 8:], other[:, 8:], atol=1e-3)


def test_only_distances_between_positions_matter() -> None:
    table = rotary_table(100, 8)
    q, k = torch.randn(2, 1, 1, 8, generator=torch.Generator().manual_seed(0))

    def product(query: int, key: int) -> float:
        return float((turn(q, table[query : query + 1]) * turn(k, table[key : key + 1])).sum())

    assert product(9, 4) == pytest.approx(product(95, 90), abs=1e-4)
    assert product(9, 4) != pytest.approx(product(9, 5), abs=1e-2)
    assert product(0, 0) == pytest.approx(float((q * k).sum()), abs=1e-5)


def test_a_document_in_a_window_is_scored_as_if_it_stood_alone() -> None:
    network = random_network()
    begin = network.begin
    first, second = [begin, *tokens(1, 5)[0].tolist()], [begin, *tokens(2, 6)[1].tolist()]
    together = torch.tensor([first + second])
    logits = network(together, document_mask(together, begin))
    assert torch.allclose(logits[0, : len(first)], network(torch.tensor([first]))[0], atol=1e-5)
    assert torch.allclose(logits[0, len(first) :], network(torch.tensor([second]))[0], atol=1e-5)


def test_the_loss_of_a_row_does_not_depend_on_its_batch() -> None:
    network, x = random_network(), tokens(6, 17)
    together, alone = network.loss(x), torch.cat([network.loss(row[None]) for row in x])
    assert torch.allclose(together, alone, atol=1e-5)


def test_dropout_acts_in_training_alone() -> None:
    network = GPT(GPTConfig(50, 16, layers=1, width=32, heads=2, dropout=0.5))
    network.load_state_dict(GPT(GPTConfig(50, 16, 1, 32, 2)).state_dict())
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    x = tokens(2, 9)
    assert not torch.equal(network.train().loss(x), network.loss(x))
    assert torch.equal(network.eval().loss(x), network.loss(x))


def test_windows_of_one_document_lose_the_same_with_and_without_a_mask() -> None:
    network, x = random_network(), tokens(3, 17)
    begun = x.clone()
    begun[0, 5] = network.begin  # one window with two documents brings the mask to all
    assert document_mask(x[:, :-1], network.begin) is None
    assert torch.allclose(network.loss(x)[1:], network.loss(begun)[1:], atol=1e-6)
    assert not torch.allclose(network.loss(x)[:1], network.loss(begun)[:1], atol=1e-3)


@pytest.mark.parametrize("documents", [False, True])
def test_in_bfloat16_losses_and_gradients_are_those_of_float32_to_its_precision(documents: bool) -> None:
    network, x = random_network(), tokens(3, 17)
    if documents:
        x[:, 7] = network.begin
    found = []
    for low in (False, True):
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            loss = network.loss(x)
        gradient = torch.cat([each.flatten() for each in torch.autograd.grad(loss.sum(), list(network.parameters()))])
        found.append((loss.detach(), gradient))
    (loss, gradient), (rough, near) = found
    assert rough.dtype == torch.float32 and torch.allclose(loss, rough, rtol=1e-2)
    assert float((gradient - near).norm() / gradient.norm()) < 0.03


def test_a_document_stands_alone_in_bfloat16_too() -> None:
    network = random_network()
    x = tokens(1, 16)
    x[0, [0, 8]] = network.begin
    other = x.clone()
    other[0, 3] = (other[0, 3] + 1) % 49
    with torch.autocast("cpu", torch.bfloat16):
        one, two = (network.forward(each, document_mask(each, network.begin)) for each in (x, other))
    assert torch.equal(one[0, 8:], two[0, 8:]) and not torch.equal(one[0, 3:8], two[0, 3:8])
