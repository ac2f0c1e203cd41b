"""The filter on machine-written text."""

from ..base import FILTERS
from .passages import Unit
from .screening import Screen, ScreenAction, screen
from .text_detector import Spec

THRESHOLD = 0.5


@FILTERS.register("synthetic-text", source="threshold: equal odds of a calibrated score", unit="score in [0, 1]")
def synthetic_text(
    detector: Spec = "machine-phrases",
    threshold: float = THRESHOLD,
    action: ScreenAction = "annotate",
    unit: Unit = "document",
) -> Screen:
    """Mark, remove or quarantine documents that a detector takes for machine-written; marks them by default.

    ``detector`` is a text detector by its name, or ``{name: {option: value}}``; in Python also any function that maps a
    list of texts to scores in [0, 1]. Whoever removes by it should know the detector's error: the audit
    ``synthetic-text`` measures it and states the share with it.
    """
    return screen("synthetic-text", "machine-written", detector, threshold, action, unit)
