"""What detectors of texts and of images share: each item gets a score between 0 and 1, whatever is detected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from ..core import ConfigError, IntegrityError, Registry
from .parameters import call_checked

Floats = NDArray[np.float64]
Scorer = Callable[[Sequence[Any]], Any]
Spec = str | Mapping[str, Mapping[str, Any] | None] | Scorer


@runtime_checkable
class ItemDetector(Protocol):
    """Scores items, each by itself, so that the result does not depend on the batches."""

    @property
    def name(self) -> str:
        """The name it is registered under."""

    @property
    def protocol(self) -> str:
        """What two scores must agree in to be comparable: the detector and the version or hash of its data."""

    def scores(self, items: Sequence[Any]) -> Floats:
        """A score in [0, 1] for each item: float64 of shape (n,)."""


Found = TypeVar("Found", bound=ItemDetector)


@dataclass(frozen=True, slots=True)
class FunctionDetector:
    """Any callable that maps a list of items to their scores, as a detector."""

    function: Scorer

    @property
    def name(self) -> str:
        """The function's name."""
        return getattr(self.function, "__qualname__", type(self.function).__qualname__)

    @property
    def protocol(self) -> str:
        """Module and name: the code behind them is not hashed."""
        return f"function {getattr(self.function, '__module__', '')}.{self.name}"

    def scores(self, items: Sequence[Any]) -> Floats:
        """What the function returns."""
        return np.asarray(self.function(list(items)), np.float64)


def build_from(registry: Registry[Callable[..., Found]], spec: Spec, place: str) -> Found | FunctionDetector:
    """The detector behind a name, ``{name: {option: value}}``, a detector object or a function of a list of items.

    Raises :class:`UnknownName` for a name and :class:`ConfigError` for an option, with the nearest right ones.
    """
    if isinstance(spec, ItemDetector):
        return spec
    if isinstance(spec, str):
        spec = {spec: {}}
    if isinstance(spec, Mapping):
        if len(spec) != 1:
            raise ConfigError(f"{place}: give one detector, as a name or {{name: {{option: value}}}}, not {len(spec)}")
        ((name, options),) = spec.items()
        if not isinstance(options or {}, Mapping):
            raise ConfigError(f"{place}.{name}: options must be a mapping, not {options!r}")
        found: Found = call_checked(registry.get(name, place), options or {}, f"{place}.{name}")
        return found
    return FunctionDetector(spec)


def checked_scores(detector: ItemDetector, items: Sequence[Any], what: str = "text") -> Floats:
    """The detector's scores; a wrong shape or a value outside [0, 1] raises :class:`IntegrityError`."""
    if not items:
        return np.zeros(0)
    found = np.asarray(detector.scores(items), np.float64)
    if found.shape != (len(items),) or not ((found >= 0) & (found <= 1)).all():
        raise IntegrityError(
            f"{what} detector {detector.name}: gave scores of shape {found.shape} for {len(items)} {what}s, or one "
            f"outside [0, 1]; a detector must give one number between 0 and 1 for each {what}"
        )
    return found
