"""Handwritten digits that come with scikit-learn: a real set of images on every machine."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pyarrow as pa

from ...core import Progress, canonical_json, sha256
from ..base import SOURCES, Reject, Source
from .batches import batched
from .images import image_record

URL = "https://archive.ics.uci.edu/dataset/80/optical+recognition+of+handwritten+digits"
BRIGHTEST = 16  # of the original pixel values


@SOURCES.register("digits", source="E. Alpaydin, C. Kaynak (1998), UCI, doi:10.24432/C50P49")
def digits() -> Source:
    """1,797 handwritten digits of 8 x 8 grey pixels, from scikit-learn.

    The test part of the UCI set "Optical Recognition of Handwritten Digits" (CC-BY-4.0). Pixel values 0 to 16 are
    scaled to 0 to 255. The digit stands as ``label`` in ``groups`` and ``attributes``.
    """
    return Digits()


class Digits:
    """The source: rows in the order of scikit-learn's arrays."""

    name = "digits"
    modality = "image"

    def batches(self, reject: Reject, progress: Progress) -> Iterator[pa.RecordBatch]:
        """One batch of 1,797 images."""
        with progress.task("read digits", total=1) as task:
            yield from batched(_rows(), self.modality)
            task.advance()

    def fingerprint(self) -> str:
        """SHA-256 of the pixels and labels."""
        data = _load()
        contents = [sha256(_pixels(data).tobytes()), sha256(data.target.astype("<i8").tobytes())]
        return sha256(canonical_json({"source": self.name, "contents": contents}))


def _load() -> Any:
    # Imported here because scikit-learn takes a second, which every command of headwater would wait for.
    from sklearn.datasets import load_digits

    return load_digits()


def _pixels(data: Any) -> np.ndarray:
    """Array of shape (1797, 8, 8), uint8."""
    scaled: np.ndarray = np.rint(data.images * (255 / BRIGHTEST)).astype(np.uint8)
    return scaled


def _rows() -> Iterator[dict[str, Any]]:
    data = _load()
    for number, (image, digit) in enumerate(zip(_pixels(data), data.target, strict=True), 1):
        label = {"label": str(digit)}
        provenance = {"url": URL, "licence": "CC-BY-4.0", "groups": label, "attributes": label}
        yield image_record(image[:, :, None], f"digits:{number}", "digits", **provenance)
