"""The registry of model families, and what a family has to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from torch import nn

from ..core import Corpus, Progress, Recipe, Registry
from .base import Canary, Checkpoint
from .checkpoint import Parts
from .ledger import TrainingLedger
from .order import StepPlan
from .plan import LAYOUTS
from .training import DEFAULTS, Examples, History

__all__ = ["DEFAULTS", "FAMILIES", "ModelFamily", "Prepared"]


@dataclass(frozen=True)
class Prepared:
    """A family's answer to a corpus and a recipe: everything that the loop and the checkpoint need.

    ``network`` has seeded initial weights. ``falls``: a smaller loss is a better model, which is not so where
    two networks play against each other. ``layouts`` are those of ``models/plan.py`` that the network can have in
    memory. ``files`` are written into the checkpoint as they are. ``facts`` go into run.json. ``summary`` turns
    (trained network, loss of every step) into more facts. ``monitor`` measures the network at a few points of the
    training, by names that are always the same. ``learn`` is for models that are computed, not trained by steps: it
    takes the order of a pass of ``steps`` steps, changes the network and gives the history. ``extras`` writes further
    files into the checkpoint folder, given the trained network, and names them.
    """

    network: nn.Module
    examples: Examples
    ledger: Callable[[StepPlan], TrainingLedger]
    facts: Mapping[str, Any]
    summary: Callable[[nn.Module, list[float]], Mapping[str, Any]]
    canaries: tuple[Canary, ...] = ()
    monitor: Callable[[nn.Module], Mapping[str, float]] | None = None
    learn: Callable[[StepPlan], History] | None = None
    steps: int | None = None
    files: Mapping[str, str] = field(default_factory=dict)
    extras: Callable[[Path, nn.Module], Sequence[str]] = lambda folder, network: ()
    unit: str = "examples"
    loss_name: str = "nats"
    per_example: int = 1
    falls: bool = True
    layouts: Sequence[str] = LAYOUTS[:1]

    @property
    def loss_unit(self) -> str:
        """What the loss counts."""
        return f"{self.loss_name} per {self.unit.removesuffix('s')}"


class ModelFamily(Protocol):
    """One kind of generative model. ``mixed`` says whether it can train with bfloat16 matrix products.

    A family for several modalities names its usual one, and all of them as ``modalities``. ``defaults`` are those of
    batch, learning_rate, matrix_learning_rate and warmup.
    """

    modality: str
    mixed: bool
    defaults: Mapping[str, Any]

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Read the corpus and build the untrained network."""

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """The checkpoint in a folder whose files have been verified."""


def modalities_of(family: ModelFamily) -> tuple[str, ...]:
    """What a family can be trained on."""
    several: tuple[str, ...] = getattr(family, "modalities", (family.modality,))
    return several


FAMILIES: Registry[Callable[..., ModelFamily]] = Registry("family", "headwater.families")
