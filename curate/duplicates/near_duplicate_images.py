"""The filter that keeps one image of each cluster of near duplicates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pyarrow as pa

from ...core import Corpus, Gallery, Progress, UsageError
from ..base import FILTERS, Annotation, Decision, Judgement
from .image_gallery import Entry, pair_gallery
from .image_hashes import mean_colours, same_shape, thumbnails
from .image_pairs import Pair, Pictures, clusters, verified_pairs
from .survivors import licence_rank

Survivor = Literal["first", "largest", "best-licence"]
COLUMNS = ("id", "image", "height", "width", "channels", "licence")
_PIXELS_AT_ONCE = 4_000_000


@dataclass(slots=True)
class Found:
    """The images of one batch: ids, small pictures (None where the bytes are no image), pixels and licence ranks."""

    ids: list[str] = field(default_factory=list)
    pictures: Pictures = field(default_factory=Pictures)
    places: list[int] = field(default_factory=list)
    pixels: list[int] = field(default_factory=list)
    ranks: list[int] = field(default_factory=list)

    def add(self, other: "Found") -> None:
        """The images of the next batch."""
        self.places += [place + len(self.ids) for place in other.places]
        for mine, more in ((self.ids, other.ids), (self.pixels, other.pixels), (self.ranks, other.ranks)):
            mine += more  # type: ignore[operator]
        self.pictures.images += other.pictures.images
        self.pictures.colours += other.pictures.colours


@dataclass(frozen=True, slots=True)
class NearDuplicateImages:
    """Compares images by two hashes and verifies each match; see :func:`near_duplicate_images`."""

    name: str
    threshold: float
    brightness: float
    survivor: Survivor
    action: Literal["remove", "annotate"]

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """Removal (or annotation) of all but one image of each cluster.

        Memory: at most 1 KB, the id and 100 bytes for each image; about 200 bytes for each candidate pair.
        """
        if corpus.modality != "image":
            raise UsageError(f"{self.name}: compares images, and this corpus holds records of kind {corpus.modality!r}")
        found = Found()
        with progress.task("near-duplicate images: read", len(corpus)) as task:
            for part in corpus.map(read_pictures, list(COLUMNS)):
                found.add(part)
                task.advance(len(part.ids))
        with progress.task("near-duplicate images: compare"):
            pairs = verified_pairs(found.pictures, self.threshold, self.brightness)
        return self._judgement(found, pairs)

    def _judgement(self, found: Found, pairs: Mapping[Pair, float]) -> Judgement:
        sets, closest = clusters(list(pairs)), _closest(pairs)
        choose = _chooser(self.survivor, found)
        decisions, notes, entries = [], [], []
        for members in sets:
            kept = choose(members)
            notes.append(Annotation(self._id(found, kept), "near-duplicate-image-cluster", score=float(len(members))))
            for member in members:
                if member != kept:
                    distance = pairs.get((min(kept, member), max(kept, member)))
                    decisions.append(self._decision(found, kept, member, distance, closest[member], len(members)))
                    entries.append((distance or closest[member], _entry(found, kept, member, distance)))
        tallies = {
            "clusters": len(sets),
            "copies": len(decisions),
            "chained": sum(decision.rule.endswith("chain") for decision in decisions),
            "not compared": len(found.ids) - len(found.places),
        }
        entries.sort(key=lambda entry: (-entry[0], entry[1][0]))
        shown = _galleries([entry for _, entry in entries], tallies)
        if self.action == "remove":
            return Judgement(tuple(decisions), {}, tuple(notes), tallies=tallies, galleries=shown)
        notes += [
            Annotation(one.id, f"near-duplicate-image-of:{one.duplicate_of}", score=one.measured or 0.0)
            for one in decisions
        ]
        return Judgement((), {}, tuple(notes), tallies=tallies, galleries=shown)

    def _decision(
        self, found: Found, kept: int, member: int, distance: float | None, closest: float, size: int
    ) -> Decision:
        chain = "" if distance is not None else "; reached through another copy"
        return Decision(
            id=self._id(found, member),
            action="removed",
            rule="image-distance" if distance is not None else "image-distance-chain",
            measured=closest if distance is None else distance,
            limit=self.threshold,
            evidence=f"cluster of {size} images{chain}",
            duplicate_of=self._id(found, kept),
        )

    @staticmethod
    def _id(found: Found, number: int) -> str:
        return found.ids[found.places[number]]


def _galleries(entries: Sequence[Entry], tallies: Mapping[str, int]) -> tuple[Gallery, ...]:
    """Pairs side by side: the kept image on the left, the other one on the right, the least alike first."""
    note = (
        f"{tallies['clusters']:,} clusters, {tallies['copies']:,} copies, {tallies['chained']:,} of them by a chain. "
        "Left: the image that stays. Right: its copy. In grey and small, as compared; the pairs farthest apart first. "
        f"{tallies['not compared']:,} records hold no image of their size."
    )
    found = pair_gallery("near-duplicate-images", "Near duplicates side by side", entries, note)
    return (found,) if entries else ()


def read_pictures(batch: pa.RecordBatch) -> Found:
    """Small pictures and mean colours of a batch; a record whose bytes do not fill its size is left out."""
    columns = {name: batch.column(name).to_pylist() for name in COLUMNS}
    shapes = [_shape(*row) for row in zip(*(columns[name] for name in COLUMNS[1:5]), strict=True)]
    small: dict[int, tuple[np.ndarray, np.ndarray]] = {}
    for shape, places in same_shape(shapes).items():
        if shape:
            at_once = max(1, _PIXELS_AT_ONCE // int(np.prod(shape)))
            for start in range(0, len(places), at_once):
                chunk = places[start : start + at_once].tolist()
                raw = [np.frombuffer(columns["image"][place], np.uint8).reshape(shape) for place in chunk]
                pixels = np.stack(raw)
                small |= dict(zip(chunk, zip(thumbnails(pixels), mean_colours(pixels), strict=True), strict=True))
    usable = sorted(small)
    pictures = Pictures([small[place][0] for place in usable], [small[place][1] for place in usable])
    sizes = [shapes[place][0] * shapes[place][1] for place in usable]
    ranks = [licence_rank(columns["licence"][place] or "unknown") for place in usable]
    return Found(columns["id"], pictures, usable, sizes, ranks)


def _shape(image: bytes | None, height: int | None, width: int | None, channels: int | None) -> tuple[int, ...]:
    """Height, width and channels, or () where the bytes do not fill them."""
    if not image or not height or not width or not channels or min(height, width, channels) < 1:
        return ()
    return (height, width, channels) if len(image) == height * width * channels else ()


def _chooser(rule: Survivor, found: Found) -> Callable[[Sequence[int]], int]:
    if rule == "largest":
        return lambda members: min(members, key=lambda member: (-found.pixels[member], member))
    if rule == "best-licence":
        return lambda members: min(members, key=lambda member: (found.ranks[member], member))
    return min


def _closest(pairs: Mapping[Pair, float]) -> dict[int, float]:
    """The smallest verified distance of each image."""
    closest: dict[int, float] = {}
    for pair, distance in pairs.items():
        for member in pair:
            closest[member] = min(distance, closest.get(member, distance))
    return closest


def _entry(found: Found, kept: int, member: int, distance: float | None) -> Entry:
    name, images = found.ids[found.places[member]], found.pictures.images
    caption = "by a chain" if distance is None else f"distance {distance:.3f}"
    return name, caption, images[kept], images[member]


@FILTERS.register("near-duplicate-images", source="Krawetz 2011 and 2013, dHash and pHash; Manku et al. 2007 (search)")
def near_duplicate_images(
    threshold: float = 0.12,
    brightness: float = 32.0,
    survivor: Survivor = "first",
    action: Literal["remove", "annotate"] = "remove",
) -> NearDuplicateImages:
    """Keep one image of each cluster of near duplicates: two perceptual hashes, every match verified on the pixels.

    Candidates share 8 bits at one place of a dHash or pHash and differ in at most 20 of 128; pictures are also compared
    shifted by one pixel of their small version (at most 32 x 32). Verification: the root mean square difference of
    both on a 32 x 32 grid in grey, each brought to mean 0 and deviation 1, must be at most ``threshold`` (0 to 2), and
    no mean colour may differ by more than ``brightness`` levels of 255. ``survivor`` is the image that stays:
    ``first``, ``largest`` or ``best-licence``. ``action: annotate`` removes nothing. Rule ``image-distance``:
    ``measured`` is the distance to the image that stays; ``image-distance-chain``: it is joined through other copies.
    """
    if not 0 <= threshold <= 1:
        raise UsageError(f"near-duplicate-images: threshold must be from 0 to 1, not {threshold}")
    if not 0 <= brightness <= 255:
        raise UsageError(f"near-duplicate-images: brightness must be from 0 to 255, not {brightness}")
    return NearDuplicateImages("near-duplicate-images", threshold, brightness, survivor, action)
