"""Whether a model makes things up: answers that contradict each other, names that do not exist."""

from .calibration import measure_calibration
from .captions import measure_captions
from .code_names import measure_code_names
from .corpus_support import measure_corpus_support
from .detector_validity import measure_detector_validity
from .grounding import measure_grounding
from .question_answers import measure_question_answers
from .self_consistency import measure_self_consistency
from .selfcheck import measure_selfcheck
from .semantic_entropy import measure_semantic_entropy
from .truthfulqa import measure_truthfulqa
from .unknown_names import measure_unknown_names

__all__ = [
    "measure_calibration",
    "measure_captions",
    "measure_code_names",
    "measure_corpus_support",
    "measure_detector_validity",
    "measure_grounding",
    "measure_question_answers",
    "measure_self_consistency",
    "measure_selfcheck",
    "measure_semantic_entropy",
    "measure_truthfulqa",
    "measure_unknown_names",
]
