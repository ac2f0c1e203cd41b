"""The images that metrics compare: generated, reference, and as many real ones again for the null value."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import Corpus, IncompleteError, generator, sha256
from ...models import training_is_known
from ..base import Subject
from ..extractors import Extractor, open_extractor
from ..lineage import subject_split
from ..statistics import Floats

IMAGES, MINIMUM = 1000, 30
HELD_OUT_LEAST = 100
"""Fewer held-out images than this are no reference: thirds of the corpus stand in."""
COLUMNS = ["id", "image", "height", "width", "channels", "groups", "attributes"]


@dataclass(frozen=True)
class ImageSet:
    """Images uint8 (H, W, C), of any shapes, with their ids, labels (None where absent) and groups.

    ``items`` name them across runs: of samples the id with the seed, or with the model where no seed is known.
    """

    ids: tuple[str, ...]
    images: tuple[np.ndarray, ...]
    labels: tuple[str | None, ...]
    groups: tuple[Mapping[str, str], ...]
    items: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class Side:
    """Rows of a set with their features (n, d), in the order of the set's rows."""

    of: ImageSet
    rows: np.ndarray
    features: Floats

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def ids(self) -> list[str]:
        """Ids of the images."""
        return [self.of.ids[row] for row in self.rows]

    @property
    def items(self) -> list[str]:
        """What the images are called in :class:`~headwater.evaluate.ItemValues`."""
        return [self.of.items[row] for row in self.rows]

    @property
    def labels(self) -> np.ndarray:
        """Labels as an array of objects, None where absent."""
        return np.array([self.of.labels[row] for row in self.rows], object)

    def group(self, kind: str) -> np.ndarray:
        """Values of one kind of group, None where absent."""
        return np.array([self.of.groups[row].get(kind) for row in self.rows], object)

    def where(self, mask: np.ndarray) -> "Side":
        """The rows that a mask (n,) keeps."""
        return Side(self.of, self.rows[mask], self.features[mask])

    def first(self, n: int) -> "Side":
        """The first ``n`` rows."""
        return Side(self.of, self.rows[:n], self.features[:n])


@dataclass(frozen=True)
class Sides:
    """Equally many generated, reference and null images; ``reference_name`` says what the reference is."""

    extractor: Extractor
    generated: Side
    reference: Side
    null: Side
    reference_name: str

    @property
    def n(self) -> int:
        """Images on each side."""
        return len(self.generated)

    @property
    def protocol(self) -> str:
        """What every metric of these sides has in its protocol string."""
        d = self.generated.features.shape[1]
        return f"{self.n} images a side, reference {self.reference_name}, {d} features of {self.extractor.protocol}"

    @property
    def labels(self) -> list[str]:
        """Labels of samples and of reference images, sorted."""
        sides = (self.generated, self.reference)
        return sorted({str(label) for side in sides for label in side.labels if label is not None})

    def of_class(self, label: str) -> tuple[Side, Side, Side]:
        """Generated, reference and null images of one class, equally many of each."""
        sides = [side.where(side.labels == label) for side in (self.generated, self.reference, self.null)]
        n = min(map(len, sides))
        return sides[0].first(n), sides[1].first(n), sides[2].first(n)


def image_sides(subject: Subject, extractor: Any, weights: str | None, images: int) -> Sides:
    """At most ``images`` on each side, drawn by the seed; features are made once for a subject and extractor.

    Reference: images held out of training, where the model was trained here and 100 or more were held out (then the
    null is as many trained ones), else a third of the corpus (then the null is another). Raises
    :class:`IncompleteError` where there are none.
    """
    generated, real = generated_images(subject), real_images(subject)
    found_pools = pools(subject)
    reference, null, name = found_pools.reference, found_pools.null, found_pools.name
    n = min(images, len(generated), len(reference), len(null))
    if n < 3:
        raise IncompleteError(f"distances of images need three a side; {n} are left of each")
    found = open_extractor(subject, extractor, weights)
    drawn = np.sort(generator(subject.seed, "generated images").permutation(len(generated))[:n])
    return Sides(
        found,
        side_of(subject, found, "generated", generated, drawn),
        side_of(subject, found, "real", real, np.sort(reference[:n])),
        side_of(subject, found, "real", real, np.sort(null[:n])),
        name,
    )


def side_of(subject: Subject, extractor: Extractor, name: str, images: ImageSet, rows: np.ndarray) -> Side:
    """Features of some rows of the set ``name``; those made before for this subject are not made again."""
    kept: dict[int, Floats] = subject.once(f"features {extractor.protocol} {name}", dict)
    missing = [int(row) for row in rows if int(row) not in kept]
    if missing:
        with subject.progress.task(f"features of {name} images", len(missing)) as task:
            made = extractor.features([images.images[row] for row in missing])
            task.advance(len(missing))
        kept.update(zip(missing, made, strict=True))
    return Side(images, rows, np.stack([kept[int(row)] for row in rows]))


def generated_images(subject: Subject) -> ImageSet:
    """The samples; raises :class:`IncompleteError` where there are none, or the corpus holds no images."""
    if subject.corpus.modality != "image":
        raise IncompleteError(f"this metric needs images, and this corpus holds {subject.corpus.modality}s")
    samples = subject.samples
    if samples is None or "image" not in samples.schema.names or not samples.num_rows:
        raise IncompleteError("there are no generated images; train an image model and set sample.images above 0")
    return subject.once("generated images", lambda: _of_samples(samples))


def real_images(subject: Subject) -> ImageSet:
    """Every image of the corpus."""
    return subject.once("real images", lambda: _of_corpus(subject.corpus))


def known_split(subject: Subject) -> tuple[list[str], list[str]] | None:
    """Ids that were trained on and that were held out; None where nobody knows."""
    if subject.checkpoint is None or not training_is_known(subject.checkpoint):
        return None
    split = subject_split(subject)
    return list(split.trained), list(split.held_out)


@dataclass(frozen=True)
class Pools:
    """Rows of real images, shuffled: ``learnt`` trains our own extractor, so that it has seen none of the others."""

    learnt: np.ndarray
    reference: np.ndarray
    null: np.ndarray
    name: str


def pools(subject: Subject) -> Pools:
    """Which real images are for what, by the seed: features of images that a network was trained on look too near."""
    real = real_images(subject)
    order = generator(subject.seed, "image pools").permutation(len(real))
    split = known_split(subject)
    if split is not None and len(split[1]) >= HELD_OUT_LEAST:
        held, trained = set(split[1]), set(split[0])
        parts = [np.array([row for row in order if real.ids[row] in names], np.int64) for names in (held, trained)]
        half = len(parts[1]) // 2
        return Pools(parts[1][:half], parts[0], parts[1][half:], "held-out images")
    third = len(real) // 3
    return Pools(order[2 * third :], order[:third], order[third : 2 * third], "a third of the corpus")


def _of_samples(samples: pa.Table) -> ImageSet:
    columns = ["id", "image", "height", "width", "channels", "label", "seed", "model"]
    rows = samples.select(columns).to_pylist()
    ids, labels = (tuple(row[name] for row in rows) for name in ("id", "label"))
    items = tuple(map(_item, rows))
    return ImageSet(ids, tuple(map(_pixels, rows)), labels, tuple({} for _ in rows), items)


def _item(row: Mapping[str, Any]) -> str:
    """Sample 7 of two models is one item where both drew it from one seed, from the same noise; else it is two."""
    return f"{row['id']} of seed {row['seed']}" if row["seed"] is not None else f"{row['id']} of {row['model']}"


def _of_corpus(corpus: Corpus) -> ImageSet:
    rows = [row for batch in corpus.batches(COLUMNS) for row in batch.to_pylist()]
    groups = tuple(dict(row["groups"] or ()) for row in rows)
    labels = tuple({**own, **dict(row["attributes"] or ())}.get("label") for own, row in zip(groups, rows, strict=True))
    ids = tuple(row["id"] for row in rows)
    return ImageSet(ids, tuple(map(_pixels, rows)), labels, groups, ids)


def _pixels(row: Mapping[str, Any]) -> np.ndarray:
    shape = (row["height"], row["width"], row["channels"])
    pixels = np.frombuffer(row["image"], np.uint8)
    if pixels.size != shape[0] * shape[1] * shape[2]:
        raise IncompleteError(f"image {row['id']} does not hold {shape} bytes; make it again")
    return pixels.reshape(shape)


def pictures(images: ImageSet, rows: Sequence[int]) -> list[np.ndarray]:
    """Some images of a set."""
    return [images.images[row] for row in rows]


def different(images: ImageSet, rows: Iterable[int]) -> np.ndarray:
    """The first of each group of rows whose images are equal pixel by pixel, in the order given."""
    first: dict[tuple[tuple[int, ...], str], int] = {}
    for row in rows:
        first.setdefault((images.images[row].shape, sha256(images.images[row].tobytes())), int(row))
    return np.array(list(first.values()), np.int64)
