"""The filter that finds images alike in layout: crops, mirror images, other colours. It annotates and never removes."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import Corpus, Exhibit, Finding, InputError, Progress, Table, UsageError, generator, sha256_file
from ..base import FILTERS, Annotation, Judgement
from ..duplicates.image_hashes import thumbnails
from ..duplicates.semantic_duplicates import Pair, similar_pairs
from .image_vectors import image_vector, mirrored
from .similar_checks import Drawn, Pixels, is_near, plant, precision, recall_table, side_by_side_pairs
from .tiles import COLUMNS, row_pixels
from .vector_file import read_vectors

Embedder = Callable[[Sequence[Pixels]], Any]
SHOWN, PLANTED = 20, 100
LAYOUT = "layout"


@dataclass(frozen=True, slots=True)
class SimilarImages:
    """Annotates pairs of images with similar vectors; see :func:`similar_images`."""

    name: str
    threshold: float
    across: str | None
    embedder: str | Embedder
    vectors: str | None
    maximum_images: int
    seed: int | None
    vectors_hash: str = ""

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Annotations on both images of each pair. Nothing is edited, removed or quarantined.

        Memory: a vector and a grey picture of at most 1 KB for each drawn image.
        """
        if corpus.modality != "image":
            raise UsageError(f"{self.name}: compares images, and this corpus holds records of kind {corpus.modality!r}")
        drawn, planted = self._drawn(corpus, progress)
        with progress.task("similar images: compare"):
            pairs = self._pairs(drawn)
        notes = [
            Annotation(drawn.ids[own], f"similar-image:{drawn.ids[other]}", score=similarity)
            for one, two, similarity in pairs
            for own, other in ((one, two), (two, one))
        ]
        ranked = sorted(pairs, key=lambda pair: (-pair[2], pair[:2]))
        tallies = {**self._tallies(drawn, pairs), **planted}
        tallies |= {f"pair\t{drawn.ids[one]}\t{drawn.ids[two]}": round(v * 10_000) for one, two, v in ranked[:SHOWN]}
        galleries = side_by_side_pairs(corpus, drawn, [pair for pair in ranked if not is_near(drawn, pair)][:SHOWN])
        return Judgement(annotations=tuple(notes), tallies=tallies, galleries=galleries)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """How many planted copies the threshold finds on this corpus, and the most similar pairs."""
        found = [(key.split("\t"), value) for key, value in tallies.items() if key.startswith("pair\t")]
        listed = tuple(
            (first, second, value / 10_000)
            for (_, first, second), value in sorted(found, key=lambda pair: (-pair[1], pair[0]))
        )
        heads = ("image", "resembles", "cosine")
        pairs = Table("similar-images", "Images of similar layout", heads, listed, precision(tallies))
        return (recall_table(tallies, self.threshold), pairs)

    def findings(self, tallies: Mapping[str, int], documents: int) -> tuple[Finding, ...]:
        """HW-C090 where pairs were found."""
        if not tallies.get("pairs"):
            return ()
        return (
            Finding(
                "HW-C090",
                "info",
                f"{tallies['images']:,} of {tallies['compared']:,} compared images resemble another in layout",
                f"{tallies['pairs']:,} pairs reach a cosine of {self.threshold:g}. {precision(tallies)} Nothing was "
                "removed.",
                "Look at the pairs side by side before you act. Raise the threshold where they are different images.",
            ),
        )

    def _drawn(self, corpus: Corpus, progress: Progress) -> tuple[Drawn, dict[str, int]]:
        order = generator(self.seed or 0, "similar-images").permutation(len(corpus))
        chosen = np.zeros(len(corpus), bool)
        chosen[order[: self.maximum_images]] = True
        hosts = set(order[:PLANTED].tolist()) if self.embedder == LAYOUT and not self.vectors else set()
        stored = read_vectors(self.vectors, self.name) if self.vectors else None
        drawn = Drawn([], [], [], np.zeros((0, 0)), [])
        vectors: list[np.ndarray] = []
        planted: dict[str, int] = {}
        start = 0
        with progress.task("similar images: read", len(corpus)) as task:
            for batch in corpus.batches([*COLUMNS, "attributes"]):
                mask = chosen[start : start + batch.num_rows]
                numbers = (np.flatnonzero(mask) + start).tolist()
                part = batch.filter(pa.array(mask))
                rows = [(number, row, row_pixels(row)) for number, row in zip(numbers, part.to_pylist(), strict=True)]
                usable = [(number, row, image) for number, row, image in rows if image is not None]
                vectors += self._embedded([row for _, row, _ in usable], [image for _, _, image in usable], stored)
                self._note(drawn, part, {row["id"] for _, row, _ in usable})
                drawn.small.extend(thumbnails(image[None])[0] for _, _, image in usable)
                for _, _, image in (one for one in usable if one[0] in hosts):
                    plant(planted, image, self.threshold)
                start += batch.num_rows
                task.advance(batch.num_rows)
        stacked = np.stack(vectors) if vectors else np.zeros((0, 1), np.float32)
        return Drawn(drawn.ids, drawn.labels, drawn.sides, stacked, drawn.small), planted

    def _note(self, drawn: Drawn, part: pa.RecordBatch, usable: set[str]) -> None:
        labels = pc.map_lookup(part.column("attributes"), "label", "first").to_pylist()
        sides = pc.map_lookup(part.column("attributes"), self.across or "label", "first").to_pylist()
        for name, label, side in zip(part.column("id").to_pylist(), labels, sides, strict=True):
            if name in usable:
                drawn.ids.append(name)
                drawn.labels.append(label)
                drawn.sides.append(side)

    def _embedded(
        self, rows: Sequence[Mapping[str, Any]], images: Sequence[Pixels], stored: Mapping[str, np.ndarray] | None
    ) -> list[np.ndarray]:
        if stored is not None:
            return [_stored(stored, row, self.name) for row in rows]
        if isinstance(self.embedder, str):
            return [image_vector(image) for image in images]
        if not images:
            return []
        found = np.asarray(self.embedder(list(images)), np.float32)
        if found.ndim != 2 or len(found) != len(images) or not np.isfinite(found).all():
            raise UsageError(
                f"{self.name}: the embedder must return finite numbers of shape (images, dimensions), a row for each "
                f"of {len(images)} images; it returned shape {found.shape}"
            )
        return list(found / np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-12))

    def _pairs(self, drawn: Drawn) -> list[Pair]:
        found = {(one, two): cosine for one, two, cosine in similar_pairs(drawn.vectors, self.threshold)}
        if self.embedder == LAYOUT and not self.vectors and len(drawn.ids):
            for one, two, cosine in _mirror_pairs(drawn.vectors, self.threshold):
                found[one, two] = max(cosine, found.get((one, two), 0.0))
        sides = drawn.sides
        return [
            (one, two, cosine)
            for (one, two), cosine in sorted(found.items())
            if self.across is None or (sides[one] is not None and sides[two] is not None and sides[one] != sides[two])
        ]

    def _tallies(self, drawn: Drawn, pairs: Sequence[Pair]) -> dict[str, int]:
        both = [(drawn.labels[one], drawn.labels[two]) for one, two, _ in pairs]
        return {
            "compared": len(drawn.ids),
            "pairs": len(pairs),
            "images": len({place for one, two, _ in pairs for place in (one, two)}),
            "near": sum(is_near(drawn, pair) for pair in pairs),
            "labelled": sum(one is not None and two is not None for one, two in both),
            "other label": sum(one is not None and two is not None and one != two for one, two in both),
        }


def _mirror_pairs(vectors: np.ndarray, threshold: float) -> Iterator[Pair]:
    """Pairs of an image and the mirror image of a later one: those of both sets that cross."""
    count = len(vectors)
    for one, two, cosine in similar_pairs(np.concatenate([vectors, mirrored(vectors)]), threshold):
        if one < count <= two and one < two - count:
            yield one, two - count, cosine


def _stored(vectors: Mapping[str, np.ndarray], row: Mapping[str, Any], step: str) -> np.ndarray:
    for key in (row["id"], dict(row["attributes"] or ()).get("locator", "")):
        if key in vectors:
            return vectors[key]
    raise InputError(f"{step}: the file of vectors has none for image {row['id']}; it needs one for each image")


@FILTERS.register("similar-images", source="Dalal and Triggs 2005 (oriented gradients); Abbas et al. 2023, SemDeDup")
def similar_images(
    threshold: float = 0.95,
    across: str | None = None,
    embedder: str | Embedder = LAYOUT,
    vectors: str | None = None,
    maximum_images: int = 20_000,
    seed: int | None = None,
) -> SimilarImages:
    """Annotate pairs of images of similar layout, by the cosine of small vectors; advice only, nothing is removed.

    ``embedder`` is ``layout`` (edges and colours in 4 x 4 cells, mirror images included) or, from Python, a callable
    that turns a list of images into an array (images, dimensions); ``vectors`` is a Parquet file with a column ``id``
    (or ``locator``) and a column ``vector`` from a model of your own. Pairs with a cosine of at least ``threshold`` are
    annotated on both sides, with ``across`` only those whose attribute of this name differs (``across: split``). At
    most ``maximum_images``, drawn by ``seed`` (that of the run), are compared. How many planted crops, mirror images,
    recoloured and labelled copies the threshold finds is measured on the corpus itself.
    """
    if not 0 < threshold <= 1 or maximum_images < 2:
        raise UsageError("similar-images: threshold must be above 0 and at most 1, maximum_images at least 2")
    if isinstance(embedder, str) and embedder != LAYOUT:
        raise UsageError(f"similar-images: no embedder {embedder!r}; there is layout, and from Python any callable")
    if vectors is not None and embedder != LAYOUT:
        raise UsageError("similar-images: give vectors or an embedder, not both")
    if vectors is not None and not Path(vectors).is_file():
        raise InputError(f"similar-images: {vectors}: no such file; 'vectors' is a Parquet file of your own")
    digest = sha256_file(Path(vectors)) if vectors else ""  # the step is another one when the file is
    return SimilarImages("similar-images", threshold, across, embedder, vectors, maximum_images, seed, digest)
