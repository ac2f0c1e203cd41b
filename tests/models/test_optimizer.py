import pytest
import torch
from torch import nn

from headwater.models.optimizer import BETAS, CLIP, Optimizer, Optimizers, Phase, schedule

WHOLE = Phase("", lambda batch: batch)


def network() -> nn.Sequential:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 8), nn.Linear(8, 2))


def push(model: nn.Module, optimizer: Optimizer, seed: int) -> float:
    x = torch.randn(5, 4, generator=torch.Generator().manual_seed(seed))
    model(x).square().sum().backward()
    return optimizer.step(0.5)


def test_the_rate_rises_to_one_and_falls_to_nearly_nothing() -> None:
    shares = [schedule(step, 100, 10) for step in range(100)]
    assert shares[9] == max(shares) == 1.0
    assert shares[:10] == sorted(shares[:10]) and shares[10:] == sorted(shares[10:], reverse=True)
    assert 0 < shares[-1] < 0.02


@pytest.mark.parametrize("steps", [1, 2, 5, 49])
def test_a_short_run_still_reaches_nearly_the_full_rate(steps: int) -> None:
    shares = [schedule(step, steps, 50) for step in range(steps)]
    assert max(shares) == 1.0 and min(shares) > 0


def test_a_gradient_of_any_size_is_clipped_and_its_norm_told() -> None:
    model = network()
    optimizer = Optimizer(model, [], 1e-3, 0.02, WHOLE)
    model(torch.full((5, 4), 1e3)).square().sum().backward()
    gradients = torch.cat([parameter.grad.flatten() for parameter in model.parameters() if parameter.grad is not None])
    assert optimizer.step(0.0) == pytest.approx(float(gradients.norm()), rel=1e-4)
    assert float(gradients.norm()) > CLIP
    assert all(parameter.grad is None for parameter in model.parameters())


def test_what_is_not_a_hidden_matrix_moves_as_under_adamw_alone() -> None:
    ours, theirs = network(), network()
    optimizer = Optimizer(ours, [], 1e-2, 0.02, WHOLE)
    reference = torch.optim.AdamW(theirs.parameters(), lr=5e-3, betas=BETAS, weight_decay=0.0)
    for seed in range(3):
        push(ours, optimizer, seed)
        x = torch.randn(5, 4, generator=torch.Generator().manual_seed(seed))
        reference.zero_grad()
        theirs(x).square().sum().backward()
        nn.utils.clip_grad_norm_(theirs.parameters(), CLIP)
        reference.step()
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        assert torch.allclose(one, other, atol=1e-6)


def test_state_carries_everything_that_the_next_step_depends_on() -> None:
    first = network()
    optimizer = Optimizer(first, ["0.weight"], 1e-2, 0.02, WHOLE)
    for seed in range(3):
        push(first, optimizer, seed)
    second = network()
    second.load_state_dict(first.state_dict())
    restored = Optimizer(second, ["0.weight"], 1e-2, 0.02, WHOLE)
    restored.load({name: tensor.clone() for name, tensor in optimizer.state().items()})
    push(first, optimizer, 9), push(second, restored, 9)
    for one, other in zip(first.parameters(), second.parameters(), strict=True):
        assert torch.equal(one, other)


class Duel(nn.Module):
    """Two numbers, of which each wants to be like the other and one more."""

    def __init__(self) -> None:
        super().__init__()
        self.left, self.right = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
        with torch.no_grad():
            self.left.weight.zero_(), self.right.weight.zero_()

    def hidden_matrices(self) -> list[str]:
        return []

    def phases(self) -> list[Phase]:
        return [
            Phase("left", lambda x: (self.left(x) - self.right(x) - 1).square().sum(1), "left."),
            Phase("right", lambda x: (self.right(x) - self.left(x) - 1).square().sum(1), "right.", betas=(0.0, 0.9)),
        ]


def test_a_phase_moves_its_own_parameters_and_no_others() -> None:
    duel = Duel()
    optimizers = Optimizers.of(duel, 1e-2, 0.02)
    assert list(optimizers) == ["left", "right"]
    with optimizers["left"].alone():
        assert not duel.right.weight.requires_grad
        optimizers["left"].loss(torch.ones(3, 1)).mean().backward()
        optimizers["left"].step(1.0)
    assert duel.right.weight.requires_grad and duel.right.weight.grad is None
    assert float(duel.left.weight.detach()) == pytest.approx(0.01, rel=1e-3) and float(duel.right.weight.detach()) == 0


def test_state_keeps_the_phases_apart() -> None:
    first, second = Duel(), Duel()
    optimizers, restored = Optimizers.of(first, 1e-2, 0.02), Optimizers.of(second, 1e-2, 0.02)
    for name in optimizers:
        with optimizers[name].alone():
            optimizers[name].loss(torch.ones(3, 1)).mean().backward()
            optimizers[name].step(1.0)
    restored.load({name: tensor.clone() for name, tensor in optimizers.state().items()})
    assert restored.state().keys() == optimizers.state().keys()
    assert all(torch.equal(tensor, restored.state()[name]) for name, tensor in optimizers.state().items())
