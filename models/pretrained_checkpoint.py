"""A language model made elsewhere, asked the same questions as one of ours."""

from pathlib import Path
from typing import Any

import numpy as np

from ..core import UsageError
from .checkpoint import BaseCheckpoint, Parts
from .ledger import TrainingLedger, ledger_table
from .order import StepPlan
from .pretrained import Base, open_base
from .text_checkpoint import TextCheckpoint


class PretrainedCheckpoint(TextCheckpoint):
    """It samples and scores; what it was trained on is not known, so its ledger is empty and no canaries are in it."""

    def __init__(self, base: Base) -> None:
        ledger = TrainingLedger(
            ledger_table([], np.zeros(0, int), np.zeros(0, int), []), StepPlan(seed=0, batch=1, steps=0, examples=1)
        )
        run = {
            "family": base.network.config.architecture,
            "corpus": None,
            "recipe": None,
            "parent": None,
            "steps": 0,
            "files": base.files,
            "parameters": sum(each.numel() for each in base.network.parameters()),
        }
        BaseCheckpoint.__init__(self, base.path, Parts(run, {}, ledger, ()))
        self.network, self.tokenizer, self.base = base.network, base.tokenizer, base
        self.begin = base.tokenizer.begin

    @classmethod
    def open(cls, path: Path) -> "PretrainedCheckpoint":
        """Open a Hugging Face folder or a GGUF file; nothing in it is run."""
        return cls(open_base(path))

    @property
    def hash(self) -> str:
        """SHA-256 over the names and hashes of its files."""
        return self.base.hash

    @property
    def recipe(self) -> Any:
        """Not known."""
        raise UsageError(f"{self.folder}: how a model made elsewhere was trained is not known")
