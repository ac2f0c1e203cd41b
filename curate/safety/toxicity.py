"""The filter on toxic text."""

from ..base import FILTERS
from .passages import Unit
from .screening import Screen, ScreenAction, screen
from .text_detector import Spec

THRESHOLD = 0.5


@FILTERS.register("toxicity", source="Gehman et al. 2020, RealToxicityPrompts, section 2 (0.5)", unit="score in [0, 1]")
def toxicity(
    detector: Spec = "toxicity-words",
    threshold: float = THRESHOLD,
    action: ScreenAction = "annotate",
    unit: Unit = "line",
) -> Screen:
    """Mark, remove or quarantine documents in which a detector scores a line as toxic; marks them by default.

    ``detector`` is a text detector by its name, or ``{name: {option: value}}``; in Python also any function that maps a
    list of texts to scores in [0, 1]. A document has the score of its highest-scoring ``unit``. Read the detector's
    bias sheet first (audit ``toxicity``): common detectors flag mentions of groups of people.
    """
    return screen("toxicity", "toxic", detector, threshold, action, unit)
