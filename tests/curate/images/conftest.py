"""Corpora of small images on disk."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from headwater.core import IMAGE_SCHEMA, SILENT, Corpus, CorpusWriter, StageReport, record_batch
from headwater.curate import AUDITS
from headwater.curate.sources.images import image_record

Examine = Callable[..., StageReport]


def smooth(seed: int, side: int = 24, channels: int = 3) -> np.ndarray:
    """A smooth picture that is unlike that of any other seed: uint8 (side, side, channels)."""
    from PIL import Image

    small = np.random.default_rng(seed).integers(0, 256, (5, 5, 3), np.uint8)
    return np.asarray(Image.fromarray(small).resize((side, side), Image.Resampling.BICUBIC))[:, :, :channels]


@pytest.fixture
def images(tmp_path: Path) -> Callable[..., Corpus]:
    """``images([pixels, ...], [attributes, ...])``: a corpus; row n has the locator ``n.png``."""

    def make(pixels: Sequence[np.ndarray], attributes: Sequence[dict[str, str]] = ()) -> Corpus:
        told = list(attributes) or [{} for _ in pixels]
        rows = [
            image_record(one, f"{number}.png", "pictures", attributes=fields)
            for number, (one, fields) in enumerate(zip(pixels, told, strict=True))
        ]
        with CorpusWriter(tmp_path / "corpus", IMAGE_SCHEMA) as writer:
            writer.write(record_batch(rows, IMAGE_SCHEMA))
        return Corpus(tmp_path / "corpus")

    return make


@pytest.fixture
def examine() -> Examine:
    """``examine(name, corpus, **options)``: the report of one audit."""

    def run(name: str, corpus: Corpus, seed: int = 0, **options: Any) -> StageReport:
        audit: Any = AUDITS.get(name)(**options)
        report: StageReport = audit.examine(corpus, seed, SILENT)
        return report

    return run
