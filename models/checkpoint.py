"""The checkpoint folder: what is written, in which order, and what is checked when it is read.

``run.json`` is written last and names every other file by its hash: a folder without it is unfinished.
Only safetensors, JSON and Parquet; nothing that can run code. The clock lives in ``timing.json``, outside every hash.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from ..core import (
    Corpus,
    EnergyUse,
    IncompleteError,
    InputError,
    IntegrityError,
    Recipe,
    UsageError,
    read_energy,
    read_json,
    sha256_file,
    write_bytes,
    write_json,
    write_text,
)
from .base import Canary, Ledger
from .canaries import canaries_from_json, canaries_to_json
from .ledger import TrainingLedger
from .no_rows import NoRows
from .plan import PLAN, recipe_from_json
from .state import moving_state

RUN = "run.json"
WEIGHTS = "model.safetensors"
LEDGER = "ledger.parquet"
CANARIES = "canaries.json"
FORMAT = "headwater-checkpoint/1"


@dataclass(frozen=True)
class Parts:
    """The verified content of a checkpoint folder."""

    run: Mapping[str, Any]
    weights: Mapping[str, Tensor]
    ledger: TrainingLedger
    canaries: tuple[Canary, ...]


class BaseCheckpoint(NoRows):
    """What checkpoints of all families share; a family adds what its ``capabilities`` name."""

    modality = ""
    capabilities: frozenset[str] = frozenset()

    def __init__(self, folder: Path, parts: Parts) -> None:
        self.folder, self.run = folder, parts.run
        self.family: str = parts.run["family"]
        self.ledger: Ledger = parts.ledger
        self.canaries = parts.canaries
        self._ledger = parts.ledger

    @property
    def hash(self) -> str:
        """SHA-256 of run.json, which names the weights, the tokenizer and the corpus by their hashes."""
        return sha256_file(self.folder / RUN)

    @property
    def energy(self) -> EnergyUse:
        """What the training used, over all its processes. Outside of every hash, so it may have been changed."""
        return read_energy(self.folder)

    @property
    def recipe(self) -> Recipe:
        """The recipe that the model was trained with."""
        return recipe_from_json(self.run["recipe"])

    def trained_ids(self) -> list[str]:
        """Ids of the corpus documents in the training stream (canaries are no documents of the corpus)."""
        return self._ledger.ids("trained")

    def held_out_ids(self) -> list[str]:
        """Ids of the documents that were never trained on, in corpus order."""
        return self._ledger.ids("held-out")

    def encode(self, text: str) -> list[int]:
        """Text models only."""
        raise self._cannot("read text")

    def decode(self, tokens: Sequence[int]) -> str:
        """Text models only."""
        raise self._cannot("write text")

    def token_logprobs(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Text models only."""
        raise self._cannot("score text")

    def complete_tokens(
        self,
        prompts: Sequence[Sequence[int]],
        *,
        max_new_tokens: int,
        temperature: float = 1.0,
        top_k: int | None = None,
        top_p: float | None = None,
        min_p: float | None = None,
        repetition_penalty: float = 1.0,
        stop: Sequence[str] = (),
        samples: int = 1,
        seed: int = 0,
    ) -> list[list[int]]:
        """Text models only."""
        raise self._cannot("complete text")

    def complete(self, prompts: Sequence[str], **options: Any) -> list[str]:
        """Text models only."""
        raise self._cannot("complete text")

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        """Models that embed only."""
        raise self._cannot("turn a text into a vector")

    def sample_images(
        self,
        n: int,
        seed: int = 0,
        *,
        label: str | None = None,
        sampler: str | None = None,
        steps: int | None = None,
        guidance: float | None = None,
        first: int = 0,
    ) -> np.ndarray:
        """Image models only."""
        raise self._cannot("make images")

    def sample_labels(self, n: int, seed: int = 0, *, label: str | None = None, first: int = 0) -> list[str | None]:
        """Image models only."""
        raise self._cannot("make images")

    def _cannot(self, what: str) -> UsageError:
        return UsageError(f"{self.folder}: a {self.family} model cannot {what}; see its capabilities")


def write_checkpoint(
    folder: Path,
    network: nn.Module,
    ledger: TrainingLedger,
    canaries: tuple[Canary, ...],
    files: Mapping[str, str],
    run: Mapping[str, Any],
    extras: Sequence[str] = (),
) -> None:
    """Write every file atomically and run.json last. ``extras`` lie in the folder already and are hashed with the rest.

    Parameters that stand still are left out: they are those of the model that training started from.
    """
    lineage = json.dumps({"corpus": run["corpus"], "family": run["family"], "format": FORMAT}, sort_keys=True)
    tensors = {name: tensor.contiguous() for name, tensor in moving_state(network).items()}
    # One metadata key: safetensors writes several in an order that changes from process to process.
    write_bytes(folder / WEIGHTS, save(tensors, {"headwater": lineage}))
    ledger.save(folder / LEDGER)
    write_json(folder / CANARIES, canaries_to_json(canaries))
    for name, content in files.items():
        write_text(folder / name, content)
    names = sorted([WEIGHTS, CANARIES, *files, *extras])
    hashes = {name: sha256_file(folder / name) for name in names}
    lineage_of = {"format": FORMAT, "files": hashes, "ledger": ledger.to_json()}
    write_json(folder / RUN, {"parent": None, **run, **lineage_of})


def read_checkpoint(folder: Path, corpus: Corpus | None = None) -> Parts:
    """Read and verify a folder. Anything that does not fit its hash raises :class:`IntegrityError`."""
    run = _read_run(folder)
    for name, expected in run["files"].items():
        if not (folder / name).is_file():
            raise IntegrityError(f"{folder / name}: named in {RUN}, but missing; restore it or train again")
        if sha256_file(folder / name) != expected:
            raise IntegrityError(f"{folder / name}: does not match its hash in {RUN}; restore it or train again")
    if corpus is not None and corpus.hash != run["corpus"]:
        raise IntegrityError(
            f"{folder}: was trained on corpus {run['corpus'][:12]}, not on {corpus.folder} ({corpus.hash[:12]}); "
            "train again or give the corpus it was trained on"
        )
    weights = _read_weights(folder / WEIGHTS, run["corpus"])
    ledger = TrainingLedger.load(folder / LEDGER, run["ledger"])
    return Parts(run, weights, ledger, canaries_from_json(read_json(folder / CANARIES)))


def _read_run(folder: Path) -> dict[str, Any]:
    if not (folder / RUN).is_file():
        if (folder / PLAN).is_file():
            raise IncompleteError(f"{folder}: training has not finished; run it again to go on where it stopped")
        raise InputError(f"{folder}: not a checkpoint folder (no {RUN}); 'headwater train' makes one")
    run = read_json(folder / RUN)
    if not isinstance(run, dict) or run.get("format") != FORMAT:
        raise IntegrityError(f"{folder / RUN}: not a checkpoint of format {FORMAT}; train again")
    missing = {"files", "corpus", "ledger", "family", "recipe", "network"} - run.keys()
    if missing or not isinstance(run["files"], dict) or not {WEIGHTS, CANARIES} <= run["files"].keys():
        raise IntegrityError(f"{folder / RUN}: lacks {', '.join(sorted(missing)) or 'hashes of files'}; train again")
    return run


def _read_weights(path: Path, corpus: str) -> dict[str, Tensor]:
    try:
        with safe_open(path, "pt") as file:
            lineage = json.loads(file.metadata()["headwater"])
            tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"{path}: not readable weights ({error}); train again") from None
    if lineage.get("corpus") != corpus:
        raise IntegrityError(f"{path}: the weights name another corpus than {RUN}; restore the folder or train again")
    return tensors
