"""Audit ``image-leakage``: test images of which a near copy stands in the training images."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pyarrow.compute as pc

from ...core import Cell, Corpus, Exhibit, Finding, Gallery, NotMeasured, Progress, Score, StageReport, Table, Tile
from ..base import AUDITS
from ..duplicates.cross_split_duplicates import CrossSplitDuplicates, Splits, cross_split_duplicates
from ..duplicates.image_crossings import crossing_pairs
from ..duplicates.image_pairs import Pair
from ..privacy import redact
from .shares import DOCUMENTS, examples, file_name, require_images, share_score, told
from .tiles import row_pixels, strip

TITLE, METRIC = "Image leakage", "leaked-images"
SHOWN, MOST_SPLITS = 24, 12


@dataclass(frozen=True, slots=True)
class Leaks:
    """Pairs across splits with their distance, the splits, and for each split the images with a copy in another."""

    pairs: Mapping[Pair, float]
    splits: Splits
    labels: Sequence[str | None]

    def hit(self, own: str, other: str) -> dict[int, float]:
        """Images of a split with a copy in another: their smallest distance."""
        nearest: dict[int, float] = {}
        for pair, distance in self.pairs.items():
            for mine, its in (pair, pair[::-1]):
                if self.splits.name(mine) == own and self.splits.name(its) == other:
                    nearest[mine] = min(distance, nearest.get(mine, 2.0))
        return nearest

    def differing(self) -> int:
        """Pairs of which both images have a label, and not the same."""
        both = [(self.labels[one], self.labels[other]) for one, other in self.pairs]
        return sum(one is not None and other is not None and one != other for one, other in both)


@AUDITS.register(
    "image-leakage", source="Lee et al. 2022 (leaks between splits); Barz and Denzler 2020 (near duplicates in CIFAR)",
    unit="share of images",
)  # fmt: skip
class ImageLeakage:
    """Share of test (and validation) images with a near copy among the training images, pairs shown side by side.

    The split of an image is its attribute ``attribute``; ``train`` is the training split. Images of different splits
    are near copies as in the filter near-duplicate-images: within ``threshold`` and ``brightness``, verified on the
    pixels.
    """

    name = "image-leakage"

    def __init__(
        self, attribute: str = "split", train: str = "train", threshold: float = 0.12, brightness: float = 32.0
    ) -> None:
        step = cross_split_duplicates(attribute=attribute, train=train, distance=threshold)
        self.reader = cast(CrossSplitDuplicates, step)
        self.attribute, self.train, self.threshold, self.brightness = attribute, train, threshold, brightness

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """The share of each split that stands in each other one; finding HW-A137."""
        corpus.require_documents()
        if reason := require_images(corpus):
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, reason),))
        splits = self.reader.read_splits(corpus)
        names = splits.names[1:]
        if len(names) < 2:
            has = f"every image that says it is of split {redact(names[0])!r}" if names else "no image names its split"
            reason = f"needs two splits, and {has} (attribute {self.attribute!r})"
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, reason),))
        pairs = crossing_pairs(corpus, splits.codes, self.threshold, self.brightness, progress)
        leaks = Leaks(pairs, splits, _labels(corpus))
        scores = tuple(self._scores(leaks, names[:MOST_SPLITS]))
        ids, rows = corpus.ids(), _shown(corpus, pairs)
        return StageReport(
            "audit",
            TITLE,
            {"Pairs of images across splits": len(pairs), "Of them with different labels": leaks.differing()},
            scores,
            tuple(self._findings(leaks, scores, ids, rows)),
            tuple(_exhibits(leaks, scores, ids, rows)),
        )

    def _scores(self, leaks: Leaks, names: Sequence[str]) -> Iterator[Score]:
        totals = leaks.splits.totals()
        method = f"leaked-images/1 verified near copy within {self.threshold:g} in the other split; Wilson"
        for own in sorted(names, key=lambda name: (name == self.train, name)):
            for other in sorted(names):
                if own != other:
                    slice = {"split": redact(own)[:80], "other": redact(other)[:80]}
                    yield share_score(METRIC, len(leaks.hit(own, other)), totals[own], method, slice)

    def _findings(
        self, leaks: Leaks, scores: Sequence[Score], ids: Sequence[str], rows: Mapping[str, Any]
    ) -> Iterator[Finding]:
        held = [one for one in scores if one.slice["other"] == redact(self.train)[:80] and one.value]
        if not held:
            return
        worst = max(held, key=lambda one: (one.value, one.slice["split"]))
        own = next(name for name in leaks.splits.names if redact(name)[:80] == worst.slice["split"])
        hit = leaks.hit(own, self.train)
        ranked = sorted(hit, key=lambda place: (hit[place], place))
        listed = [
            (ids[place], file_name(dict(rows[ids[place]]["attributes"])), f"distance {hit[place]:.3f}")
            for place in ranked
            if ids[place] in rows
        ]
        yield Finding(
            "HW-A137",
            "high",
            f"{len(hit):,} images of {worst.slice['split']} have a near copy in {self.train}",
            f"They are {told(worst)} of this split. What was seen in training is no test of what was learned: "
            f"accuracy on it comes out too good. {leaks.differing():,} pairs carry different labels, so that one is "
            "wrong. Crops, mirror images and rotations are not found here, so the true share can be higher.",
            "Take the copies out of the training images: step cross-split-duplicates with action: remove. Or report "
            "results on the test images without them.",
            tuple(held),
            examples(listed),
            tuple(ids[place] for place in ranked[:DOCUMENTS]),
        )


def _labels(corpus: Corpus) -> list[str | None]:
    labels: list[str | None] = []
    for batch in corpus.batches(["id", "attributes"]):
        labels += pc.map_lookup(batch.column("attributes"), "label", "first").to_pylist()
    return labels


def _shown(corpus: Corpus, pairs: Mapping[Pair, float]) -> dict[str, dict[str, Any]]:
    ids = corpus.ids()
    return corpus.documents([ids[place] for pair in _ranked(pairs)[:SHOWN] for place in pair])


def _ranked(pairs: Mapping[Pair, float]) -> list[Pair]:
    return sorted(pairs, key=lambda pair: (pairs[pair], pair))


def _exhibits(
    leaks: Leaks, scores: Sequence[Score], ids: Sequence[str], rows: Mapping[str, dict[str, Any]]
) -> Iterator[Exhibit]:
    table: list[tuple[Cell, ...]] = [
        (*one.slice.values(), one.n, round(one.value * one.n), one.value, one.low, one.high) for one in scores
    ]
    columns = ("split", "other split", "images", "with a near copy there", "share", "low", "high")
    undeclared = leaks.splits.totals().get("", 0)
    note = f"Low and high: Wilson's interval at 95 %. {undeclared:,} images name no split and were not compared."
    yield Table("image-leakage", "Near copies between splits", columns, tuple(table), note)
    tiles = tuple(_tiles(leaks, ids, rows))
    if tiles:
        note = f"The {len(tiles)} nearest of {len(leaks.pairs):,} pairs; ids of both images stand in the table below."
        yield Gallery("image-leakage-pairs", "Near copies side by side", tiles, note)
        listed = tuple(
            (ids[one], redact(leaks.splits.name(one)), _label(leaks, one), ids[other],
             redact(leaks.splits.name(other)), _label(leaks, other), leaks.pairs[one, other])
            for one, other in _ranked(leaks.pairs)[:100]
        )  # fmt: skip
        heads = ("image", "split", "label", "other image", "its split", "its label", "distance")
        yield Table("image-leakage-rows", "Pairs of images across splits", heads, listed)


def _label(leaks: Leaks, place: int) -> str:
    return redact(leaks.labels[place] or "")[:60]


def _tiles(leaks: Leaks, ids: Sequence[str], rows: Mapping[str, dict[str, Any]]) -> Iterator[Tile]:
    for one, other in _ranked(leaks.pairs)[:SHOWN]:
        pixels = [row_pixels(rows[ids[place]]) for place in (one, other)]
        if all(image is not None for image in pixels):
            names = f"{redact(leaks.splits.name(one))[:16]} | {redact(leaks.splits.name(other))[:16]}"
            caption = f"{names}, distance {leaks.pairs[one, other]:.3f}"
            yield Tile(f"{ids[one]}+{ids[other]}", caption, strip([image for image in pixels if image is not None]))
