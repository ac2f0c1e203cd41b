"""The state of an unfinished training: one file, replaced as a whole, so that a kill leaves the old or the new one."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ..core import IntegrityError, write_bytes
from .optimizer import Optimizers

STATE = "state/state.safetensors"


@dataclass(frozen=True, slots=True)
class StateFile:
    """Where to keep the state, and what it belongs to: ``plan`` is the hash of corpus, recipe and steps."""

    path: Path
    plan: str

    def save(self, network: nn.Module, optimizers: Optimizers, losses: list[list[float]]) -> None:
        """Write weights, optimizer state and the loss of every step so far; their number is the next step."""
        tensors = {f"network.{name}": tensor for name, tensor in moving_state(network).items()}
        tensors |= {f"optimizer.{name}": tensor for name, tensor in optimizers.state().items()}
        tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
        write_bytes(self.path, save(tensors, {"headwater": json.dumps({"plan": self.plan})}))

    def load(self, network: nn.Module, optimizers: Optimizers) -> list[list[float]]:
        """Restore what :meth:`save` wrote and give the losses of each phase; empty where there is no state."""
        if not self.path.is_file():
            return []
        tensors, plan = _read(self.path)
        if plan != self.plan:
            raise IntegrityError(f"{self.path}: belongs to another corpus or recipe; remove the checkpoint folder")
        load_moving(network, _below("network.", tensors))
        optimizers.load(_below("optimizer.", tensors))
        return list(tensors["losses"].tolist())


def moving_state(network: nn.Module) -> dict[str, Tensor]:
    """The state of a network without the parameters that stand still."""
    still = {name for name, parameter in network.named_parameters() if not parameter.requires_grad}
    return {name: tensor for name, tensor in network.state_dict().items() if name not in still}


def load_moving(network: nn.Module, tensors: dict[str, Tensor]) -> None:
    """Put back what :func:`moving_state` gave; raises RuntimeError where the names do not fit."""
    still = {name for name, parameter in network.named_parameters() if not parameter.requires_grad}
    missing, surplus = network.load_state_dict(tensors, strict=False)
    if surplus or set(missing) - still:
        raise RuntimeError(f"no place for {surplus[:1]}, no value for {sorted(set(missing) - still)[:1]}")


def _read(path: Path) -> tuple[dict[str, Tensor], str]:
    try:
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
            return tensors, str(json.loads(file.metadata()["headwater"])["plan"])
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{path}: not a readable state ({error}); remove the checkpoint folder") from None


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
