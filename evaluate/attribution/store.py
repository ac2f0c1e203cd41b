"""What attribution found, kept in the run folder by what it depends on: a killed or repeated call asks for the rest."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ...core import canonical_json, sha256, write_bytes
from ..statistics import Floats

FOLDER = "influence"


class Store:
    """Arrays in ``RUN/influence/MODEL/``, outside of every hash: a file each, named by the hash of its question.

    A file is whole or absent; one that cannot be read counts as absent.
    """

    def __init__(self, run: Path, model: str) -> None:
        self.root = Path(run) / FOLDER
        self.folder = self.root / model[:16]
        self.model = model

    def read(self, question: Sequence[Any]) -> Floats | None:
        """The array that was kept for a question."""
        path = self._path(question)
        try:
            values: Floats = load(path.read_bytes())["values"]
        except (OSError, SafetensorError, KeyError, ValueError, json.JSONDecodeError):
            return None
        return values

    def write(self, question: Sequence[Any], values: Floats) -> None:
        """Keep an array."""
        write_bytes(self._path(question), save({"values": np.ascontiguousarray(values, np.float64)}))

    def forget_others(self) -> None:
        """Remove what belongs to other models of this run folder."""
        for stale in self.root.glob("*") if self.root.is_dir() else ():
            if stale != self.folder and stale.is_dir():
                shutil.rmtree(stale, ignore_errors=True)

    def _path(self, question: Sequence[Any]) -> Path:
        return self.folder / "scores" / f"{sha256(canonical_json([self.model, *question]))}.safetensors"
