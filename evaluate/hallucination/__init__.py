"""Whether a model makes things up: answers that contradict each other, names that do not exist."""

from .calibration import measure_calibration
from .corpus_support import measure_corpus_support
from .self_consistency import measure_self_consistency
from .selfcheck import measure_selfcheck
from .semantic_entropy import measure_semantic_entropy
from .unknown_names import measure_unknown_names

__all__ = [
    "measure_calibration",
    "measure_corpus_support",
    "measure_self_consistency",
    "measure_selfcheck",
    "measure_semantic_entropy",
    "measure_unknown_names",
]
