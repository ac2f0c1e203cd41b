"""A text classifier: hashed words and word pairs, logistic regression, calibrated; training, file, application."""

import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import InputError, IntegrityError, UsageError, generator, sha256, write_bytes
from ..auc import auc_with_interval
from ..duplicates import split_words
from ..duplicates.shingles import word_hashes
from .reference_texts import reference_texts
from .text_column import slices

BITS = 18
FEWEST = 25
PARTS = (0.6, 0.8)
FORMAT = "headwater quality model/1"
_MIX = np.uint64(0x9E3779B97F4A7C15)
_PAIR = np.uint64(0xC2B2AE3D27D4EB4F)
_LARGEST = 64 << 20
_FACTS = ("slope", "offset", "auc", "low", "high", "good", "bad", "good_held_out", "bad_held_out")


@dataclass(frozen=True, slots=True)
class QualityModel:
    """p(good | text) = logistic(slope * margin + offset), the margin linear in hashed features.

    ``weights``: float32 of shape (2^18 + 1,), the last one the intercept. ``auc`` with ``low`` and ``high`` (95 %) was
    measured on examples that neither training nor calibration saw.
    """

    weights: np.ndarray
    slope: float
    offset: float
    auc: float
    low: float
    high: float
    good: int
    bad: int
    good_held_out: int
    bad_held_out: int

    @property
    def sha256(self) -> str:
        """The hash of weights and calibration."""
        facts = np.array([getattr(self, name) for name in _FACTS], "<f8")
        return sha256(self.weights.astype("<f4").tobytes() + facts.tobytes())

    def probabilities(self, texts: pa.Array) -> np.ndarray:
        """p(good) of each text: float64 of shape (n,) in [0, 1], rounded to six digits."""
        exponent = -(self.slope * self.margins(texts) + self.offset)
        found: np.ndarray = np.round(1 / (1 + np.exp(np.clip(exponent, -500, 500))), 6)
        return found

    def margins(self, texts: pa.Array) -> np.ndarray:
        """The linear part for each text: float64 of shape (n,)."""
        parts = [np.zeros(0), *(self._margins(part) for _, part in slices(texts))]
        return np.concatenate(parts)

    def _margins(self, texts: pa.Array) -> np.ndarray:
        columns, values, borders = features(texts)
        filled = np.flatnonzero(np.diff(borders))
        sums = np.zeros(len(borders) - 1)
        if filled.size:
            sums[filled] = np.add.reduceat(self.weights[columns].astype(np.float64) * values, borders[filled])
        return sums + float(self.weights[-1])

    def save(self, path: Path) -> None:
        """Write the model as an npz file, atomically."""
        buffer = io.BytesIO()
        facts = np.array([getattr(self, name) for name in _FACTS], np.float64)
        np.savez_compressed(buffer, format=np.array(FORMAT), weights=self.weights, facts=facts)
        write_bytes(Path(path), buffer.getvalue())


def train_quality_model(good_path: str, bad_path: str) -> QualityModel:
    """A model of the texts at two paths (JSON Lines, Parquet, CSV, text file of paragraphs, or folder).

    60 % of the examples of each kind train, 20 % calibrate, 20 % measure; the parts are drawn once and for all, so
    that the same texts give the same model. Raises :class:`UsageError` for fewer than 25 examples of a kind.
    """
    good, good_hash = reference_texts(good_path, "good_path")
    bad, bad_hash = reference_texts(bad_path, "bad_path")
    return _train(_Examples(good, good_hash, good_path), _Examples(bad, bad_hash, bad_path))


class _Examples:
    """Texts that are equal where their hashes are: a key of the cache, for a config builds its steps several times."""

    def __init__(self, texts: Sequence[pa.Array], digest: str, path: str) -> None:
        self.column = pa.chunked_array(texts, pa.large_string()).combine_chunks()
        self.digest, self.path = digest, path

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Examples) and other.digest == self.digest

    def __hash__(self) -> int:
        return int(self.digest[:15], 16)


@lru_cache(maxsize=4)
def _train(good: _Examples, bad: _Examples) -> QualityModel:
    for examples, option in ((good, "good_path"), (bad, "bad_path")):
        if len(examples.column) < FEWEST:
            raise UsageError(
                f"{option}: {examples.path} holds {len(examples.column)} texts; at least {FEWEST} are needed"
            )
    parts = [_split(examples.column, option) for examples, option in ((good, "good"), (bad, "bad"))]
    (good_train, good_calibrate, good_test), (bad_train, bad_calibrate, bad_test) = parts
    weights = _fit(*_labelled(good_train, bad_train))
    raw = QualityModel(weights, 1.0, 0.0, 0.5, 0.0, 1.0, len(good_train), len(bad_train), len(good_test), len(bad_test))
    slope, offset = _calibrate(raw.margins(good_calibrate), raw.margins(bad_calibrate))
    auc, low, high = auc_with_interval(raw.margins(good_test), raw.margins(bad_test))
    return QualityModel(weights, slope, offset, auc, low, high, raw.good, raw.bad, raw.good_held_out, raw.bad_held_out)


def features(texts: pa.Array) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns (int64) and values (float64) of the features of each text, and n + 1 borders: a sparse matrix by rows.

    Features are the words and pairs of neighbouring words, hashed to 2^18 columns, with value log(1 + count), each
    row divided by its Euclidean norm.
    """
    words = split_words(texts)
    hashes = word_hashes(words) * _MIX
    document = np.repeat(np.arange(len(words.borders) - 1), np.diff(words.borders))
    inside = document[1:] == document[:-1]
    pairs = ((hashes[:-1] * _PAIR) ^ hashes[1:])[inside] * _MIX
    owners = np.concatenate([document, document[1:][inside]])
    codes = (np.concatenate([hashes, pairs]) >> np.uint64(64 - BITS)).astype(np.int64)
    keys, counts = np.unique((owners << BITS) | codes, return_counts=True)
    rows, values = keys >> BITS, np.log1p(counts)
    borders = np.searchsorted(rows, np.arange(len(words.borders)))
    norms = np.sqrt(np.bincount(rows, values**2, len(words.borders) - 1))
    return keys & ((1 << BITS) - 1), values / norms[rows], borders


def load_quality_model(path: str, expected: str | None = None) -> QualityModel:
    """Read a model that :meth:`QualityModel.save` wrote; nothing in the file is run.

    Raises :class:`InputError` for a file that is none, :class:`IntegrityError` where its hash is not ``expected``.
    """
    if not Path(path).is_file():
        raise InputError(f"model_path: no such file {path}; train_quality_model(good, bad).save(path) writes one")
    wrong = InputError(f"model_path: {path} is no {FORMAT}; train the model again")
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(member.file_size for member in archive.infolist()) > _LARGEST:
                raise wrong
        with np.load(path, allow_pickle=False) as data:
            if str(data["format"]) != FORMAT:
                raise wrong
            weights, facts = data["weights"], [float(value) for value in data["facts"]]
    except (zipfile.BadZipFile, ValueError, KeyError, OSError, EOFError, TypeError):
        raise wrong from None
    if weights.shape != ((1 << BITS) + 1,) or weights.dtype != np.float32 or len(facts) != len(_FACTS):
        raise wrong
    if not np.isfinite(weights).all() or not np.isfinite(facts).all():
        raise wrong
    slope, offset, auc, low, high = facts[:5]
    good, bad, good_held_out, bad_held_out = (int(value) for value in facts[5:])
    model = QualityModel(weights, slope, offset, auc, low, high, good, bad, good_held_out, bad_held_out)
    if expected is not None and model.sha256 != expected:
        raise IntegrityError(f"model_path: {path} has the hash {model.sha256}, not {expected}; it is another model")
    return model


def _split(column: pa.Array, name: str) -> list[pa.Array]:
    """The texts in three parts, drawn by a fixed seed."""
    order = generator(0, "quality-classifier", name).permutation(len(column))
    cuts = [round(share * len(column)) for share in PARTS]
    return [column.take(pa.array(np.sort(rows))) for rows in np.split(order, cuts)]


def _labelled(good: pa.Array, bad: pa.Array) -> tuple[Any, np.ndarray]:
    from scipy.sparse import csr_matrix

    columns, values, borders = features(pa.concat_arrays([good, bad]))
    labels = np.repeat([1, 0], [len(good), len(bad)])
    return csr_matrix((values, columns, borders), (len(labels), 1 << BITS)), labels


def _fit(matrix: Any, labels: np.ndarray) -> np.ndarray:
    """Weights and, last, intercept of a logistic regression with both kinds weighing the same."""
    from sklearn.linear_model import SGDClassifier

    order = generator(0, "quality-classifier", "order").permutation(len(labels))
    learner = SGDClassifier(
        loss="log_loss", alpha=1e-6, max_iter=20, tol=None, shuffle=False, average=True, class_weight="balanced"
    )
    learner.fit(matrix[order], labels[order])
    found: np.ndarray = np.append(learner.coef_[0], learner.intercept_[0]).astype(np.float32)
    return found


def _calibrate(good: np.ndarray, bad: np.ndarray) -> tuple[float, float]:
    """Slope and offset of Platt's logistic curve, both kinds weighing the same."""
    from sklearn.linear_model import LogisticRegression

    margins = np.concatenate([good, bad])
    scale = float(np.std(margins)) or 1.0
    curve = LogisticRegression(C=1.0, class_weight="balanced")
    curve.fit(margins[:, None] / scale, np.repeat([1, 0], [len(good), len(bad)]))
    return float(curve.coef_[0, 0]) / scale, float(curve.intercept_[0])
