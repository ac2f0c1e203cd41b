"""Audit ``contact-sheet``: a random sample of the images of each class, to look at."""

from collections import Counter

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ...core import Cell, Corpus, Gallery, NotMeasured, Progress, StageReport, Table, Tile, UsageError, generator
from ..base import AUDITS
from ..privacy import redact
from .shares import require_images
from .tiles import COLUMNS, row_pixels, strip

TITLE, METRIC = "Contact sheet", "contact-sheet"
UNLABELLED = "(no label)"
MOST_CLASSES, MOST_IMAGES = 40, 16


@AUDITS.register("contact-sheet", source="stratified random sampling (Cochran 1977, section 5)", unit="images")
class ContactSheet:
    """A random sample of the images of each class side by side, so that a person sees what the corpus holds.

    ``attribute`` names the class of an image, ``images`` how many of each are drawn by the seed, ``classes`` how many
    classes are shown, the largest first.
    """

    name = "contact-sheet"

    def __init__(self, attribute: str = "label", images: int = 8, classes: int = 20) -> None:
        if not 1 <= images <= MOST_IMAGES or not 1 <= classes <= MOST_CLASSES:
            raise UsageError(
                f"contact-sheet: images must be from 1 to {MOST_IMAGES} and classes from 1 to {MOST_CLASSES}, not "
                f"{images} and {classes}"
            )
        self.attribute, self.images, self.classes = attribute, images, classes

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """A line of pictures for each class; no score and no finding: it is for eyes."""
        corpus.require_documents()
        if reason := require_images(corpus):
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, reason),))
        labels = self._labels(corpus)
        counts = Counter(labels)
        ranked = sorted(counts, key=lambda label: (-counts[label], label))[: self.classes]
        drawn = {label: self._drawn(labels, label, seed) for label in ranked}
        pixels = _read(corpus, [place for places in drawn.values() for place in places], progress)
        tiles = tuple(
            Tile(f"class-{number}", f"{redact(label)[:40]}: {counts[label]:,}", strip(shown))
            for number, (label, places) in enumerate(drawn.items())
            if (shown := [pixels[place] for place in places if place in pixels])
        )
        note = (
            f"At most {self.images} of each of {len(ranked):,} of {len(counts):,} classes (attribute "
            f"{self.attribute!r}), drawn by seed {seed}; the number of images of the class stands below."
        )
        rows: tuple[tuple[Cell, ...], ...] = tuple((redact(label)[:80], counts[label]) for label in ranked)
        exhibits = (
            Gallery("contact-sheet", "A random sample of each class", tiles, note),
            Table("contact-sheet-classes", "Images by class", ("class", "images"), rows),
        )
        return StageReport("audit", TITLE, {"Classes of images": len(counts)}, exhibits=exhibits)

    def _labels(self, corpus: Corpus) -> list[str]:
        labels: list[str] = []
        for batch in corpus.batches(["id", "attributes"]):
            values = pc.map_lookup(batch.column("attributes"), self.attribute, "first").to_pylist()
            labels += [value or UNLABELLED for value in values]
        return labels

    def _drawn(self, labels: list[str], label: str, seed: int) -> list[int]:
        places = np.flatnonzero(np.array([one == label for one in labels], bool))
        order = generator(seed, "contact-sheet", label).permutation(len(places))
        return [int(place) for place in np.sort(places[order[: self.images]])]


def _read(corpus: Corpus, places: list[int], progress: Progress) -> dict[int, np.ndarray]:
    """The pixels of some images, by their number in the corpus."""
    chosen = np.zeros(len(corpus), bool)
    chosen[places] = True
    found: dict[int, np.ndarray] = {}
    start = 0
    with progress.task("contact sheet", len(corpus)) as task:
        for batch in corpus.batches(list(COLUMNS)):
            mask = chosen[start : start + batch.num_rows]
            rows = batch.filter(pa.array(mask)).to_pylist()
            for place, row in zip(np.flatnonzero(mask).tolist(), rows, strict=True):
                pixels = row_pixels(row)
                if pixels is not None:
                    found[start + place] = pixels
            start += batch.num_rows
            task.advance(batch.num_rows)
    return found
