"""A linear text classifier: hashed character n-grams, logistic regression, calibrated out of fold.

Saved as safetensors with its facts as JSON inside: nothing is unpickled, and the hash of the file names the model.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...core import InputError, atomic_path, sha256
from .labelled import Labelled
from .text_detector import Bools, Floats

FEATURES = 1 << 18
NGRAMS = (2, 5)
LONGEST = 20_000
FOLDS = 5
INVERSE_PENALTY = 10.0
FORMAT = "headwater-linear-text/1"
MAX_BYTES = 64 << 20
FEWEST = 20


@dataclass(frozen=True, slots=True)
class LinearModel:
    """``weights`` (2^18,) and ``intercept`` of the logistic regression, ``slope`` and ``offset`` of the calibration.

    ``held_out`` (n,) are the calibrated scores of the training texts, each by a model that did not see it (nor any
    copy of it), and ``labels`` (n,) their labels: the error is measured on them. ``seen`` are
    their hashes one by one, ``trained_on`` is that of all with their labels.
    """

    weights: NDArray[np.float32]
    intercept: float
    slope: float
    offset: float
    held_out: Floats
    labels: Bools
    seen: NDArray[np.uint64]
    trained_on: str

    @property
    def hash(self) -> str:
        """SHA-256 of everything that decides a score."""
        numbers = np.array([self.intercept, self.slope, self.offset]).tobytes()
        return sha256(self.weights.tobytes() + numbers)

    def unseen(self, texts: Sequence[str]) -> Bools:
        """Whether the model was not trained on a text: bool (n,)."""
        return ~np.isin(_hashes(texts), self.seen)

    def scores(self, texts: Sequence[str]) -> Floats:
        """The calibrated probability of yes for each text: (n,)."""
        if not texts:
            return np.zeros(0)
        margin = features(texts) @ self.weights.astype(np.float64) + self.intercept
        return _sigmoid(self.slope * margin + self.offset)

    def save(self, path: Path) -> None:
        """Write the model to ``path`` (``.safetensors``), atomically and to the same bytes each time."""
        from safetensors.numpy import save

        facts = {"format": FORMAT, "trained_on": self.trained_on}
        arrays = {
            "weights": self.weights,
            "numbers": np.array([self.intercept, self.slope, self.offset]),
            "held_out": self.held_out,
            "labels": self.labels.astype(np.uint8),
            "seen": self.seen,
        }
        with atomic_path(path) as temporary:
            temporary.write_bytes(save(arrays, {"headwater": json.dumps(facts, sort_keys=True)}))


def load_model(path: Path) -> LinearModel:
    """The model that :meth:`LinearModel.save` wrote; anything else raises :class:`InputError`."""
    from safetensors import SafetensorError, safe_open

    try:
        if path.stat().st_size > MAX_BYTES:
            raise InputError(f"{path}: a text classifier has {MAX_BYTES:,} bytes at most; train it again")
        with safe_open(path, "numpy") as file:
            facts: dict[str, Any] = json.loads((file.metadata() or {})["headwater"])
            arrays = {name: file.get_tensor(name) for name in ("weights", "numbers", "held_out", "labels", "seen")}
        right = arrays["weights"].shape == (FEATURES,) and arrays["numbers"].shape == (3,)
        right &= arrays["held_out"].shape == arrays["labels"].shape and facts["format"] == FORMAT
        if not right or not all(np.isfinite(array).all() for array in arrays.values()):
            raise ValueError("other shapes or format, or numbers that are not finite")
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        raise InputError(
            f"{path}: no text classifier of headwater ({type(error).__name__}: {error}); give a file that "
            "train_text_classifier(...).save(path) wrote"
        ) from None
    intercept, slope, offset = (float(number) for number in arrays["numbers"])
    held_out, labels, seen = arrays["held_out"], arrays["labels"].astype(bool), arrays["seen"]
    return LinearModel(arrays["weights"], intercept, slope, offset, held_out, labels, seen, str(facts["trained_on"]))


def train_text_classifier(labelled: Labelled) -> LinearModel:
    """Train on all texts, calibrate on scores out of five folds (Platt 1999); at least 20 texts of each label.

    The fold of a text is decided by its own hash, so that copies of one text never stand on both sides.
    """
    labels = labelled.require(FEWEST).labels
    matrix = features(labelled.texts)
    seen = _hashes(labelled.texts)
    folds = seen % FOLDS
    margins = np.zeros(len(labels))
    for fold in range(FOLDS):
        inside = folds == fold
        if inside.any():
            weights, intercept = _fit(matrix[~inside], labels[~inside])
            margins[inside] = matrix[inside] @ weights + intercept
    slope, offset = _calibrate(margins, labels)
    weights, intercept = _fit(matrix, labels)
    held_out = _sigmoid(slope * margins + offset)
    return LinearModel(weights.astype(np.float32), intercept, slope, offset, held_out, labels, seen, labelled.hash)


def features(texts: Sequence[str]) -> Any:
    """Hashed counts of character 2- to 5-grams inside words, rows of length one: sparse (n, 2^18)."""
    from sklearn.feature_extraction.text import HashingVectorizer  # imports scipy: half a second

    hashing = HashingVectorizer(
        n_features=FEATURES, analyzer="char_wb", ngram_range=NGRAMS, alternate_sign=False, dtype=np.float64
    )
    return hashing.transform([text[:LONGEST] for text in texts])


def _hashes(texts: Sequence[str]) -> NDArray[np.uint64]:
    digests = (sha256(text.encode("utf-8", "replace"))[:16] for text in texts)
    return np.fromiter((int(digest, 16) for digest in digests), np.uint64, len(texts))


def _fit(matrix: Any, labels: Bools) -> tuple[Floats, float]:
    from sklearn.linear_model import LogisticRegression

    if labels.all() or not labels.any():
        raise InputError("labelled: a fold holds texts of one label only; give more texts, or fewer copies of them")
    used = np.unique(matrix.indices)  # a feature that no text has gets weight 0: leaving it out is quicker, and exact
    model = LogisticRegression(C=INVERSE_PENALTY, solver="liblinear", random_state=0).fit(matrix[:, used], labels)
    weights = np.zeros(FEATURES)
    weights[used] = model.coef_[0]
    return weights, float(model.intercept_[0])


def _calibrate(margins: Floats, labels: Bools) -> tuple[float, float]:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(margins[:, None], labels)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def _sigmoid(values: Floats) -> Floats:
    result: Floats = 0.5 * (1 + np.tanh(values / 2))
    return result
