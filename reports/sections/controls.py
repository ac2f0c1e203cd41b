"""The power of the detectors, measured on what was planted for them."""

from dataclasses import dataclass

from ...core import Measurement
from ..run import Run, is_control
from .base import SECTIONS


@dataclass(frozen=True, slots=True)
class Controls:
    """Scores of detectors on planted controls, over all stages and tracks."""

    scores: tuple[Measurement, ...]


@SECTIONS.register("controls", title="Planted controls", order="40")
def controls(run: Run) -> Controls:
    """Recall and false positives of each detector on controls planted in a copy of this corpus."""
    return Controls(tuple(placed.score for placed in run.scores() if is_control(placed.score, placed.stage)))
