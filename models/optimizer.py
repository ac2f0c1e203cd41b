"""What moves the weights: Muon for hidden matrices, AdamW for the rest, one schedule for both."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from .muon import Muon

CLIP = 1.0
"""Largest norm of the whole gradient."""
BETAS = (0.9, 0.99)


class Trainable(Protocol):
    """A network that the loop can train.

    It may also have ``phases() -> Sequence[Phase]``, where a step moves parts of it by losses of their own, and
    ``after_step(step)``, which is called when all of them have moved (running averages of weights, kept in buffers).
    """

    def hidden_matrices(self) -> list[str]:
        """Names of the parameters for Muon."""

    def loss(self, batch: Any) -> Tensor:
        """The loss of each example of the batch, shape (rows,)."""


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a step: the parameters whose names begin with ``prefix`` move by ``loss``, the others stand still."""

    name: str
    loss: Callable[[Any], Tensor]
    prefix: str = ""
    betas: tuple[float, float] = BETAS


def phases_of(network: nn.Module) -> Sequence[Phase]:
    """The phases of a network: its own, or one that moves everything by ``loss``."""
    own: Callable[[], Sequence[Phase]] | None = getattr(network, "phases", None)
    return own() if own is not None else (Phase("", network.loss),)  # type: ignore[arg-type]


def schedule(step: int, steps: int, warmup: int) -> float:
    """Share of the full learning rate at a step: linear warm-up, then linear to zero.

    Warm-up takes at most a fifth of the run, so that short runs reach the full rate.
    """
    warmup = max(1, min(warmup, steps // 5))
    if step < warmup:
        return (step + 1) / warmup
    return (steps - step) / (steps - warmup + 1)


class Optimizer:
    """Both optimizers of one phase behind one ``step``; its state is a flat dict of tensors."""

    def __init__(
        self, network: nn.Module, matrices: list[str], learning_rate: float, matrix_rate: float, phase: Phase
    ) -> None:
        moving = ((name, each) for name, each in network.named_parameters() if each.requires_grad)
        named = {name: each for name, each in moving if name.startswith(phase.prefix)}
        self.loss, self.learning_rate, self.matrix_rate = phase.loss, learning_rate, matrix_rate
        self.muon = Muon({name: named[name] for name in matrices if name in named})
        self.rest = {name: parameter for name, parameter in named.items() if name not in self.muon.parameters}
        self.adamw = torch.optim.AdamW(
            self.rest.values(), lr=learning_rate, betas=phase.betas, weight_decay=0.0, fused=True
        )
        self.everything = list(named.values())
        self.others = [each for name, each in network.named_parameters() if name not in named and each.requires_grad]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Inside, no other parameter of the network gets a gradient."""
        for parameter in self.others:
            parameter.requires_grad_(False)
        try:
            yield
        finally:
            for parameter in self.others:
                parameter.requires_grad_(True)

    def step(self, share: float) -> float:
        """Clip, update with ``share`` of the learning rates, forget the gradients; gives the norm before clipping."""
        norm = float(nn.utils.clip_grad_norm_(self.everything, CLIP))
        self.adamw.param_groups[0]["lr"] = self.learning_rate * share
        self.adamw.step()
        self.muon.step(self.matrix_rate * share)
        for parameter in self.everything:
            parameter.grad = None
        return norm

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the next step depends on."""
        tensors = {f"muon.{name}": buffer for name, buffer in self.muon.buffers.items()}
        for name, parameter in self.rest.items():
            for key, value in self.adamw.state[parameter].items():
                tensors[f"adamw.{key}.{name}"] = value
        return tensors

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Continue from what :meth:`state` gave."""
        for name, buffer in self.muon.buffers.items():
            buffer.copy_(tensors[f"muon.{name}"])
        for name, parameter in self.rest.items():
            keys = [key for key in ("step", "exp_avg", "exp_avg_sq") if f"adamw.{key}.{name}" in tensors]
            state = {key: tensors[f"adamw.{key}.{name}"] for key in keys}
            # in the layout of the parameter: fused AdamW walks through all of them side by side
            self.adamw.state[parameter] = {
                key: torch.empty_like(parameter).copy_(value) if value.shape == parameter.shape else value.clone()
                for key, value in state.items()
            }


class Optimizers(dict[str, Optimizer]):
    """The optimizer of each phase by its name, in the order of the phases."""

    @classmethod
    def of(cls, network: nn.Module, learning_rate: float, matrix_rate: float) -> "Optimizers":
        """One for each phase of the network, which says which of its matrices are hidden."""
        hidden: list[str] = network.hidden_matrices()  # type: ignore[operator]
        return cls(
            {phase.name: Optimizer(network, hidden, learning_rate, matrix_rate, phase) for phase in phases_of(network)}
        )

    def state(self) -> dict[str, Tensor]:
        """Every tensor that the next step depends on."""
        return {f"{name}/{key}": each for name, one in self.items() for key, each in one.state().items()}

    def load(self, tensors: Mapping[str, Tensor]) -> None:
        """Continue from what :meth:`state` gave."""
        for name, one in self.items():
            one.load(
                {key.removeprefix(f"{name}/"): each for key, each in tensors.items() if key.startswith(f"{name}/")}
            )
