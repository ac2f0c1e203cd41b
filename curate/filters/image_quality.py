"""The filter on blurred, dark, bright, empty, odd-shaped and odd-sized images."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa

from ...core import Corpus, Exhibit, Progress, Table, UsageError
from ..base import FILTERS, Action, Annotation, Decision, Judgement
from .image_measures import MEASURES, image_measures

RULES = ("blurred", "dark", "bright", "low-information", "odd-aspect", "odd-size", "no-image")
COLUMNS = ("id", "image", "height", "width", "channels")
Broken = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class ImageQuality:
    """Compares measures of each image with limits; see :func:`image_quality`."""

    name: str
    minimum_sharpness: float
    minimum_brightness: float
    maximum_brightness: float
    minimum_entropy: float
    minimum_aspect: float
    size_factor: float
    action: Literal["annotate", "remove", "quarantine"]

    def judge_corpus(self, corpus: Corpus, progress: Progress) -> Judgement:
        """An annotation for each rule that an image breaks; or one decision, by the first rule that it breaks.

        Memory: the id and 40 bytes for each image.
        """
        if corpus.modality != "image":
            raise UsageError(f"{self.name}: judges images, and this corpus holds records of kind {corpus.modality!r}")
        ids, measures, usual = measured(corpus, progress)
        broken = [(name, list(self.broken(row, usual))) for name, row in zip(ids, measures.tolist(), strict=True)]
        return self._judgement(broken)

    def exhibits(self, tallies: Mapping[str, int], documents: int) -> tuple[Exhibit, ...]:
        """Images by the rules that they break."""
        rows = tuple((rule, tallies.get(rule, 0), documents) for rule in RULES)
        note = f"An image can break several rules; {tallies.get('any', 0):,} of {documents:,} break one or more."
        return (Table("image-quality", "Images beyond a limit", ("rule", "images", "of"), rows, note),)

    def _judgement(self, broken: list[tuple[str, list[Broken]]]) -> Judgement:
        tallies = {rule: 0 for rule in (*RULES, "any")}
        notes: list[Annotation] = []
        decisions: list[Decision] = []
        for name, found in broken:
            tallies["any"] += bool(found)
            for rule, value, _ in found:
                tallies[rule] += 1
                notes.append(Annotation(name, rule, score=value))
            if found and self.action != "annotate":
                rule, value, limit = found[0]
                action: Action = "removed" if self.action == "remove" else "quarantined"
                others = ", ".join(other for other, _, _ in found[1:])
                decisions.append(Decision(name, action, rule, value, limit, f"also {others}" if others else ""))
        return Judgement(tuple(decisions), {}, tuple(notes), tallies=tallies)

    def broken(self, row: list[float], usual: float) -> Iterator[Broken]:
        """Rule, measured value and limit of each rule that the measures of an image break."""
        sharpness, brightness, information, aspect, size = (round(value, 4) for value in row)
        if np.isnan(size):
            yield "no-image", 0.0, 1.0
            return
        if sharpness < self.minimum_sharpness:
            yield "blurred", sharpness, self.minimum_sharpness
        if brightness < self.minimum_brightness:
            yield "dark", brightness, self.minimum_brightness
        if brightness > self.maximum_brightness:
            yield "bright", brightness, self.maximum_brightness
        if information < self.minimum_entropy:
            yield "low-information", information, self.minimum_entropy
        if aspect < self.minimum_aspect:
            yield "odd-aspect", aspect, self.minimum_aspect
        if not usual / self.size_factor <= size <= usual * self.size_factor:
            yield "odd-size", size, round(usual * self.size_factor if size > usual else usual / self.size_factor, 4)


def measured(corpus: Corpus, progress: Progress) -> tuple[list[str], np.ndarray, float]:
    """Ids of all images, their measures (images, MEASURES), and the usual size: the median."""
    ids: list[str] = []
    parts = [np.zeros((0, len(MEASURES)))]
    with progress.task("image quality", len(corpus)) as task:
        for names, found in corpus.map(measure, list(COLUMNS)):
            ids += names
            parts.append(found)
            task.advance(len(names))
    measures = np.concatenate(parts)
    sizes = measures[:, MEASURES.index("size")]
    usual = float(np.median(sizes[~np.isnan(sizes)])) if not np.isnan(sizes).all() else 1.0
    return ids, measures, usual


def measure(batch: pa.RecordBatch) -> tuple[list[str], np.ndarray]:
    """The ids of a batch and the measures of its images; NaN where the bytes do not fill height x width x channels."""
    columns = (batch.column(name).to_pylist() for name in COLUMNS[1:])
    rows = [_measures(*row) for row in zip(*columns, strict=True)]
    return batch.column("id").to_pylist(), np.array(rows).reshape(-1, len(MEASURES))


def _measures(image: bytes | None, height: int | None, width: int | None, channels: int | None) -> np.ndarray:
    sides = (height or 0, width or 0, channels or 0)
    if not image or min(sides) < 1 or len(image) != sides[0] * sides[1] * sides[2]:
        return np.full(len(MEASURES), np.nan)
    return image_measures(np.frombuffer(image, np.uint8).reshape(sides))


@FILTERS.register("image-quality", source="Pech-Pacheco et al. 2000 (Laplacian); CleanVision, Cleanlab 2023 (limits)")
def image_quality(
    minimum_sharpness: float = 100.0,
    minimum_brightness: float = 0.22,
    maximum_brightness: float = 0.95,
    minimum_entropy: float = 3.0,
    minimum_aspect: float = 0.5,
    size_factor: float = 10.0,
    action: Literal["annotate", "remove", "quarantine"] = "annotate",
) -> ImageQuality:
    """Mark, remove or quarantine images that are blurred, dark, bright, empty or odd in shape or size.

    Rules: ``blurred`` (variance of the Laplacian), ``dark`` and ``bright`` (mean luma, 0 to 1), ``low-information``
    (entropy of the histogram, bits), ``odd-aspect`` (shorter by longer side), ``odd-size`` (geometric mean of the sides
    more than ``size_factor`` times larger or smaller than the median of the corpus) and ``no-image`` (the bytes do not
    fill the stated size). Every broken rule is an annotation with its measure; a decision is by the first one.
    """
    if not 0 <= minimum_brightness <= maximum_brightness <= 1:
        raise UsageError("image-quality: brightness limits must be from 0 to 1, the minimum not above the maximum")
    if minimum_sharpness < 0 or not 0 <= minimum_entropy <= 8 or not 0 <= minimum_aspect <= 1 or size_factor < 1:
        raise UsageError(
            "image-quality: minimum_sharpness must be at least 0, minimum_entropy from 0 to 8, minimum_aspect from 0 "
            "to 1 and size_factor at least 1"
        )
    limits = (minimum_sharpness, minimum_brightness, maximum_brightness, minimum_entropy, minimum_aspect, size_factor)
    return ImageQuality("image-quality", *limits, action)
