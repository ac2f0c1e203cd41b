"""The state of an unfinished training: one file, replaced as a whole, so that a kill leaves the old or the new one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

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

    def save(
        self,
        network: nn.Module,
        optimizers: Optimizers,
        losses: list[list[float]],
        measured: Mapping[int, Mapping[str, float]] = MappingProxyType({}),
    ) -> None:
        """Write weights, optimizer state, the loss of every step so far (their number is the next step) and what was
        measured on the way.
        """
        tensors = {f"network.{name}": tensor for name, tensor in moving_state(network).items()}
        tensors |= {f"optimizer.{name}": tensor for name, tensor in optimizers.state().items()}
        tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
        tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
        if measured:
            tensors["measured"] = torch.tensor(
                [[step, *values.values()] for step, values in measured.items()], dtype=torch.float64
            )
        names = list(next(iter(measured.values()), {}))
        write_bytes(self.path, save(tensors, {"headwater": json.dumps({"plan": self.plan, "measured": names})}))

    def steps(self) -> int:
        """How many steps the written state has behind it; 0 where there is none."""
        return len(_read(self.path)[0]["losses"]) if self.path.is_file() else 0

    def load(self, network: nn.Module, optimizers: Optimizers) -> tuple[list[list[float]], dict[int, dict[str, float]]]:
        """Restore what :meth:`save` wrote; give the losses of each phase and what was measured (empty: no state)."""
        if not self.path.is_file():
            return [], {}
        tensors, facts = _read(self.path)
        if facts["plan"] != self.plan:
            raise IntegrityError(f"{self.path}: belongs to another corpus or recipe; remove the checkpoint folder")
        load_moving(network, _below("network.", tensors))
        optimizers.load(_below("optimizer.", tensors))
        rows = tensors["measured"].tolist() if "measured" in tensors else []
        measured = {int(step): dict(zip(facts["measured"], values, strict=True)) for step, *values in rows}
        return list(tensors["losses"].tolist()), measured


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


def _read(path: Path) -> tuple[dict[str, Tensor], dict[str, Any]]:
    try:
        with safe_open(path, "pt") as file:
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
            facts = json.loads(file.metadata()["headwater"])
            return tensors, {"plan": str(facts["plan"]), "measured": list(facts.get("measured", ()))}
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{path}: not a readable state ({error}); remove the checkpoint folder") from None


def _below(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}
