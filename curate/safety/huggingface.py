"""The detector ``huggingface``: any text classifier of Hugging Face's library transformers, from a folder on disk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...core import IncompleteError, InputError, UsageError, did_you_mean, safe_content
from .text_detector import TEXT_DETECTORS, Floats

LARGEST_JSON = 4 << 20
LONGEST = 512


@dataclass(frozen=True, slots=True)
class ClassifierFolder:
    """A checked folder: its labels in order, whether several may hold at once, and the hash of all its files."""

    path: Path
    labels: tuple[str, ...]
    several: bool
    hash: str


@dataclass(slots=True)
class TransformerClassifier:
    """Scores a text by the probability of the labels that count; see :func:`huggingface`."""

    name: str
    folder: ClassifierFolder
    counted: tuple[str, ...]
    tokens: int
    _model: Any = field(default=None, repr=False)

    @property
    def protocol(self) -> str:
        """The hash of the folder, the labels that count and how much of a text is read."""
        counted = "+".join(self.counted)
        return f"{self.name}/1 {self.folder.path.name} {self.folder.hash[:8]} {counted}, {self.tokens} tokens"

    def scores(self, texts: Sequence[str]) -> Floats:
        """Probability that a counted label holds: float64 (n,). Texts go one by one, so that none depends on others."""
        return label_scores(self._all_logits(texts), self._columns, self.folder.several)

    @property
    def categories(self) -> tuple[str, ...]:
        """The labels that count."""
        return self.counted

    def category_scores(self, texts: Sequence[str]) -> Floats:
        """Probability of each counted label: (n, categories)."""
        logits = self._all_logits(texts)
        return np.stack([label_scores(logits, [column], self.folder.several) for column in self._columns], 1)

    @property
    def _columns(self) -> list[int]:
        return [self.folder.labels.index(label) for label in self.counted]

    def _all_logits(self, texts: Sequence[str]) -> np.ndarray:
        return np.array([self._logits(text) for text in texts]).reshape(len(texts), len(self.folder.labels))

    def _logits(self, text: str) -> np.ndarray:
        import torch

        if self._model is None:
            self._model = _open(self.folder.path)
        tokenizer, model = self._model
        read = tokenizer(text, truncation=True, max_length=self.tokens, return_tensors="pt")
        with torch.inference_mode():
            found: np.ndarray = model(**read).logits[0].double().numpy()
        return found


def label_scores(logits: np.ndarray, columns: Sequence[int], several: bool) -> Floats:
    """Probability that a text has a counted label, from logits (n, labels).

    With one label a text (softmax) the probabilities of the counted ones add up; where several may hold (sigmoid) it is
    the largest of them.

    >>> label_scores(np.log([[1.0, 1.0, 2.0]]), [0, 1], False).round(3).tolist()
    [0.5]
    """
    if several:
        return np.asarray((1 / (1 + np.exp(-logits[:, columns]))).max(axis=1, initial=0.0), np.float64)
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares = shifted[:, columns].sum(1) / shifted.sum(1)
    return np.asarray(np.minimum(shares, 1.0), np.float64)


@TEXT_DETECTORS.register(
    "huggingface", source="https://huggingface.co/docs/transformers (Apache-2.0), extra transformers", range="[0, 1]"
)
def huggingface(path: str | Path, labels: Sequence[str] = (), max_tokens: int = LONGEST) -> TransformerClassifier:
    """A text classifier in a folder in the form of Hugging Face (extra ``transformers``); nothing is downloaded.

    ``labels`` are those whose probability is the score; they need not be named where the folder has two labels or one,
    of which the last is taken. Weights are read from safetensors; folders with pickles or code are refused before a
    byte is interpreted. Texts are read up to ``max_tokens`` tokens.
    """
    if isinstance(labels, str):
        raise UsageError(f"huggingface: labels must be a list, [{labels}]")
    if max_tokens < 1:
        raise UsageError("huggingface: max_tokens must be 1 or more")
    folder = check_folder(Path(path))
    return TransformerClassifier("huggingface", folder, _counted(folder, tuple(labels)), max_tokens)


def check_folder(path: Path) -> ClassifierFolder:
    """The folder's facts; raises :class:`InputError` where it is no classifier or holds what must not be loaded."""
    if not (path / "config.json").is_file():
        raise InputError(f"huggingface: {path.name}: no folder of a classifier (no config.json); download it first")
    config = _config(path)
    content = safe_content(path)
    if not any(path.rglob("*.safetensors")):
        raise IncompleteError(f"huggingface: {path.name}: no .safetensors; save the model with safe_serialization=True")
    labels = _labels(config)
    if not labels:
        raise InputError(f"huggingface: {path.name}: config.json has no id2label; it is no classifier of texts")
    several = config.get("problem_type") == "multi_label_classification" or len(labels) == 1
    return ClassifierFolder(path, labels, several, content)


def _config(path: Path) -> Mapping[str, Any]:
    file = path / "config.json"
    if file.stat().st_size > LARGEST_JSON:
        raise InputError(f"huggingface: {path.name}: config.json has more than {LARGEST_JSON:,} bytes")
    try:
        found = json.loads(file.read_bytes())
        if not isinstance(found, dict):
            raise ValueError("no object")
    except (ValueError, RecursionError) as error:
        raise InputError(f"huggingface: {path.name}: config.json cannot be read ({type(error).__name__})") from None
    return found


def _labels(config: Mapping[str, Any]) -> tuple[str, ...]:
    found = config.get("id2label")
    if not isinstance(found, dict) or sorted(found, key=str) != sorted(map(str, range(len(found)))):
        return ()
    return tuple(str(found[str(place)]) for place in range(len(found)))


def _counted(folder: ClassifierFolder, labels: tuple[str, ...]) -> tuple[str, ...]:
    known = ", ".join(folder.labels)
    for label in labels:
        if label not in folder.labels:
            hint = did_you_mean(label, folder.labels)
            raise UsageError(f"huggingface: the classifier has no label {label!r}; {hint}it has {known}")
    if labels:
        return tuple(dict.fromkeys(labels))
    if len(folder.labels) > 2:
        raise UsageError(f"huggingface: name the labels that count in 'labels'; the classifier has {known}")
    return folder.labels[-1:]


def _open(path: Path) -> Any:
    try:
        from transformers import AutoModelForSequenceClassification, AutoTokenizer
    except ImportError:
        raise UsageError(
            "huggingface: the library transformers is not installed; pip install 'headwater[transformers]'"
        ) from None
    kept = {"local_files_only": True, "trust_remote_code": False}
    tokenizer = AutoTokenizer.from_pretrained(path, **kept)
    model = AutoModelForSequenceClassification.from_pretrained(path, use_safetensors=True, **kept).eval()
    return tokenizer, model
