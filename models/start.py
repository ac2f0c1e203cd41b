"""The model that a fine-tuning starts from: ours or made elsewhere, named by its hash and never by its place."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from torch import nn

from ..core import ConfigError, InputError, Recipe, sha256_file
from .adapter_files import WEIGHTS, adapter_plan
from .base import Ledger
from .checkpoint import RUN
from .lora import merge_lora
from .pretrained import is_base, open_base, pretrained_hash
from .text_checkpoint import TextCheckpoint
from .tokenizer import TextTokenizer

FINE_TUNED = "fine-tuned"
FULL_RATE, LORA_RATE = 2e-5, 2e-4
"""Peak rates of AdamW: for all weights that of Taori et al. 2023 (Alpaca), for adapters that of Hu et al. 2021 on
GPT-2 (appendix D)."""


@dataclass(frozen=True)
class Start:
    """An opened model. ``files`` are what it consists of; ``ledger`` and ``corpus`` are known of our own alone."""

    hash: str
    kind: str
    network: Any
    tokenizer: TextTokenizer
    files: Mapping[str, Path]
    ledger: Ledger | None = None
    corpus: str | None = None
    trained: frozenset[str] = frozenset()


def open_start(path: Path, load: Any) -> Start:
    """Open a checkpoint folder (by ``load``), a Hugging Face folder or a GGUF file. Adapters are merged."""
    path = checkpoint_in(path)
    if is_base(path):
        base = open_base(path)
        return Start(base.hash, base.kind, base.network, base.tokenizer, {name: base.file(name) for name in base.files})
    checkpoint = load(path)
    if not isinstance(checkpoint, TextCheckpoint):
        raise ConfigError(f"model.start: {path} is a {checkpoint.family} model; name a language model")
    network: Any = checkpoint.network
    merge_lora(network)
    network.requires_grad_(True)  # what stood still in the parent may move now
    names = [RUN, "ledger.parquet", *checkpoint.run["files"]]
    trained = frozenset(checkpoint.trained_ids()) if checkpoint.run["steps"] else frozenset()
    files = {name: path / name for name in names}
    return Start(
        checkpoint.hash, "headwater", network, checkpoint.tokenizer, files, checkpoint.ledger,
        checkpoint.run["corpus"], trained,
    )  # fmt: skip


def checkpoint_in(path: Path) -> Path:
    """The checkpoint of a run folder; any other path as it is."""
    inner = path / "checkpoint"
    return inner if (inner / RUN).is_file() else path


def start_hash(path: Path) -> str:
    """What names a model to start from, without opening it."""
    path = checkpoint_in(path)
    if is_base(path):
        return pretrained_hash(path)
    if not (path / RUN).is_file():
        raise InputError(f"{path}: no model to start from; give a checkpoint, a Hugging Face folder or a .gguf file")
    return sha256_file(path / RUN)


def tuning_recipe(recipe: Recipe) -> Recipe:
    """The recipe of a fine-tuning with its defaults. Nothing is planted into a model that is taken as it is."""
    lora = recipe.lora
    recipe = recipe.with_defaults({"learning_rate": LORA_RATE if lora else FULL_RATE})
    if lora is not None and lora.adapter is not None:
        lora = replace(adapter_plan(Path(lora.adapter), lora.dropout), adapter=lora.adapter)
    return replace(recipe, family=FINE_TUNED, lora=lora, canaries=recipe.canaries if recipe.steps != 0 else None)


def by_hash(recipe: Recipe) -> Recipe:
    """The recipe with hashes in place of paths: what a checkpoint keeps."""
    if recipe.start is None:
        return recipe
    lora = recipe.lora
    if lora is not None and lora.adapter is not None:
        lora = replace(lora, adapter=sha256_file(Path(lora.adapter) / WEIGHTS))
    return replace(recipe, start=start_hash(Path(recipe.start)), lora=lora)


def freeze(network: nn.Module, prefixes: tuple[str, ...]) -> None:
    """Let the parameters whose names begin with one of these stand still; a beginning of none is an error."""
    for prefix in prefixes:
        found = [parameter for name, parameter in network.named_parameters() if name.startswith(prefix)]
        if not found:
            some = ", ".join(list(dict(network.named_parameters()))[:3])
            raise ConfigError(f"model.freeze: no parameter begins with {prefix!r}; names are like {some}")
        for parameter in found:
            parameter.requires_grad_(False)


def set_dropout(network: nn.Module, share: float) -> None:
    """Dropout on what each block adds to the residual stream."""
    modules: list[Any] = [each for each in network.modules() if hasattr(each, "dropout") and not hasattr(each, "delta")]
    for module in modules:
        module.dropout = share
