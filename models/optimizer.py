"""What moves the weights: Muon for hidden matrices, AdamW for the rest, one schedule for both."""

from collections.abc import Mapping
from typing import Protocol

import torch
from torch import Tensor, nn

from .muon import Muon

CLIP = 1.0
"""Largest norm of the whole gradient."""
BETAS = (0.9, 0.99)


class Trainable(Protocol):
    """A network that the loop can train."""

    def hidden_matrices(self) -> list[str]:
        """Names of the parameters for Muon."""

    def loss(self, batch: Tensor) -> Tensor:
        """The loss of each example of the batch, shape (rows,)."""


def schedule(step: int, steps: int, warmup: int) -> float:
    """Share of the full learning rate at a step: linear warm-up, then linear to zero.

    Warm-up takes at most a fifth of the run, so that short runs reach the full rate.
    """
    warmup = max(1, min(warmup, steps // 5))
    if step < warmup:
        return (step + 1) / warmup
    return (steps - step) / (steps - warmup + 1)


class Optimizer:
    """Both optimizers behind one ``step``; its state is a flat dict of tensors."""

    def __init__(self, network: nn.Module, matrices: list[str], learning_rate: float, matrix_rate: float) -> None:
        named = dict(network.named_parameters())
        self.learning_rate, self.matrix_rate = learning_rate, matrix_rate
        self.muon = Muon({name: named[name] for name in matrices})
        self.rest = {name: parameter for name, parameter in named.items() if name not in self.muon.parameters}
        self.adamw = torch.optim.AdamW(self.rest.values(), lr=learning_rate, betas=BETAS, weight_decay=0.0, fused=True)
        self.everything = list(named.values())

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
            self.adamw.state[parameter] = {key: tensors[f"adamw.{key}.{name}"].clone() for key in keys}
