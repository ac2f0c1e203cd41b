"""Whether a model makes things up: answers that contradict each other, names and claims that nothing supports."""

from .calibration import measure_calibration
from .detector_validity import measure_detector_validity
from .grounding import measure_grounding
from .self_consistency import measure_self_consistency
from .unknown_names import measure_unknown_names

__all__ = [
    "measure_calibration",
    "measure_detector_validity",
    "measure_grounding",
    "measure_self_consistency",
    "measure_unknown_names",
]
