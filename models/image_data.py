"""From a corpus of images to one array of pixels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import torch

from ..core import Corpus, InputError, Recipe
from .image_augment import Augment
from .ledger import ledger_table
from .order import Weights
from .selection import Selection, select_documents
from .weighting import document_weights

SMALLEST = 8
LABELS = 1_000
"""More kinds of labels than this are no classes."""
CONTROL = 1_000
"""At most so many held-out images are kept at hand for the diagnostics."""
Batch = torch.Tensor | tuple[torch.Tensor, torch.Tensor]


@dataclass(frozen=True)
class Images:
    """``pixels``: uint8 of shape (n, H, W, C). ``labels``: the attribute (or group) ``label``, None where absent."""

    ids: list[str]
    pixels: np.ndarray
    labels: list[str | None]


@dataclass(frozen=True)
class ImageData:
    """Training images: each is one example.

    ``control`` has some of the held-out ones, for diagnostics. ``names_of_classes`` is empty where the model is not to
    know labels. ``augment`` changes the images of a batch in training, and no others.
    """

    images: Images
    ledger: pa.Table
    held_out: int
    control: Images
    names_of_classes: tuple[str, ...] = ()
    planted: int = 0
    weights: Weights | None = None
    weighting: Mapping[str, Any] | None = None
    augment: Augment = Augment()

    def __len__(self) -> int:
        return len(self.images.pixels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Height, width, channels."""
        height, width, channels = self.images.pixels.shape[1:]
        return height, width, channels

    def batch(self, indices: np.ndarray) -> Batch:
        """To train on: uint8 tensor of shape (rows, C, H, W), with the classes int64 (rows,) where labels are known."""
        images, classes = split_batch(self.part(self.images, indices))
        return self.augment(images) if classes is None else (self.augment(images), classes)

    def part(self, images: Images, indices: np.ndarray) -> Batch:
        """The same of any images of this corpus, as they are."""
        pixels = as_tensor(images.pixels[indices])
        if not self.names_of_classes:
            return pixels
        return pixels, class_indices([images.labels[index] for index in indices], self.names_of_classes)

    def facts(self) -> dict[str, object]:
        """For run.json: how many documents, and the classes with their number of training images."""
        found: dict[str, object] = {"documents": {"trained": len(self), "held_out": self.held_out, "planted": 0}}
        if self.names_of_classes:
            labels = self.images.labels
            found["classes"] = {name: labels.count(name) for name in self.names_of_classes}
        return found

    def names(self, indices: np.ndarray) -> tuple[str, ...]:
        """Ids of these images."""
        return tuple(self.images.ids[index] for index in indices)


def as_tensor(pixels: np.ndarray) -> torch.Tensor:
    """(n, H, W, C) array to (n, C, H, W) tensor."""
    return torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2)))


def split_batch(batch: Batch) -> tuple[torch.Tensor, torch.Tensor | None]:
    """Images and classes of a batch."""
    return (batch, None) if isinstance(batch, torch.Tensor) else batch


def class_indices(labels: Sequence[str | None], names: Sequence[str]) -> torch.Tensor:
    """int64 (n,); a label that is not among the names raises :class:`InputError`."""
    place = {name: index for index, name in enumerate(names)}
    strange = sorted({str(label) for label in labels if label not in place})
    if strange:
        raise InputError(f"label {strange[0]!r} is none of the {len(names)} classes of this model ({', '.join(names)})")
    return torch.tensor([place[str(label)] for label in labels], dtype=torch.int64)


def read_images(corpus: Corpus, rows: np.ndarray | None = None) -> Images:
    """The images of a corpus (in these rows, ascending) as one array; all must have one shape, at least 8 x 8."""
    ids: list[str] = []
    labels: list[str | None] = []
    pixels: list[np.ndarray] = []
    start = 0
    for batch in corpus.batches(["id", "image", "height", "width", "channels", "groups", "attributes"]):
        inside = (
            np.arange(batch.num_rows)
            if rows is None
            else rows[(rows >= start) & (rows < start + batch.num_rows)] - start
        )
        for row in batch.take(pa.array(inside)).to_pylist():
            ids.append(row["id"])
            labels.append({**dict(row["groups"] or ()), **dict(row["attributes"] or ())}.get("label"))
            pixels.append(_decode(corpus, row))
        start += batch.num_rows
    shapes = sorted({image.shape for image in pixels})
    if len(shapes) != 1:
        raise InputError(f"{corpus.folder}: images of {len(shapes)} shapes ({shapes[:3]}); resize them to one shape")
    if min(shapes[0][:2]) < SMALLEST:
        raise InputError(f"{corpus.folder}: images of {shapes[0]}; the models need at least {SMALLEST} x {SMALLEST}")
    return Images(ids, np.stack(pixels), labels)


def prepare_images(
    corpus: Corpus,
    recipe: Recipe,
    conditional: bool = False,
    augment: Augment = Augment(),  # noqa: B008  frozen
) -> ImageData:
    """The images to train on, some of those held out, and their ledger."""
    chosen = select_documents(corpus, recipe)
    images = read_images(corpus, chosen.rows)
    augment.check(*images.pixels.shape[1:3])
    place = np.arange(len(chosen.ids))
    ledger = ledger_table([(name, "trained") for name in chosen.ids], place, place, chosen.held_out)
    names = _classes(corpus, images) if conditional else ()
    control = _control(corpus, chosen, images, names)
    data = ImageData(images, ledger, len(chosen.held_out), control, names, augment=augment)
    weighing = document_weights(corpus, chosen, recipe)
    if weighing is None:
        return data
    sizes = np.ones(len(chosen.ids))
    final = weighing.for_sizes(sizes)
    return replace(data, weights=Weights.of(final), weighting=weighing.facts(sizes, final))


def _control(corpus: Corpus, chosen: Selection, images: Images, names: tuple[str, ...]) -> Images:
    """The first held-out images; none with a label that training never saw."""
    held = set(chosen.held_out[:CONTROL])
    rows = np.array([row for row, name in enumerate(corpus.ids()) if name in held], np.int64)
    if not len(rows):
        return replace(images, ids=[], pixels=images.pixels[:0], labels=[])
    found = read_images(corpus, rows)
    if found.pixels.shape[1:] != images.pixels.shape[1:]:
        raise InputError(f"{corpus.folder}: images of several shapes; resize them to one shape")
    keep = [k for k, label in enumerate(found.labels) if not names or label in names]
    return Images([found.ids[k] for k in keep], found.pixels[keep], [found.labels[k] for k in keep])


def _classes(corpus: Corpus, images: Images) -> tuple[str, ...]:
    missing = sum(label is None for label in images.labels)
    names = sorted({label for label in images.labels if label is not None})
    if missing:
        raise InputError(
            f"{corpus.folder}: {missing} of {len(images.labels)} training images carry no attribute or group 'label'; "
            "label them, or train with `options: {conditional: false}`"
        )
    if len(names) > LABELS:
        raise InputError(f"{corpus.folder}: {len(names)} different labels; at most {LABELS} can be classes")
    return tuple(names)


def _decode(corpus: Corpus, row: dict[str, object]) -> np.ndarray:
    shape = (row["height"], row["width"], row["channels"])
    try:
        return np.frombuffer(row["image"], np.uint8).reshape(shape)  # type: ignore[call-overload, no-any-return]
    except ValueError:
        raise InputError(f"{corpus.folder}: image {row['id']} does not hold {shape} bytes; curate it again") from None
