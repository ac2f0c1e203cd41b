"""Train a model of text again on some of its documents: the measured truth that attribution is held against."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ..core import (
    SILENT,
    Corpus,
    CorpusWriter,
    IncompleteError,
    Progress,
    canonical_json,
    derive_seed,
    sha256,
    write_bytes,
)
from .base import Checkpoint
from .gpt import GPT, GPTConfig
from .state import StateFile
from .text_checkpoint import TextCheckpoint
from .text_data import prepare_text
from .text_gradients import TextGradients
from .training import Settings, train


def check_retrainable(checkpoint: Checkpoint) -> TextCheckpoint:
    """The checkpoint, if :func:`retrain` can repeat its training; else :class:`IncompleteError` says why not."""
    if not isinstance(checkpoint, TextCheckpoint) or checkpoint.run.get("parent") is not None:
        raise IncompleteError(
            f"influence is validated by training again from nothing, and a {checkpoint.family} model is not made so"
        )
    if checkpoint.recipe.weights or checkpoint.recipe.balance:
        raise IncompleteError("influence is not validated for documents that were weighted: a half has other weights")
    return checkpoint


def retrain(
    checkpoint: Checkpoint, corpus: Corpus, ids: Sequence[str], folder: Path, name: str, progress: Progress = SILENT
) -> TextGradients:
    """The model that the checkpoint's recipe gives on the documents ``ids`` alone, kept in ``folder`` by ``name``.

    Same first weights, steps, seed, canaries and arithmetic, and the checkpoint's own tokenizer, so that values of a
    text can be compared. A file that is there already is read; a killed training goes on from its last state.
    """
    model = check_retrainable(checkpoint)
    key = sha256(canonical_json([model.hash, sorted(ids)]))
    network, path = _untrained(model), folder / f"{name}.safetensors"
    if not _read(network, path, key):
        state, documents = folder / f"{name}.state", folder / f"{name}-documents"
        _train(network, model, _part(corpus, ids, documents), StateFile(state, key), progress)
        write_bytes(path, save(dict(network.state_dict()), {"headwater": json.dumps({"key": key})}))
        state.unlink(missing_ok=True)
        shutil.rmtree(documents)
    return TextGradients(network.eval(), model.begin, model.window)


def _untrained(model: TextCheckpoint) -> GPT:
    config = GPTConfig(**model.run["network"])
    return GPT(config, torch.Generator().manual_seed(derive_seed(model.recipe.seed, "weights")))


def _train(network: GPT, model: TextCheckpoint, corpus: Corpus, state: StateFile, progress: Progress) -> None:
    recipe = replace(model.recipe, held_out=0.0, documents=None)
    kind = str(recipe.options.get("tokenizer", "bpe"))  # of what canaries look like
    data = prepare_text(corpus, recipe, progress, kind, model.tokenizer)
    settings = Settings.of(recipe, model.run["precision"], "tokens", recipe.context)
    train(network, data, settings, model.run["steps"], state, progress)


def _part(corpus: Corpus, ids: Sequence[str], folder: Path) -> Corpus:
    wanted = pa.array(sorted(ids), pa.string())
    with CorpusWriter(folder, corpus.schema) as writer:
        for batch in corpus.batches():
            writer.write(batch.filter(pc.is_in(batch.column("id"), value_set=wanted)))
    return Corpus(folder)


def _read(network: GPT, path: Path, key: str) -> bool:
    """Fill the network from a file that was written for ``key``; False where there is none."""
    try:
        with safe_open(path, "pt") as file:
            if json.loads(file.metadata()["headwater"]).get("key") != key:
                return False
            network.load_state_dict({name: file.get_tensor(name) for name in file.keys()})  # noqa: SIM118
            return True
    except (SafetensorError, OSError, KeyError, TypeError, ValueError, RuntimeError):
        return False
