"""Weights of a few steps of a training, kept on disk: what attribution by gradients looks back on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ..core import IntegrityError, write_bytes
from .optimizer import schedule
from .state import moving_state

KEPT = "kept"
MOST_KEPT = 100


@dataclass(frozen=True, slots=True)
class Keeper:
    """Which steps of a training are kept, and where: the middle of each of ``count`` stretches of equal length.

    ``plan`` is the hash of corpus, recipe and steps that the files belong to.
    """

    folder: Path
    plan: str
    steps: int
    count: int
    warmup: int

    @property
    def points(self) -> tuple[int, ...]:
        """After how many steps weights are kept, ascending; fewer than ``count`` where there are fewer steps."""
        middles = (max(1, self.steps * (2 * part + 1) // (2 * self.count)) for part in range(self.count))
        return tuple(dict.fromkeys(middles)) if self.steps else ()

    @property
    def files(self) -> list[str]:
        """Their names in the checkpoint folder, in the order of the steps."""
        return [_name(done) for done in self.points]

    def facts(self) -> list[dict[str, Any]]:
        """What run.json says of them; ``rate`` is the share of the full learning rates at the step before."""
        return [
            {"file": _name(done), "step": done, "rate": schedule(done - 1, self.steps, self.warmup)}
            for done in self.points
        ]

    def save(self, network: nn.Module, done: int) -> None:
        """Write the weights after ``done`` steps; the same bytes whenever the step is done again."""
        tensors = {name: tensor.contiguous() for name, tensor in moving_state(network).items()}
        write_bytes(self.folder / _name(done), save(tensors, {"headwater": json.dumps({"plan": self.plan})}))

    def check(self) -> None:
        """Raise :class:`IntegrityError` where a file is missing: the state that training went on from had passed it."""
        for name in self.files:
            if not (self.folder / name).is_file():
                raise IntegrityError(f"{self.folder / name}: missing; remove {self.folder} to train anew")


def read_kept(folder: Path, fact: Mapping[str, Any]) -> dict[str, Tensor]:
    """The weights that one entry of ``kept`` in run.json names; their hash was checked with the checkpoint's."""
    path = folder / fact["file"]
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise IntegrityError(f"{path}: not readable weights ({error}); train again") from None


def _name(done: int) -> str:
    return f"{KEPT}/step-{done:06d}.safetensors"
