"""The shapes of networks made elsewhere, read from a ``config.json`` within bounds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...core import InputError

BOUNDS = {"vocabulary": 2**21, "context": 2**24, "layers": 512, "width": 2**16, "heads": 2**10, "inner": 2**18}
"""Larger than any model that is public; a config file must not make us allocate what no weights fill."""


@dataclass(frozen=True, slots=True)
class LlamaConfig:
    """Touvron et al. 2023 (arXiv 2302.13971) with grouped queries (Ainslie et al. 2023, arXiv 2305.13245).

    ``groups`` of heads share keys and values; ``inner`` is the width of the perceptron. ``begin`` and ``ends`` are ids.
    """

    vocabulary: int
    context: int
    layers: int
    width: int
    heads: int
    groups: int
    head_width: int
    inner: int
    epsilon: float
    theta: float
    tied: bool
    begin: int
    ends: tuple[int, ...]
    attention_bias: bool = False
    inner_bias: bool = False
    dropout: float = 0.0
    architecture: str = "llama"


@dataclass(frozen=True, slots=True)
class GPT2Config:
    """Radford et al. 2019: learnt positions, layer normalisation with bias, one matrix for embedding and head."""

    vocabulary: int
    context: int
    layers: int
    width: int
    heads: int
    inner: int
    epsilon: float
    begin: int
    ends: tuple[int, ...]
    tied: bool = True
    dropout: float = 0.0
    architecture: str = "gpt2"


Config = LlamaConfig | GPT2Config
ARCHITECTURES = {"LlamaForCausalLM": "llama", "GPT2LMHeadModel": "gpt2"}


def read_config(values: Mapping[str, Any], place: str, begin: int, ends: tuple[int, ...]) -> Config:
    """The shape that a ``config.json`` describes; what we cannot compute exactly is refused."""
    architecture = architecture_of(values, place)
    if values.get("quantization_config"):
        raise InputError(f"{place}: quantised weights; export the model in float32, float16 or bfloat16")
    try:
        config = _llama(values, begin, ends) if architecture == "llama" else _gpt2(values, begin, ends)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as error:
        raise InputError(f"{place}: key missing or of the wrong type ({error}); restore the file") from None
    _refuse_unsupported(values, architecture, place)
    return check_bounds(config, place)


def config_from_json(data: Mapping[str, Any]) -> Config:
    """The shape that a checkpoint keeps."""
    kind = LlamaConfig if data["architecture"] == "llama" else GPT2Config
    return check_bounds(kind(**{**data, "ends": tuple(data["ends"])}), "run.json")


def architecture_of(values: Mapping[str, Any], place: str) -> str:
    """``llama`` or ``gpt2``."""
    if _mentions_code(values):
        raise InputError(f"{place}: asks for code of its own (auto_map), which headwater never runs; use another model")
    named = values.get("architectures")
    found = [ARCHITECTURES[name] for name in named if name in ARCHITECTURES] if isinstance(named, list) else []
    if not found:
        raise InputError(f"{place}: architecture {named!r} is not supported; supported: {', '.join(ARCHITECTURES)}")
    return found[0]


def check_bounds(config: Config, place: str) -> Config:
    """The same config; a size out of bounds or sizes that do not divide are errors."""
    for name, most in BOUNDS.items():
        if not 1 <= getattr(config, name) <= most:
            raise InputError(f"{place}: {name} {getattr(config, name)} is out of bounds (1 to {most})")
    if isinstance(config, LlamaConfig):
        fits = 1 <= config.groups <= config.heads and config.heads % config.groups == 0 and config.head_width % 2 == 0
        fits = fits and 2 <= config.head_width <= BOUNDS["width"]
    else:
        fits = config.width % config.heads == 0
    if not fits or not 0 < config.epsilon < 1:
        raise InputError(f"{place}: the sizes of heads do not fit each other; restore the file")
    return config


def _llama(values: Mapping[str, Any], begin: int, ends: tuple[int, ...]) -> LlamaConfig:
    heads, width = int(values["num_attention_heads"]), int(values["hidden_size"])
    rope = values.get("rope_parameters") or {}
    return LlamaConfig(
        vocabulary=int(values["vocab_size"]),
        context=int(values["max_position_embeddings"]),
        layers=int(values["num_hidden_layers"]),
        width=width,
        heads=heads,
        groups=int(values.get("num_key_value_heads") or heads),
        head_width=int(values.get("head_dim") or width // heads),
        inner=int(values["intermediate_size"]),
        epsilon=float(values["rms_norm_eps"]),
        theta=float(rope.get("rope_theta") or values.get("rope_theta") or 10_000.0),
        tied=bool(values.get("tie_word_embeddings", False)),
        begin=begin,
        ends=ends,
        attention_bias=bool(values.get("attention_bias", False)),
        inner_bias=bool(values.get("mlp_bias", False)),
    )


def _gpt2(values: Mapping[str, Any], begin: int, ends: tuple[int, ...]) -> GPT2Config:
    width = int(values["n_embd"])
    return GPT2Config(
        vocabulary=int(values["vocab_size"]),
        context=int(values["n_positions"]),
        layers=int(values["n_layer"]),
        width=width,
        heads=int(values["n_head"]),
        inner=int(values.get("n_inner") or 4 * width),
        epsilon=float(values["layer_norm_epsilon"]),
        begin=begin,
        ends=ends,
        tied=bool(values.get("tie_word_embeddings", True)),
    )


def _refuse_unsupported(values: Mapping[str, Any], architecture: str, place: str) -> None:
    rope = values.get("rope_parameters") or values.get("rope_scaling") or {}
    kind = rope.get("rope_type", rope.get("type", "default")) if isinstance(rope, Mapping) else rope
    wanted: dict[str, tuple[Any, tuple[Any, ...]]] = {
        "hidden_act": (values.get("hidden_act", "silu"), ("silu", "swish")),
        "rope_scaling": (kind, ("default",)),
    }
    if architecture == "gpt2":
        wanted = {
            "activation_function": (values.get("activation_function", "gelu_new"), ("gelu_new",)),
            "scale_attn_weights": (values.get("scale_attn_weights", True), (True,)),
            "scale_attn_by_inverse_layer_idx": (values.get("scale_attn_by_inverse_layer_idx", False), (False,)),
            "add_cross_attention": (values.get("add_cross_attention", False), (False,)),
        }
    for key, (found, known) in wanted.items():
        if found not in known:
            raise InputError(f"{place}: {key} {found!r} is not supported (only {known[0]!r}); use another model")


def _mentions_code(values: Mapping[str, Any]) -> bool:
    return bool(values.get("auto_map") or values.get("custom_pipelines") or values.get("trust_remote_code"))
