"""What a text detector is: it gives each text a score between 0 and 1, whatever it is that it detects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ...core import ConfigError, IntegrityError, Registry
from ..parameters import call_checked

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Scorer = Callable[[Sequence[str]], Any]


@runtime_checkable
class TextDetector(Protocol):
    """Scores texts. ``protocol`` names the detector and the version or hash of its data.

    A detector may also have ``may_match(texts) -> bool array``: False where the score is 0 for certain and quickly
    told. It must judge each text by itself, so that the result does not depend on the batches.
    """

    @property
    def name(self) -> str:
        """The name it is registered under."""

    @property
    def protocol(self) -> str:
        """What two scores must agree in to be comparable."""

    def scores(self, texts: Sequence[str]) -> Floats:
        """A score in [0, 1] for each text: float64 of shape (n,)."""


TEXT_DETECTORS: Registry[Callable[..., TextDetector]] = Registry("text-detector", "headwater.text_detectors")
Spec = str | Mapping[str, Mapping[str, Any] | None] | Scorer


@dataclass(frozen=True, slots=True)
class FunctionDetector:
    """Any callable that maps a list of texts to their scores, as a detector."""

    function: Scorer

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.function, "__qualname__", type(self.function).__qualname__)

    @property
    def protocol(self) -> str:
        """Module and name: the code behind them is not hashed."""
        return f"function {getattr(self.function, '__module__', '')}.{self.name}"

    def scores(self, texts: Sequence[str]) -> Floats:
        """What the function returns."""
        return np.asarray(self.function(list(texts)), np.float64)


def build_detector(spec: Spec, place: str) -> TextDetector:
    """The detector behind a name, ``{name: {option: value}}``, a detector object or a function of a list of texts.

    Raises :class:`UnknownName` for a name and :class:`ConfigError` for an option, with the nearest right ones.
    """
    if isinstance(spec, TextDetector):
        return spec
    if isinstance(spec, str):
        spec = {spec: {}}
    if isinstance(spec, Mapping):
        if len(spec) != 1:
            raise ConfigError(f"{place}: give one detector, as a name or {{name: {{option: value}}}}, not {len(spec)}")
        ((name, options),) = spec.items()
        if not isinstance(options or {}, Mapping):
            raise ConfigError(f"{place}.{name}: options must be a mapping, not {options!r}")
        detector: TextDetector = call_checked(TEXT_DETECTORS.get(name, place), options or {}, f"{place}.{name}")
        return detector
    return FunctionDetector(spec)


def checked_scores(detector: TextDetector, texts: Sequence[str]) -> Floats:
    """The detector's scores; a wrong shape or a value outside [0, 1] raises :class:`IntegrityError`."""
    if not texts:
        return np.zeros(0)
    found = np.asarray(detector.scores(texts), np.float64)
    if found.shape != (len(texts),) or not ((found >= 0) & (found <= 1)).all():
        raise IntegrityError(
            f"text detector {detector.name}: gave scores of shape {found.shape} for {len(texts)} texts, or one outside "
            "[0, 1]; a detector must give one number between 0 and 1 for each text"
        )
    return found
