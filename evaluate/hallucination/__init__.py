"""Whether a model makes things up: answers that contradict each other, names that do not exist."""

from .calibration import measure_calibration
from .captions import measure_captions
from .code_names import measure_code_names
from .question_answers import measure_question_answers
from .self_consistency import measure_self_consistency
from .truthfulqa import measure_truthfulqa
from .unknown_names import measure_unknown_names

__all__ = [
    "measure_calibration",
    "measure_captions",
    "measure_code_names",
    "measure_question_answers",
    "measure_self_consistency",
    "measure_truthfulqa",
    "measure_unknown_names",
]
