"""A model to start from: opened from a Hugging Face folder or a GGUF file, refused where it could run code.

Names are looked at before any content is: a folder with a pickle beside the weights is refused as a whole, because
whoever opens it with another tool would run it.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ...core import InputError, canonical_json, read_json, sha256, sha256_file
from .config import LlamaConfig, check_bounds, read_config
from .gguf import GGUF
from .network import PretrainedNetwork
from .tokenizer import PretrainedTokenizer, from_gguf, from_json, marks
from .weights import INDEX, SINGLE, network_of, read_tensors, weight_files

PICKLES = frozenset({".bin", ".ckpt", ".dill", ".h5", ".joblib", ".keras", ".msgpack", ".npy", ".pickle", ".pkl",
                     ".pt", ".pt2", ".pth"})  # fmt: skip
CONFIG, TOKENIZER = "config.json", "tokenizer.json"
LARGEST_JSON = 64 << 20


@dataclass(frozen=True)
class Base:
    """A model made elsewhere. ``files`` are those that make it up, with their SHA-256; ``hash`` is over all of them."""

    path: Path
    kind: str
    files: dict[str, str]
    network: PretrainedNetwork
    tokenizer: PretrainedTokenizer

    @property
    def hash(self) -> str:
        """SHA-256 over the names and hashes of the files: the same model in another place has the same."""
        return base_hash(self.kind, self.files)

    def file(self, name: str) -> Path:
        """Where one of the files lies."""
        return self.path if self.path.is_file() else self.path / name


def base_hash(kind: str, files: dict[str, str]) -> str:
    """SHA-256 of what a model is made of."""
    return sha256(canonical_json([kind, files]))


def pretrained_hash(path: Path) -> str:
    """The ``hash`` of the model at a path, from its files alone."""
    refuse_code(path)
    if path.is_file():
        return base_hash("gguf", {"model.gguf": sha256_file(path)})
    return base_hash("hugging-face", {name: sha256_file(path / name) for name in _names(path)})


def is_base(path: Path) -> bool:
    """Whether a path looks like a model made elsewhere."""
    return path.suffix == ".gguf" or path.suffix in PICKLES or (path / CONFIG).is_file()


def open_base(path: Path) -> Base:
    """Open a Hugging Face folder or a GGUF file. Anything that could run code ends in :class:`InputError`, unread."""
    path = Path(path)
    if not path.exists():
        raise InputError(f"{path}: no such file or folder; give a Hugging Face folder, a .gguf file or a checkpoint")
    refuse_code(path)
    base = _open_gguf(path) if path.is_file() else _open_folder(path)
    if base.tokenizer.vocabulary > base.network.config.vocabulary:
        raise InputError(
            f"{path}: the tokenizer has ids up to {base.tokenizer.vocabulary - 1}, but the model has only "
            f"{base.network.config.vocabulary}; give the model the tokenizer that it was trained with"
        )
    return base


def refuse_code(path: Path) -> None:
    """Raise :class:`InputError` for pickles and code, by their names alone."""
    names = [path] if path.is_file() else sorted(path.iterdir())
    for found in names:
        if found.suffix.lower() in PICKLES:
            raise InputError(f"{found}: this format can run code when it is opened; use safetensors, and remove it")
        if found.suffix.lower() == ".py":
            raise InputError(f"{found}: a model that brings code of its own is not opened; use one that needs none")


def _open_folder(folder: Path) -> Base:
    for name in (CONFIG, TOKENIZER):
        if not (folder / name).is_file():
            raise InputError(f"{folder}: has no {name}; give a folder with config.json, tokenizer.json and safetensors")
        if (folder / name).stat().st_size > LARGEST_JSON:
            raise InputError(f"{folder / name}: larger than {LARGEST_JSON >> 20} MB; restore the file")
    values = read_json(folder / CONFIG)
    if not isinstance(values, dict):
        raise InputError(f"{folder / CONFIG}: not an object; restore the file")
    library = from_json((folder / TOKENIZER).read_text("utf-8", "replace"), str(folder / TOKENIZER))
    begin, ends = marks(library, values, str(folder / CONFIG))
    config = read_config(values, str(folder / CONFIG), begin, ends)
    network = network_of(config, read_tensors(folder, weight_files(folder)), str(folder))
    files = {name: sha256_file(folder / name) for name in _names(folder)}
    return Base(folder, "hugging-face", files, network, PretrainedTokenizer(library, begin, ends))


def _names(folder: Path) -> list[str]:
    """The files that make up a model, sorted."""
    shards = weight_files(folder)
    return sorted([CONFIG, TOKENIZER, *shards, *([] if shards == [SINGLE] else [INDEX])])


def _open_gguf(path: Path) -> Base:
    file = GGUF(path)
    library = from_gguf(file.metadata, str(path))
    values = {f"{name}_token_id": file.metadata.get(f"tokenizer.ggml.{name}_token_id") for name in ("bos", "eos")}
    begin, ends = marks(library, values, str(path))
    config = _gguf_config(file, begin, ends)
    network = network_of(config, _gguf_tensors(file, config), str(path))
    files = {"model.gguf": sha256_file(path)}
    return Base(path, "gguf", files, network, PretrainedTokenizer(library, begin, ends))


def _gguf_config(file: GGUF, begin: int, ends: tuple[int, ...]) -> LlamaConfig:
    data, place = file.metadata, str(file.path)
    if data.get("general.architecture") != "llama" or "rope_freqs.weight" in file.places:
        raise InputError(f"{place}: architecture {data.get('general.architecture')!r} is not supported; "
                         "supported: llama without scaled positions")  # fmt: skip
    try:
        heads, width = int(data["llama.attention.head_count"]), int(data["llama.embedding_length"])
        config = LlamaConfig(
            vocabulary=len(data["tokenizer.ggml.tokens"]),
            context=int(data["llama.context_length"]),
            layers=int(data["llama.block_count"]),
            width=width,
            heads=heads,
            groups=int(data.get("llama.attention.head_count_kv", heads)),
            head_width=int(data.get("llama.rope.dimension_count", width // heads)),
            inner=int(data["llama.feed_forward_length"]),
            epsilon=float(data["llama.attention.layer_norm_rms_epsilon"]),
            theta=float(data.get("llama.rope.freq_base", 10_000.0)),
            tied="output.weight" not in file.places,
            begin=begin,
            ends=ends,
        )
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(f"{place}: metadata missing or of the wrong type ({error}); download the file again") from None
    check_bounds(config, place)
    return config


GGUF_NAMES = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj",
    "ffn_down": "mlp.down_proj", "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
}  # fmt: skip
GGUF_TOP = {
    "token_embd.weight": "model.embed_tokens.weight",
    "output_norm.weight": "model.norm.weight",
    "output.weight": "lm_head.weight",
}


def _gguf_tensors(file: GGUF, config: LlamaConfig) -> dict[str, Tensor]:
    """Tensors by the names of Hugging Face, rotary pairs (2i, 2i + 1) put back to (i, i + width / 2)."""
    tensors: dict[str, Tensor] = {}
    for name in file.places:
        values: Any = file.tensor(name)
        if name in GGUF_TOP:
            tensors[GGUF_TOP[name]] = torch.from_numpy(values)
            continue
        parts = name.split(".")
        if len(parts) != 4 or parts[0] != "blk" or parts[2] not in GGUF_NAMES:
            raise InputError(f"{file.path}: tensor {name!r} belongs to no Llama that headwater knows")
        heads = {"attn_q": config.heads, "attn_k": config.groups}.get(parts[2])
        if heads and len(values) == heads * config.head_width:
            values = values.reshape(heads, -1, 2, *values.shape[1:]).swapaxes(1, 2).reshape(values.shape)
        tensors[f"model.layers.{parts[1]}.{GGUF_NAMES[parts[2]]}.{parts[3]}"] = torch.from_numpy(values)
    return tensors
