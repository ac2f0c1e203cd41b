"""What an image detector is, and the registry of them."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...core import Registry
from ..scored_items import Floats, ItemDetector, Spec, build_from, checked_scores

__all__ = [
    "IMAGE_DETECTORS",
    "Floats",
    "ImageDetector",
    "Pixels",
    "Spec",
    "build_image_detector",
    "checked_image_scores",
]
Pixels = NDArray[np.uint8]


@runtime_checkable
class ImageDetector(ItemDetector, Protocol):
    """Scores images."""

    def scores(self, items: Sequence[Pixels]) -> Floats:
        """A score in [0, 1] for each image (uint8, height x width x channels): float64 of shape (n,)."""


IMAGE_DETECTORS: Registry[Callable[..., ImageDetector]] = Registry("image-detector", "headwater.image_detectors")


def build_image_detector(spec: Spec, place: str) -> ImageDetector:
    """The detector behind a name, ``{name: {option: value}}``, a detector object or a function of a list of images."""
    return build_from(IMAGE_DETECTORS, spec, place)


def checked_image_scores(detector: ImageDetector, images: Sequence[Pixels]) -> Floats:
    """The detector's scores; a wrong shape or a value outside [0, 1] raises :class:`IntegrityError`."""
    return checked_scores(detector, images, "image")
