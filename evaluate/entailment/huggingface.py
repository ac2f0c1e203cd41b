"""Any sequence classifier of entailment in a local Hugging Face folder: safetensors only, no code of its own."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...core import IncompleteError, InputError, safe_content
from ..statistics import Floats
from .base import CLASSES, ENTAILMENTS

STEMS = {"entail": 0, "neutral": 1, "contradict": 2}
MOST_TOKENS = 512
MOST_CHARACTERS = 20_000


def label_columns(labels: Mapping[str, str]) -> tuple[int, int, int]:
    """The columns of entailment, neutral, contradiction (-1: none) by the names in ``id2label`` of a config.

    A model of two classes, entailment and "not entailment", has the second in place of neutral.

    >>> label_columns({"0": "CONTRADICTION", "1": "NEUTRAL", "2": "ENTAILMENT"})
    (2, 1, 0)
    >>> label_columns({"0": "entailment", "1": "not_entailment"})
    (0, 1, -1)
    """
    columns = [-1, -1, -1]
    for key, name in labels.items():
        lowered = str(name).lower()
        own = 1 if lowered.startswith(("not", "non")) else next((STEMS[stem] for stem in STEMS if stem in lowered), -1)
        if own < 0 or not str(key).isdigit() or columns[own] >= 0:
            break
        columns[own] = int(key)
    else:
        if columns[0] >= 0 and sorted(one for one in columns if one >= 0) == list(range(len(labels))):
            return columns[0], columns[1], columns[2]
    raise InputError(
        "id2label in config.json must name the classes entailment, neutral and contradiction, or entailment and "
        f"not_entailment, not {', '.join(sorted(map(str, labels.values())))[:200]!r}"
    )


class HuggingFaceEntailment:
    """A sequence classifier of transformers. Pairs are judged one by one, so that none changes another."""

    def __init__(self, model: Any, tokenizer: Any, columns: tuple[int, int, int], name: str) -> None:
        self._model, self._tokenizer, self._columns = model, tokenizer, columns
        self.protocol = f"huggingface/1 {name}"

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> Floats:
        """Probabilities of entailment, neutral, contradiction: float64 (pairs, 3)."""
        import torch

        found = np.zeros((len(premises), len(CLASSES)))
        with torch.inference_mode():
            for row, (premise, hypothesis) in enumerate(zip(premises, hypotheses, strict=True)):
                tokens = self._tokenizer(
                    premise[:MOST_CHARACTERS], hypothesis[:MOST_CHARACTERS],
                    truncation="longest_first", max_length=self._longest, return_tensors="pt",
                )  # fmt: skip
                given = self._model(**tokens).logits[0].double().softmax(0).numpy()
                for own, column in enumerate(self._columns):
                    found[row, own] = given[column] if column >= 0 else 0.0
        return found

    @property
    def _longest(self) -> int:
        places = getattr(self._model.config, "max_position_embeddings", MOST_TOKENS)
        return min(MOST_TOKENS, int(places))


@ENTAILMENTS.register("huggingface", source="the model's own; ANLI, MNLI and others by their cards")
def huggingface(folder: str) -> HuggingFaceEntailment:
    """A Hugging Face model of entailment in a local folder (safetensors, its own labels); needs transformers.

    ``folder`` holds config.json with ``id2label``, model.safetensors and the tokenizer's files. Nothing is fetched, and
    no code of the folder is run.
    """
    path = Path(folder)
    config, weights = path / "config.json", sorted(path.glob("*.safetensors"))
    if not config.is_file() or not weights:
        raise InputError(f"{path.name}: holds no config.json and .safetensors; give the folder of a downloaded model")
    columns, content = label_columns(_labels(config)), safe_content(path)
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError:
        raise IncompleteError("the entailment huggingface needs transformers: pip install transformers") from None
    try:
        model = AutoModelForSequenceClassification.from_pretrained(
            str(path), local_files_only=True, use_safetensors=True, trust_remote_code=False
        ).eval()
        tokenizer = AutoTokenizer.from_pretrained(str(path), local_files_only=True, trust_remote_code=False)
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{path.name}: transformers cannot open this folder ({str(error)[:200]})") from None
    return HuggingFaceEntailment(model, tokenizer, columns, f"{path.name}@{content[:8]}")


def _labels(config: Path) -> Mapping[str, str]:
    try:
        found = json.loads(config.read_text("utf-8")).get("id2label")
    except (ValueError, AttributeError):
        raise InputError(f"{config.name}: is no JSON object") from None
    if not isinstance(found, dict) or not found:
        raise InputError(f"{config.name}: has no id2label, so that nobody knows which class is entailment")
    return found
