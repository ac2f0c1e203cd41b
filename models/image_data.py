"""From a corpus of images to one array of pixels."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from ..core import Corpus, InputError, Recipe
from .ledger import ledger_table
from .order import Weights
from .selection import select_documents
from .weighting import document_weights

SMALLEST = 8


@dataclass(frozen=True)
class Images:
    """``pixels``: uint8 of shape (n, H, W, C). ``labels``: the attribute ``label`` of each image, None where absent."""

    ids: list[str]
    pixels: np.ndarray
    labels: list[str | None]


@dataclass(frozen=True)
class ImageData:
    """Training images: each is one example."""

    images: Images
    ledger: pa.Table
    held_out: int
    planted: int = 0
    weights: Weights | None = None
    weighting: Mapping[str, Any] | None = None

    def __len__(self) -> int:
        return len(self.images.pixels)

    def batch(self, indices: np.ndarray) -> torch.Tensor:
        """uint8 tensor of shape (rows, C, H, W)."""
        return as_tensor(self.images.pixels[indices])

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        """Ids of these images."""
        return tuple(self.images.ids[index] for index in indices)


def as_tensor(pixels: np.ndarray) -> torch.Tensor:
    """(n, H, W, C) array to (n, C, H, W) tensor."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))


def read_images(corpus: Corpus, rows: np.ndarray | None = None) -> Images:
    """The images of a corpus (in these rows, ascending) as one array; all must have one shape, at least 8 x 8."""
    ids: list[str] = []
    labels: list[str | None] = []
    pixels: list[np.ndarray] = []
    start = 0
    for batch in corpus.batches(["id", "image", "height", "width", "channels", "attributes"]):
        inside = (
            np.arange(batch.num_rows)
            if rows is None
            else rows[(rows >= start) & (rows < start + batch.num_rows)] - start
        )
        for row in batch.take(pa.array(inside)).to_pylist():
            ids.append(row["id"])
            labels.append(dict(row["attributes"] or ()).get("label"))
            pixels.append(_decode(corpus, row))
        start += batch.num_rows
    shapes = sorted({image.shape for image in pixels})
    if len(shapes) != 1:
        raise InputError(f"{corpus.folder}: images of {len(shapes)} shapes ({shapes[:3]}); resize them to one shape")
    if min(shapes[0][:2]) < SMALLEST:
        raise InputError(f"{corpus.folder}: images of {shapes[0]}; the models need at least {SMALLEST} x {SMALLEST}")
    return Images(ids, np.stack(pixels), labels)


def prepare_images(corpus: Corpus, recipe: Recipe) -> ImageData:
    """The images to train on and their ledger."""
    chosen = select_documents(corpus, recipe)
    images = read_images(corpus, chosen.rows)
    place = np.arange(len(chosen.ids))
    ledger = ledger_table([(name, "trained") for name in chosen.ids], place, place, chosen.held_out)
    weighing = document_weights(corpus, chosen, recipe)
    if weighing is None:
        return ImageData(images, ledger, len(chosen.held_out))
    sizes = np.ones(len(chosen.ids))
    final = weighing.for_sizes(sizes)
    facts = weighing.facts(sizes, final)
    return ImageData(images, ledger, len(chosen.held_out), weights=Weights.of(final), weighting=facts)


def _decode(corpus: Corpus, row: dict[str, object]) -> np.ndarray:
    shape = (row["height"], row["width"], row["channels"])
    try:
        return np.frombuffer(row["image"], np.uint8).reshape(shape)  # type: ignore[call-overload, no-any-return]
    except ValueError:
        raise InputError(f"{corpus.folder}: image {row['id']} does not hold {shape} bytes; curate it again") from None
