"""Small subjects of images whose features are their pixels, so that what a metric has to find is known."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa

from headwater.core import IMAGE_SCHEMA, Corpus, CorpusWriter, document_id, held_out, record_batch
from headwater.evaluate import IMAGE_SAMPLE_SCHEMA, Subject

SIDE = 8


def pixels(images: np.ndarray) -> np.ndarray:
    """An extractor: means of rows and of columns, (n, 16)."""
    return np.concatenate([images.mean((1, 3)), images.mean((2, 3))], 1) / 255


def noise(
    seed: int, n: int, low: int = 0, high: int = 256, shape: tuple[int, int, int] = (SIDE, SIDE, 1)
) -> np.ndarray:
    """Images of even noise, uint8 (n, H, W, C)."""
    return np.random.default_rng(seed).integers(low, high, (n, *shape)).astype(np.uint8)


def classes(seed: int, labels: Sequence[str]) -> np.ndarray:
    """Noise with one bright bar whose place is the number of the class."""
    images = noise(seed, len(labels), 0, 60)
    for image, label in zip(images, labels, strict=True):
        image[:, int(label)] = 255
    return images


def image_corpus(
    folder: Path,
    images: Sequence[np.ndarray],
    labels: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
) -> Corpus:
    """A corpus with an attribute ``label`` and a group ``hand`` where they are given."""
    shutil.rmtree(folder, ignore_errors=True)
    rows = [
        {
            "id": document_id(image.tobytes(), f"image-{i}"),
            "image": image.tobytes(),
            "height": image.shape[0],
            "width": image.shape[1],
            "channels": image.shape[2],
            "source": "made",
            "groups": [("hand", groups[i])] if groups is not None else [],
            "attributes": [("label", labels[i])] if labels is not None else [],
        }
        for i, image in enumerate(images)
    ]
    with CorpusWriter(folder, IMAGE_SCHEMA) as writer:
        writer.write(record_batch(rows, IMAGE_SCHEMA))
    return Corpus(folder)


def image_samples(images: Sequence[np.ndarray], labels: Sequence[str] | None = None) -> pa.Table:
    """Samples, with what they were asked for where labels are given."""
    rows: list[dict[str, Any]] = [
        {
            "id": f"image-{i:05d}",
            "image": image.tobytes(),
            "height": image.shape[0],
            "width": image.shape[1],
            "channels": image.shape[2],
            "label": labels[i] if labels is not None else None,
            "seed": 0,
            "model": "fake",
        }
        for i, image in enumerate(images)
    ]
    return pa.Table.from_pylist(rows, IMAGE_SAMPLE_SCHEMA)


def image_subject(
    folder: Path,
    real: Sequence[np.ndarray],
    made: Sequence[np.ndarray],
    labels: Sequence[str] | None = None,
    asked: Sequence[str] | None = None,
    groups: Sequence[str] | None = None,
    held: float | None = None,
) -> Subject:
    """Finished samples against a corpus; ``held``: a model that was trained here, with that share held out."""
    corpus = image_corpus(folder / "corpus", real, labels, groups)
    model: Any = None if held is None else FakeTrained(corpus, held)
    return Subject(folder, corpus, model, image_samples(made, asked))


class FakeTrained:
    """A checkpoint of which only the ledger is asked."""

    family, modality, capabilities = "vae", "image", frozenset({"images"})

    def __init__(self, corpus: Corpus, share: float) -> None:
        ids = corpus.ids()
        self.run = {"recipe": {"held_out": share, "seed": 0}, "corpus": corpus.hash}
        out = held_out(ids, share, 0)
        self.trained = tuple(name for name, held in zip(ids, out, strict=True) if not held)
        self.ledger = SimpleNamespace(documents_at=lambda step: self.trained if step == 0 else ())
