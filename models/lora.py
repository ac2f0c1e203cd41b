"""Low-rank adaptation: a frozen matrix W of (outputs, inputs) becomes W + (alpha / rank) B A, of which A and B train.

Hu et al. 2021, arXiv 2106.09685. B starts at zero, so that an untrained adapter changes nothing to the last bit; A is
drawn uniformly, as in the authors' code. By default the query and value projections are adapted (their section 4.2)
and alpha is the rank (section 4.1).
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..core import ConfigError, LoRAPlan, did_you_mean

LARGEST_RANK = 4_096


class LoRA(nn.Module):
    """The product (alpha / rank) B A on inputs that dropout has thinned in training."""

    def __init__(self, inputs: int, outputs: int, plan: LoRAPlan, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.dropout, self.scale = plan.dropout, (plan.alpha or plan.rank) / plan.rank
        self.A = nn.Parameter(torch.empty(plan.rank, inputs))
        self.B = nn.Parameter(torch.zeros(outputs, plan.rank))
        nn.init.uniform_(self.A, -(inputs**-0.5), inputs**-0.5, generator=generator)

    def forward(self, x: Tensor) -> Tensor:
        """x (..., inputs) to what is added to the output, (..., outputs)."""
        x = F.dropout(x, self.dropout, self.training) if self.dropout else x
        return F.linear(F.linear(x, self.A), self.B) * self.scale

    def delta(self) -> Tensor:
        """What is added to the matrix, (outputs, inputs)."""
        return (self.B @ self.A) * self.scale


class Linear(nn.Linear):
    """A linear layer that may carry an adapter."""

    def __init__(self, inputs: int, outputs: int, bias: bool) -> None:
        super().__init__(inputs, outputs, bias)
        self.lora: nn.Module | None = None

    def forward(self, x: Tensor) -> Tensor:
        """x (..., inputs) to (..., outputs)."""
        y = super().forward(x)
        return y if self.lora is None else y + self.lora(x)


class Adaptable(Protocol):
    """A network that adapters can be put on."""

    usual_targets: tuple[str, ...]
    training: bool

    def matrices(self) -> dict[str, nn.Parameter]:
        """The matrices that can be adapted, by name; those of a stack (n, rows, columns) count as one of n * rows."""

    def adapters(self) -> dict[str, LoRA]:
        """The adapters that are on, by the name of their matrix."""

    def adapt(self, name: str, lora: LoRA | None) -> None:
        """Put an adapter on a matrix, or take it off."""


def add_lora(network: Adaptable, plan: LoRAPlan, generator: torch.Generator | None = None) -> None:
    """Freeze the network and put adapters on the matrices that ``plan.targets`` name."""
    matrices = network.matrices()
    chosen = choose(list(matrices), plan.targets or network.usual_targets)
    for parameter in network.parameters():  # type: ignore[attr-defined]
        parameter.requires_grad_(False)
    for name in chosen:
        matrix = matrices[name].flatten(0, -2)
        lora = LoRA(matrix.shape[1], matrix.shape[0], plan, generator)
        network.adapt(name, lora.train(network.training))


@torch.no_grad()
def merge_lora(network: Adaptable) -> None:
    """Add each adapter to its matrix and take it off: the same outputs to round-off, at no cost."""
    matrices = network.matrices()
    for name, lora in network.adapters().items():
        matrices[name].add_(lora.delta().view_as(matrices[name]))
        network.adapt(name, None)


def choose(names: Sequence[str], targets: Sequence[str]) -> list[str]:
    """The matrices that a target names: its last part, or any whole run of parts of it."""
    for target in targets:
        if not any(_fits(name, target) for name in names):
            known = sorted({name.rpartition(".")[2] for name in names})
            hint = did_you_mean(target, known)
            raise ConfigError(f"model.lora.targets: no matrix {target!r}; {hint}known: {', '.join(known)}")
    return [name for name in names if any(_fits(name, target) for target in targets)]


def _fits(name: str, target: str) -> bool:
    return f".{target}." in f".{name}."


def linears(network: nn.Module) -> Iterator[tuple[str, Linear]]:
    """Every layer that may carry an adapter."""
    return ((name, module) for name, module in network.named_modules() if isinstance(module, Linear))
