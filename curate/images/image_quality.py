"""Audit ``image-quality``: shares of blurred, dark, bright, empty and odd images, measured without taking any out."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np

from ...core import Cell, Corpus, Exhibit, Finding, Gallery, NotMeasured, Progress, Score, StageReport, Table, Tile
from ..base import AUDITS
from ..filters.image_measures import MEASURES
from ..filters.image_quality import RULES, ImageQuality, image_quality, measured
from .shares import DOCUMENTS, EXAMPLES, examples, file_name, require_images, share_score, told
from .tiles import row_pixels, strip

TITLE, METRIC = "Image quality", "images-beyond-a-limit"
METHOD = "image-quality/1 the limits of the filter image-quality; Wilson"
PERCENTILES = (1, 25, 50, 75, 99)
SHOWN = 6
MUCH = 0.01
Hit = tuple[str, float, float]


@dataclass(frozen=True, slots=True)
class Broken:
    """Images by rule: (id, measured, limit), the farthest beyond the limit first."""

    images: int
    measures: np.ndarray
    by_rule: dict[str, list[Hit]]

    @property
    def any(self) -> set[str]:
        """Images that break one rule or more."""
        return {name for hits in self.by_rule.values() for name, _, _ in hits}


@AUDITS.register(
    "image-quality", source="Pech-Pacheco et al. 2000 (Laplacian); CleanVision, Cleanlab 2023 (limits)",
    unit="share of images",
)  # fmt: skip
class ImageQualityAudit:
    """Share of images that are blurred, dark, bright, low in information or odd in shape or size, with the worst shown.

    The limits are those of the filter ``image-quality``, of which this is the measurement without the act.
    """

    name = "image-quality"

    def __init__(
        self,
        minimum_sharpness: float = 100.0,
        minimum_brightness: float = 0.22,
        maximum_brightness: float = 0.95,
        minimum_entropy: float = 3.0,
        minimum_aspect: float = 0.5,
        size_factor: float = 10.0,
    ) -> None:
        limits = (
            minimum_sharpness,
            minimum_brightness,
            maximum_brightness,
            minimum_entropy,
            minimum_aspect,
            size_factor,
        )
        self.rules = cast(ImageQuality, image_quality(*limits))

    def examine(self, corpus: Corpus, seed: int, progress: Progress) -> StageReport:
        """Shares by rule, percentiles of each measure, the worst images of each rule; finding HW-A139."""
        corpus.require_documents()
        if reason := require_images(corpus):
            return StageReport("audit", TITLE, scores=(NotMeasured(METRIC, reason),))
        found = self._measured(corpus, progress)
        scores = {
            rule: share_score(METRIC, len(hits), found.images, METHOD, {"rule": rule})
            for rule, hits in found.by_rule.items()
        }
        total = share_score(METRIC, len(found.any), found.images, METHOD, {"rule": "any"})
        worst = {name for hits in found.by_rule.values() for name, _, _ in hits[:SHOWN]}
        rows = corpus.documents(sorted(worst))
        findings = tuple(_findings(found, total, scores, rows))
        exhibits = tuple(_exhibits(found, scores, rows))
        return StageReport(
            "audit", TITLE, {"Images beyond a limit": len(found.any)}, (total, *scores.values()), findings, exhibits
        )  # fmt: skip

    def _measured(self, corpus: Corpus, progress: Progress) -> Broken:
        ids, measures, usual = measured(corpus, progress)
        by_rule: dict[str, list[Hit]] = {rule: [] for rule in RULES}
        for name, row in zip(ids, measures.tolist(), strict=True):
            for rule, value, limit in self.rules.broken(row, usual):
                by_rule[rule].append((name, value, limit))
        for hits in by_rule.values():
            hits.sort(key=lambda hit: (-abs(hit[1] - hit[2]), hit[0]))
        return Broken(len(ids), measures, by_rule)


def _findings(
    found: Broken, total: Score, scores: dict[str, Score], rows: dict[str, dict[str, object]]
) -> Iterator[Finding]:
    if not found.any:
        return
    ranked = sorted(found.by_rule.items(), key=lambda pair: (-len(pair[1]), RULES.index(pair[0])))
    named = ", ".join(f"{rule} {len(hits):,}" for rule, hits in ranked if hits)
    order = list(dict.fromkeys(name for _, hits in ranked for name, _, _ in hits))
    why = {name: f"{rule}: {value:g}, limit {limit:g}" for rule, hits in ranked[::-1] for name, value, limit in hits}
    shown = [(name, file_name(dict(rows[name]["attributes"])), why[name]) for name in order if name in rows]  # type: ignore[call-overload]
    yield Finding(
        "HW-A139",
        "low" if (total.low or 0.0) > MUCH else "info",
        f"{len(found.any):,} images are beyond a limit of quality",
        f"They are {told(total)}. By rule: {named}. The limits are made for photographs: drawings, scans, X-rays and "
        "pictures of the night break them for good reason, and so do pictures of 28 x 28 pixels.",
        "Look at the pictures of each rule. Where they are right, run the step 'image-quality' with action: "
        "quarantine; where not, set its limits for your kind of picture.",
        (total, *(score for score in scores.values() if score.value)),
        examples(shown[:EXAMPLES]),
        tuple(order[:DOCUMENTS]),
    )


def _exhibits(found: Broken, scores: dict[str, Score], rows: dict[str, dict[str, object]]) -> Iterator[Exhibit]:
    table: list[tuple[Cell, ...]] = [
        (rule, len(hits), scores[rule].value, scores[rule].low, scores[rule].high)
        for rule, hits in found.by_rule.items()
    ]
    note = f"Of {found.images:,} images; one can break several rules. Low and high: Wilson's interval at 95 %."
    columns = ("rule", "images", "share", "low", "high")
    yield Table("image-quality-rules", "Images beyond a limit", columns, tuple(table), note)
    usable = found.measures[~np.isnan(found.measures).any(axis=1)]
    if len(usable):
        spread = np.percentile(usable, PERCENTILES, axis=0).T
        lines = tuple(
            (name, *(round(value, 4) for value in row)) for name, row in zip(MEASURES, spread.tolist(), strict=True)
        )
        heads = ("measure", *(f"{percent} %" for percent in PERCENTILES))
        yield Table(
            "image-quality-measures", "Measures by percentile", heads, lines, "Units: see the page of the audit."
        )
    tiles = tuple(_tiles(found.by_rule, rows))
    if tiles:
        title = "The images farthest beyond each limit"
        yield Gallery(
            "image-quality-worst", title, tiles, "One line a rule, the farthest beyond its limit on the left."
        )


def _tiles(by_rule: dict[str, list[Hit]], rows: dict[str, dict[str, object]]) -> Iterator[Tile]:
    for rule, hits in by_rule.items():
        shown = [
            (name, value, pixels) for name, value, _ in hits[:SHOWN] if (pixels := _pixels(rows, name)) is not None
        ]
        if shown:
            values = ", ".join(f"{value:.3g}" for _, value, _ in shown)
            yield Tile(shown[0][0], f"{rule}: {values}", strip([pixels for _, _, pixels in shown]))


def _pixels(rows: dict[str, dict[str, object]], name: str) -> np.ndarray | None:
    return row_pixels(rows[name]) if name in rows else None
