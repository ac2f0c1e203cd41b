"""The family ``fine-tuned``: a language model that goes on from another one, wholly, in part, or by adapters."""

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from ..core import ConfigError, Corpus, IntegrityError, Progress, Recipe, canonical_json, derive_seed, write_bytes
from .adapter_files import check_tokenizer, load_adapter, save_adapter
from .base import Checkpoint
from .checkpoint import BaseCheckpoint, Parts
from .families import FAMILIES, Prepared
from .fit import load
from .gpt import GPT, GPTConfig
from .language_model import LanguageModel
from .ledger import TrainingLedger
from .lora import add_lora
from .pretrained import PretrainedTokenizer, build, config_from_json, from_json
from .scoring import sequence_logprobs
from .start import FINE_TUNED, Start, freeze, open_start, set_dropout
from .state import load_moving
from .text_checkpoint import TOKENIZER, TextCheckpoint
from .text_data import TextData, prepare_text
from .tokenizer import TextTokenizer, load_tokenizer
from .tuning_data import Measured, compare_corpora, counts_of, measured_documents
from .validation import HeldOutText, held_out_text

BASE, ADAPTER, LINEAGE = "base", "adapter", "lineage.json"
DEFAULTS: Mapping[str, Any] = {"batch": 4, "learning_rate": 2e-5, "matrix_learning_rate": 0.002, "warmup": 10}
FINAL_SHARE = 0.1


@FAMILIES.register(FINE_TUNED, source="Hu et al. 2021 (LoRA), arXiv 2106.09685; Howard & Ruder 2018, arXiv 1801.06146")
class FineTunedFamily:
    """A language model that goes on from ``model.start``: our checkpoint, a Hugging Face folder or a GGUF file.

    Chosen by ``start`` itself. All weights train, or those that ``freeze`` leaves, or adapters alone (``lora``). Recipe
    keys: start, freeze, lora, context, dropout, documents, canaries. ``steps: 0`` takes the model as it is.
    """

    modality = "text"
    mixed = True
    defaults = DEFAULTS

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Open the model, choose documents, and measure it on held-out ones before it changes."""
        if recipe.start is None:
            raise ConfigError("model.start: family 'fine-tuned' needs a model to go on from; name its folder or file")
        with progress.task("open"):
            start = open_start(Path(recipe.start), load)
        if recipe.steps == 0:  # nothing trains in these windows: they are as long as the model can read
            recipe = replace(recipe, context=min(recipe.context, start.network.config.context))
        if recipe.context > start.network.config.context:
            raise ConfigError(f"model.context: the model has {start.network.config.context} positions, fewer than "
                              f"{recipe.context}; lower it")  # fmt: skip
        if recipe.lora is not None and recipe.lora.adapter is not None:
            check_tokenizer(Path(recipe.lora.adapter), start.tokenizer)
        data = prepare_text(corpus, recipe, progress, tokenizer=start.tokenizer)
        measured = measured_documents(corpus, data.ledger, recipe, start)
        with progress.task("measure"):
            before = measured.nats(start.network, start.tokenizer, recipe)
        set_up(start.network, recipe)
        changes = compare_corpora(start, data.ledger, data.document_weights)
        unseen = held_out_text(corpus, measured.fresh, start.tokenizer, recipe)
        facts = _facts(data, start, recipe, unseen) | ({"lineage": counts_of(changes)} if changes else {})
        return Prepared(
            network=start.network,
            examples=data,
            ledger=lambda plan: TrainingLedger(data.ledger, plan),
            facts=facts,
            summary=lambda network, losses: _summary(data, losses, network, measured, before, start, recipe),
            canaries=data.canaries,
            monitor=unseen.measure if unseen and recipe.steps != 0 else None,
            files={TOKENIZER: start.tokenizer.to_json()},
            extras=lambda folder, network: _extras(folder, network, start, recipe, changes),
            unit="tokens",
            per_example=recipe.context,
        )

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`TextCheckpoint`."""
        return FineTunedCheckpoint(folder, parts)


class FineTunedCheckpoint(TextCheckpoint):
    """A child: what it trained on top of the base in its folder, or all of its weights."""

    def __init__(self, folder: Path, parts: Parts) -> None:
        BaseCheckpoint.__init__(self, folder, parts)
        run = parts.run
        network = _based(folder, run) if run["base"]["copied"] else _bare(run["network"])
        set_up(network, replace(self.recipe, dropout=0.0), restoring=True)
        if run["base"]["copied"]:
            load_moving(network, dict(parts.weights))
        else:
            network.load_state_dict(dict(parts.weights), assign=True)
        self.network = network.eval()
        self.tokenizer = _tokenizer(folder / TOKENIZER, run["network"])
        self.begin = self.tokenizer.begin
        if self.tokenizer.hash != run["tokenizer"]:
            raise IntegrityError(f"{folder / TOKENIZER}: not the tokenizer that the model was trained with; restore it")

    @property
    def window(self) -> int:
        """The context that it was fine-tuned with; of a model taken as it is no more than it can read."""
        return min(int(self.run["recipe"]["context"]), self.network.config.context)

    def _logprobs(self, sequences: Sequence[Sequence[int]], exact: bool) -> list[np.ndarray]:
        """Longer texts in disjoint windows of the training context."""
        network: LanguageModel = self._exact if exact else self.network
        return sequence_logprobs(network, sequences, self.begin, self.window)


def set_up(network: Any, recipe: Recipe, restoring: bool = False) -> None:
    """Dropout, adapters, and what stands still: everything that a recipe changes in a network before it trains."""
    set_dropout(network, recipe.dropout)
    if recipe.steps == 0:
        freeze(network, ("",))
        return
    if recipe.lora is not None and recipe.lora.adapter is not None and not restoring:
        load_adapter(network, Path(recipe.lora.adapter), recipe.lora.dropout)
    elif recipe.lora is not None:
        add_lora(network, recipe.lora, torch.Generator().manual_seed(derive_seed(recipe.seed, "lora")))
    freeze(network, recipe.freeze)
    if not any(parameter.requires_grad for parameter in network.parameters()):
        raise ConfigError("model.freeze: nothing is left to train; freeze less, or set steps: 0")


def _facts(data: TextData, start: Start, recipe: Recipe, unseen: HeldOutText | None) -> dict[str, Any]:
    network: nn.Module = start.network
    moving = [each for each in network.parameters() if each.requires_grad]
    return {
        "network": {**asdict(start.network.config), "dropout": recipe.dropout},
        "parent": start.hash,
        "base": {"kind": start.kind, "corpus": start.corpus, "copied": _stands_still(network)},
        "trainable_parameters": sum(each.numel() for each in moving),
        "tied_embeddings": bool(getattr(start.network.config, "tied", False)),
        "begin_token": start.tokenizer.begin,
        "tokenizer": start.tokenizer.hash,
        "documents": {
            "trained": data.documents,
            "held_out": data.held_out,
            "planted": sum(canary.repetitions for canary in data.canaries),
        },
        "tokens": {"stream": data.text_tokens, "bytes": data.text_bytes},
        "validation": unseen.facts() if unseen else None,
    }


def _summary(
    data: TextData, losses: list[float], network: nn.Module, measured: Measured, before: list[float], start: Start,
    recipe: Recipe,
) -> Mapping[str, Any]:  # fmt: skip
    after = measured.nats(network, start.tokenizer, recipe) if losses else before
    last = losses[-max(1, round(len(losses) * FINAL_SHARE)) :]
    nats = sum(last) / len(last) if last else None
    per_byte = None if nats is None else nats / math.log(2) * data.text_tokens / data.text_bytes
    return {
        "final_loss": nats,
        "bits_per_byte_train": per_byte,
        "diagnostics": {},
        "tuning": {**measured.to_json(), "before": before, "after": after},
    }


def _extras(folder: Path, network: Any, start: Start, recipe: Recipe, changes: Any) -> list[str]:
    """The base where parameters of it stand still, the adapters in peft's format, and what became of the corpus."""
    names = []
    if _stands_still(network):
        shutil.rmtree(folder / BASE, ignore_errors=True)
        for name, path in start.files.items():
            (folder / BASE / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, folder / BASE / name)
            names.append(f"{BASE}/{name}")
    if recipe.lora is not None and recipe.steps != 0:
        names += [f"{ADAPTER}/{name}" for name in save_adapter(network, recipe.lora, folder / ADAPTER)]
    if changes is not None:
        write_bytes(folder / LINEAGE, canonical_json(changes))
        names.append(LINEAGE)
    return names


def _stands_still(network: nn.Module) -> bool:
    return not all(each.requires_grad for each in network.parameters())


def _based(folder: Path, run: Mapping[str, Any]) -> Any:
    path = folder / BASE
    start = open_start(path / "model.gguf" if run["base"]["kind"] == "gguf" else path, load)
    if start.hash != run["parent"]:
        raise IntegrityError(f"{path}: not the model {run['parent'][:12]} that training started from; restore it")
    return start.network


def _bare(network: Mapping[str, Any]) -> Any:
    return build(config_from_json(network)) if "architecture" in network else GPT(GPTConfig(**network))


def _tokenizer(path: Path, network: Mapping[str, Any]) -> TextTokenizer:
    if "architecture" not in network:
        return load_tokenizer(path)
    return PretrainedTokenizer(from_json(path.read_text("utf-8"), str(path)), network["begin"], network["ends"])
