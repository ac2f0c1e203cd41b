"""Weights from safetensors files into a network: names and shapes are checked, and only what files fill is made."""

import re
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from torch import Tensor

from ...core import InputError, read_json
from .config import Config, GPT2Config, LlamaConfig
from .gpt2 import GPT2, TRANSPOSED
from .llama import Llama
from .network import PretrainedNetwork

SINGLE, INDEX = "model.safetensors", "model.safetensors.index.json"
FLOATS = (torch.float32, torch.float16, torch.bfloat16)
COMPUTED = re.compile(r"(^|\.)(attn\.(bias|masked_bias)|rotary_emb\.inv_freq)$")
"""Buffers that old files carry beside the weights."""


def weight_files(folder: Path) -> list[str]:
    """The names of the files that hold the weights: one, or those that the index names."""
    if (folder / SINGLE).is_file():
        return [SINGLE]
    if not (folder / INDEX).is_file():
        raise InputError(f"{folder}: has no {SINGLE}; export the model as safetensors, the one format that is read")
    index = read_json(folder / INDEX)
    named = index.get("weight_map") if isinstance(index, dict) else None
    if not isinstance(named, dict) or not all(isinstance(name, str) for name in named.values()):
        raise InputError(f"{folder / INDEX}: has no weight_map; restore the file")
    names = sorted(set(named.values()))
    for name in names:
        if "/" in name or "\\" in name or not name.endswith(".safetensors") or not (folder / name).is_file():
            raise InputError(f"{folder / INDEX}: names {name!r}, which is no safetensors file of this folder")
    return names


def read_tensors(folder: Path, names: list[str]) -> dict[str, Tensor]:
    """Every tensor of these files, as stored. A name that stands in two files is an error."""
    tensors: dict[str, Tensor] = {}
    for name in names:
        try:
            with safe_open(folder / name, "pt") as file:
                found = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
        except (SafetensorError, OSError, ValueError) as error:
            raise InputError(f"{folder / name}: not a readable safetensors file ({error}); restore it") from None
        if twice := tensors.keys() & found.keys():
            raise InputError(f"{folder}: tensor {min(twice)!r} stands in two files; restore the folder")
        tensors |= found
    return tensors


def build(config: Config) -> PretrainedNetwork:
    """The network of a shape, with no memory behind its parameters yet."""
    with torch.device("meta"):
        return Llama(config) if isinstance(config, LlamaConfig) else GPT2(config)


def network_of(config: Config, tensors: Mapping[str, Tensor], place: str) -> PretrainedNetwork:
    """The network with these weights, in float32 and ready to score."""
    network = build(config)
    wanted = network.state_dict()
    found = _renamed(config, tensors)
    if config.tied:
        _check_tied(found, place)
    missing, surplus = wanted.keys() - found.keys(), found.keys() - wanted.keys()
    if missing or surplus:
        what = f"lack {min(missing)!r}" if missing else f"hold {min(surplus)!r}, which the config knows nothing of"
        raise InputError(f"{place}: the weights {what}; restore config and weights of one model")
    weights: dict[str, Tensor] = {}
    for name, tensor in wanted.items():
        given = found[name]
        if given.dtype not in FLOATS:
            raise InputError(f"{place}: tensor {name!r} is {given.dtype}; weights are float32, float16 or bfloat16")
        if given.shape != tensor.shape:
            shapes = f"{tuple(given.shape)}, not {tuple(tensor.shape)}"
            raise InputError(f"{place}: tensor {name!r} is {shapes}; restore config and weights of one model")
        weights[name] = given.float().contiguous()
    network.load_state_dict(weights, assign=True)
    return network.eval()


def _renamed(config: Config, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The names of the network: files of GPT-2 may lack the prefix, and hold matrices as (inputs, outputs)."""
    kept = {name: tensor for name, tensor in tensors.items() if not COMPUTED.search(name)}
    if not isinstance(config, GPT2Config):
        return kept
    bare = not any(name.startswith("transformer.") for name in kept)
    named = {f"transformer.{name}" if bare and name != "lm_head.weight" else name: kept[name] for name in kept}
    return {name: tensor.mT if name.endswith(TRANSPOSED) else tensor for name, tensor in named.items()}


def _check_tied(found: dict[str, Tensor], place: str) -> None:
    head = found.pop("lm_head.weight", None)
    embedding = found.get("model.embed_tokens.weight", found.get("transformer.wte.weight"))
    if head is not None and embedding is not None and not torch.equal(head, embedding):
        raise InputError(f"{place}: says that output and embedding are one matrix, but holds two; correct the config")
