"""Adapters in peft's format: adapter_model.safetensors and adapter_config.json (github.com/huggingface/peft).

Names of tensors are ``base_model.model.MATRIX.lora_A.weight``, (rank, inputs), and ``lora_B``, (outputs, rank).
"""

import math
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from ..core import InputError, LoRAPlan, read_json, write_bytes, write_json
from .lora import LARGEST_RANK, Adaptable, LoRA, add_lora
from .pretrained import from_json
from .tokenizer import TextTokenizer, Tokenizer

WEIGHTS, CONFIG = "adapter_model.safetensors", "adapter_config.json"
PREFIX = "base_model.model."
UNSUPPORTED = (
    "use_dora",
    "use_rslora",
    "rank_pattern",
    "alpha_pattern",
    "modules_to_save",
    "lora_bias",
    "alora_invocation_tokens",
)


def save_adapter(network: Adaptable, plan: LoRAPlan, folder: Path, base: str | None = None) -> list[str]:
    """Write the adapters that are on a network; gives the names of the files. ``base`` says what they belong to."""
    adapters = network.adapters()
    tensors = {
        f"{PREFIX}{name}.lora_{part}.weight": getattr(lora, part).detach().contiguous()
        for name, lora in adapters.items()
        for part in ("A", "B")
    }
    config = {
        "peft_type": "LORA",
        "task_type": "CAUSAL_LM",
        "base_model_name_or_path": base,
        "r": plan.rank,
        "lora_alpha": plan.alpha or plan.rank,
        "lora_dropout": plan.dropout,
        "target_modules": sorted({name.rpartition(".")[2] for name in adapters}),
        "fan_in_fan_out": any(name.startswith("transformer.h.") for name in adapters),
        "bias": "none",
        "inference_mode": True,
    }
    if not _by_last_part(network, adapters):
        config["target_modules"] = sorted(adapters)
    write_bytes(folder / WEIGHTS, save(tensors, {"format": "pt"}))
    write_json(folder / CONFIG, config)
    return [WEIGHTS, CONFIG]


def load_adapter(network: Adaptable, folder: Path, dropout: float | None = None) -> LoRAPlan:
    """Put the adapters of a folder on a network, frozen but for them, and give their plan.

    What does not fit, or changes more than matrices, is an error that says so.
    """
    plan, tensors = _open(folder, dropout)
    if unknown := [name for name in plan.targets if name not in network.matrices()]:
        raise InputError(
            f"{folder}: adapts {unknown[0]!r}, which the model does not have; give the adapter's own model"
        )
    add_lora(network, plan)
    for name, lora in network.adapters().items():
        _fill(lora, tensors, name, folder)
    return plan


def check_tokenizer(folder: Path, tokenizer: TextTokenizer) -> None:
    """An adapter that brings a tokenizer other than the model's was trained on other ids: an error."""
    path = folder / "tokenizer.json"
    known = tokenizer.ids() if isinstance(tokenizer, Tokenizer) else {}
    if path.is_file() and from_json(path.read_text("utf-8", "replace"), str(path)).get_vocab() != known:
        raise InputError(f"{path}: not the tokenizer of the model to start from; give the adapter's own model")


def adapter_plan(folder: Path, dropout: float | None = None) -> LoRAPlan:
    """What the adapters of a folder are; ``targets`` are the whole names of their matrices."""
    return _open(folder, dropout)[0]


def _open(folder: Path, dropout: float | None) -> tuple[LoRAPlan, dict[str, torch.Tensor]]:
    config = read_json(folder / CONFIG)
    if not isinstance(config, dict) or config.get("peft_type") != "LORA":
        raise InputError(f"{folder / CONFIG}: not the config of a LoRA adapter; give a folder that peft wrote")
    odd = [key for key in UNSUPPORTED if config.get(key)] + (["bias"] if config.get("bias", "none") != "none" else [])
    if odd:
        raise InputError(
            f"{folder / CONFIG}: {odd[0]} is not supported; merge the adapter with peft and start from that"
        )
    tensors = _read(folder / WEIGHTS)
    names = sorted({name.removeprefix(PREFIX).rpartition(".lora_")[0] for name in tensors})
    return _plan(config, tuple(names), folder, dropout), tensors


def _plan(config: dict[str, Any], names: tuple[str, ...], folder: Path, dropout: float | None) -> LoRAPlan:
    try:
        share = float(config.get("lora_dropout", 0.0)) if dropout is None else dropout
        plan = LoRAPlan(int(config["r"]), float(config["lora_alpha"]), share, names)
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{folder / CONFIG}: key missing or of the wrong type ({error}); restore the file") from None
    if not 1 <= plan.rank <= LARGEST_RANK or not plan.alpha or not math.isfinite(plan.alpha):
        raise InputError(f"{folder / CONFIG}: r {plan.rank} or lora_alpha {plan.alpha} is out of bounds")
    return plan


@torch.no_grad()
def _fill(lora: LoRA, tensors: dict[str, torch.Tensor], name: str, folder: Path) -> None:
    for part in ("A", "B"):
        key, wanted = f"{PREFIX}{name}.lora_{part}.weight", getattr(lora, part)
        if key not in tensors or tensors[key].shape != wanted.shape:
            found = tuple(tensors[key].shape) if key in tensors else "missing"
            raise InputError(f"{folder}: {key} is {found}, not {tuple(wanted.shape)}; give the adapter's own model")
        wanted.copy_(tensors[key])


def _read(path: Path) -> dict[str, torch.Tensor]:
    if not path.is_file():
        raise InputError(f"{path}: no such file; save the adapter as safetensors, the one format that is read")
    try:
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise InputError(f"{path}: not a readable safetensors file ({error}); restore it") from None


def _by_last_part(network: Adaptable, adapters: dict[str, LoRA]) -> bool:
    """Whether the last parts of the names alone tell which matrices are adapted."""
    last = {name.rpartition(".")[2] for name in adapters}
    return all(name in adapters for name in network.matrices() if name.rpartition(".")[2] in last)
