from collections.abc import Callable

import pytest
import torch
import torch.nn.functional as F
from small_models import random_network
from torch import Tensor, nn

from headwater.models.fused import CHUNK, EPSILON, next_token_nats, norm, norm_and_turn, squared_relu, turn
from headwater.models.gpt import rotary_table


def randn(*shape: int, seed: int = 0) -> Tensor:
    noise = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=noise, dtype=torch.float64).requires_grad_()


def plain_norm(x: Tensor) -> Tensor:
    return x * (x.shape[-1] ** 0.5 / x.norm(dim=-1, keepdim=True).clamp_min(EPSILON))


def plain_norm_and_turn(qkv: Tensor, rotation: Tensor) -> tuple[Tensor, ...]:
    q, k, v = qkv.permute(2, 0, 3, 1, 4)
    return turn(plain_norm(q).contiguous(), rotation), turn(plain_norm(k).contiguous(), rotation), v


def table(positions: int, width: int) -> Tensor:
    return rotary_table(positions, width, torch.float64)


def nats(hidden: Tensor, head: Tensor) -> Tensor:
    return next_token_nats(hidden, head, torch.arange(len(hidden)) % len(head))


def plain_nats(hidden: Tensor, head: Tensor) -> Tensor:
    return F.cross_entropy(hidden @ head.T, torch.arange(len(hidden)) % len(head), reduction="none")


STEPS = {
    "norm": (norm, plain_norm, (randn(5, 8),)),
    "norm and turn": (
        lambda qkv: norm_and_turn(qkv, table(4, 6)), lambda qkv: plain_norm_and_turn(qkv, table(4, 6)),
        (randn(2, 4, 3, 2, 6),),
    ),
    "squared relu": (squared_relu, lambda x: F.relu(x).square(), (randn(4, 7),)),
    "nats": (nats, plain_nats, (randn(9, 4), randn(5, 4, seed=1))),
}  # fmt: skip


@pytest.mark.parametrize("name", STEPS)
def test_the_written_gradient_is_that_of_finite_differences(name: str) -> None:
    step, _, inputs = STEPS[name]
    assert torch.autograd.gradcheck(step, inputs)


@pytest.mark.parametrize("name", STEPS)
def test_values_and_gradients_are_those_of_the_plain_formula(name: str) -> None:
    step, plain, inputs = STEPS[name]

    def run(function: Callable[..., Tensor | tuple[Tensor, ...]]) -> list[Tensor]:
        found = function(*inputs)
        values = list(found) if isinstance(found, tuple) else [found]
        total = sum((value * randn(*value.shape, seed=9).detach()).sum() for value in values)
        return [*values, *torch.autograd.grad(total, inputs)]  # type: ignore[arg-type]

    for one, other in zip(run(step), run(plain), strict=True):
        assert torch.allclose(one, other, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", STEPS)
def test_without_gradients_the_same_bits_come_out(name: str) -> None:
    step, _, inputs = STEPS[name]
    with torch.no_grad():
        alone = step(*inputs)
    for one, other in zip(
        *(each if isinstance(each, tuple) else (each,) for each in (alone, step(*inputs))), strict=True
    ):
        assert torch.equal(one, other)


def test_a_vector_that_is_almost_nothing_is_scaled_and_not_blown_up() -> None:
    x = torch.full((1, 4), EPSILON / 10, dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad((norm(x) * torch.arange(4)).sum(), x)
    assert torch.allclose(gradient, torch.arange(4, dtype=torch.float64)[None] * 2 / EPSILON)
    assert norm(torch.zeros(1, 4)).tolist() == [[0.0] * 4]


def test_positions_beyond_a_chunk_count_like_the_first() -> None:
    hidden, head = randn(2 * CHUNK + 3, 4), randn(6, 4, seed=1)
    weight = randn(len(hidden), seed=2).detach()
    found = torch.autograd.grad((nats(hidden, head) * weight).sum(), (hidden, head))
    wanted = torch.autograd.grad((plain_nats(hidden, head) * weight).sum(), (hidden, head))
    for one, other in zip(found, wanted, strict=True):
        assert torch.allclose(one, other, atol=1e-12)


def test_large_logits_overflow_nothing() -> None:
    hidden, head = torch.tensor([[1e4]]), torch.tensor([[1.0], [-1.0], [0.5]])
    assert next_token_nats(hidden, head, torch.tensor([2])).item() == pytest.approx(5e3)


@pytest.mark.filterwarnings("ignore:There is a performance drop")
def test_the_gradient_of_each_example_can_be_taken_alone() -> None:
    network = random_network().double()
    network.rotation = table(17, 16)
    windows = torch.randint(0, 49, (3, 17), generator=torch.Generator().manual_seed(0))
    parameters = dict(network.named_parameters())

    class Loss(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.network = network

        def forward(self, window: Tensor) -> Tensor:
            hidden = self.network.hidden(window[None, :-1])[0]
            return next_token_nats(hidden, self.network.head, window[1:]).mean()

    def loss(named: dict[str, Tensor], window: Tensor) -> Tensor:
        return torch.func.functional_call(Loss(), {f"network.{k}": v for k, v in named.items()}, (window,))

    together = torch.func.vmap(torch.func.grad(loss), (None, 0))(parameters, windows)
    for row, window in enumerate(windows):
        alone = torch.autograd.grad(network.loss(window[None]).sum(), list(parameters.values()))
        for name, gradient in zip(parameters, alone, strict=True):
            assert torch.allclose(together[name][row], gradient, atol=1e-10), name
