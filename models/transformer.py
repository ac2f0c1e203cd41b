"""The family ``transformer``: a decoder-only language model on byte-level BPE, characters or residues."""

import math
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from ..core import Corpus, Progress, Recipe, derive_seed
from .base import Checkpoint
from .checkpoint import Parts
from .families import DEFAULTS, FAMILIES, Prepared
from .gpt import GPT, GPTConfig
from .ledger import TrainingLedger
from .text_checkpoint import TOKENIZER, TextCheckpoint
from .text_data import TextData, prepare_text
from .tokenizer import check_kind

FINAL_SHARE = 0.1


@FAMILIES.register("transformer", source="Vaswani et al. 2017, arXiv 1706.03762; Radford et al. 2019 (GPT-2)")
class TransformerFamily:
    """Decoder-only transformer (GPT) for text.

    Rotary positions, RMSNorm, normalised queries and keys, squared ReLU. ``tokenizer``: ``bpe`` (byte-level, trained on
    the training documents), ``characters`` (those of the training documents, bytes for others) or ``residues`` (one
    token a letter of DNA, RNA or a protein). Recipe keys: size (xs, s, m), context, vocabulary, dropout, documents,
    canaries.
    """

    modality = "text"
    mixed = True
    defaults = DEFAULTS

    def __init__(self, tokenizer: str = "bpe") -> None:
        self.tokenizer = check_kind(tokenizer)

    def prepare(self, corpus: Corpus, recipe: Recipe, progress: Progress) -> Prepared:
        """Choose documents, train the tokenizer, pack windows, build the network."""
        data = prepare_text(corpus, recipe, progress, self.tokenizer)
        config = GPTConfig.of_size(recipe.size, data.tokenizer.vocabulary, recipe.context, recipe.dropout)
        network = GPT(config, torch.Generator().manual_seed(derive_seed(recipe.seed, "weights")))
        return Prepared(
            network=network,
            examples=data,
            ledger=lambda plan: TrainingLedger(data.ledger, plan),
            facts=_facts(data, config, network),
            summary=lambda _, losses: _summary(data, losses),
            canaries=data.canaries,
            monitor=data.validation.measure if data.validation else None,
            files={TOKENIZER: data.tokenizer.to_json()},
            unit="tokens",
            per_example=recipe.context,
        )

    def restore(self, folder: Path, parts: Parts) -> Checkpoint:
        """A :class:`TextCheckpoint`."""
        return TextCheckpoint(folder, parts)


def _facts(data: TextData, config: GPTConfig, network: nn.Module) -> dict[str, Any]:
    hidden = sum(parameter.numel() for name, parameter in network.named_parameters() if name.startswith("blocks."))
    return {
        "network": asdict(config),
        "hidden_parameters": hidden,
        "tied_embeddings": False,
        "begin_token": data.tokenizer.begin,
        "tokenizer": data.tokenizer.hash,
        "documents": {
            "trained": data.documents,
            "held_out": data.held_out,
            "planted": sum(canary.repetitions for canary in data.canaries),
        },
        "tokens": {"stream": data.text_tokens, "bytes": data.text_bytes},
        "validation": data.validation.facts() if data.validation else None,
    }


def _summary(data: TextData, losses: list[float]) -> Mapping[str, Any]:
    last = losses[-max(1, round(len(losses) * FINAL_SHARE)) :]
    nats = sum(last) / len(last)
    return {
        "final_loss": nats,
        "bits_per_byte_train": nats / math.log(2) * data.text_tokens / data.text_bytes,
        "diagnostics": {},
    }
