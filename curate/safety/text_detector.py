"""What a text detector is, and the registry of them."""

from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...core import Registry
from ..scored_items import Floats, FunctionDetector, ItemDetector, Spec, build_from, checked_scores

__all__ = [
    "TEXT_DETECTORS",
    "Bools",
    "Floats",
    "FunctionDetector",
    "Spec",
    "TextDetector",
    "build_detector",
    "checked_scores",
]
Bools = NDArray[np.bool_]


@runtime_checkable
class TextDetector(ItemDetector, Protocol):
    """Scores texts.

    A detector may also have ``may_match(texts) -> bool array``: False where the score is 0 for certain and quickly
    told; and ``categories`` with ``category_scores(texts)`` of shape (n, categories), none above the score of its text.
    """

    def scores(self, items: Sequence[str]) -> Floats:
        """A score in [0, 1] for each text: float64 of shape (n,)."""


TEXT_DETECTORS: Registry[Callable[..., TextDetector]] = Registry("text-detector", "headwater.text_detectors")


def build_detector(spec: Spec, place: str) -> TextDetector:
    """The detector behind a name, ``{name: {option: value}}``, a detector object or a function of a list of texts."""
    return build_from(TEXT_DETECTORS, spec, place)
