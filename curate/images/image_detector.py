"""What an image detector is: it gives each image a score between 0 and 1, whatever it is that it detects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...core import ConfigError, IntegrityError, Registry
from ..parameters import call_checked

Floats = NDArray[np.float64]
Pixels = NDArray[np.uint8]
Scorer = Callable[[Sequence[Pixels]], Any]


@runtime_checkable
class ImageDetector(Protocol):
    """Scores images. ``protocol`` names the detector and the version or hash of its model.

    It must judge each image by itself, so that the result does not depend on the batches.
    """

    @property
    def name(self) -> str:
        """The name it is registered under."""

    @property
    def protocol(self) -> str:
        """What two scores must agree in to be comparable."""

    def image_scores(self, images: Sequence[Pixels]) -> Floats:
        """A score in [0, 1] for each image (uint8, height x width x channels): float64 of shape (n,)."""


IMAGE_DETECTORS: Registry[Callable[..., ImageDetector]] = Registry("image-detector", "headwater.image_detectors")
Spec = str | Mapping[str, Mapping[str, Any] | None] | Scorer


@dataclass(frozen=True, slots=True)
class FunctionDetector:
    """Any callable that maps a list of images to their scores, as a detector."""

    function: Scorer

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.function, "__qualname__", type(self.function).__qualname__)

    @property
    def protocol(self) -> str:
        """Module and name: the code behind them is not hashed."""
        return f"function {getattr(self.function, '__module__', '')}.{self.name}"

    def image_scores(self, images: Sequence[Pixels]) -> Floats:
        """What the function returns."""
        return np.asarray(self.function(list(images)), np.float64)


def build_image_detector(spec: Spec, place: str) -> ImageDetector:
    """The detector behind a name, ``{name: {option: value}}``, a detector object or a function of a list of images.

    Raises :class:`UnknownName` for a name and :class:`ConfigError` for an option, with the nearest right ones.
    """
    if isinstance(spec, ImageDetector):
        return spec
    if isinstance(spec, str):
        spec = {spec: {}}
    if isinstance(spec, Mapping):
        if len(spec) != 1:
            raise ConfigError(f"{place}: give one detector, as a name or {{name: {{option: value}}}}, not {len(spec)}")
        ((name, options),) = spec.items()
        if not isinstance(options or {}, Mapping):
            raise ConfigError(f"{place}.{name}: options must be a mapping, not {options!r}")
        found: ImageDetector = call_checked(IMAGE_DETECTORS.get(name, place), options or {}, f"{place}.{name}")
        return found
    return FunctionDetector(spec)


def checked_image_scores(detector: ImageDetector, images: Sequence[Pixels]) -> Floats:
    """The detector's scores; a wrong shape or a value outside [0, 1] raises :class:`IntegrityError`."""
    if not images:
        return np.zeros(0)
    found = np.asarray(detector.image_scores(images), np.float64)
    if found.shape != (len(images),) or not ((found >= 0) & (found <= 1)).all():
        raise IntegrityError(
            f"image detector {detector.name}: gave scores of shape {found.shape} for {len(images)} images, or one "
            "outside [0, 1]; a detector must give one number between 0 and 1 for each image"
        )
    return found
