"""Whether one text follows from another: models of entailment behind one question."""

from .base import CLASSES, ENTAILMENTS, Entailment, Spec, build_entailment, checked_probabilities
from .words import WordEntailment

__all__ = [
    "CLASSES",
    "ENTAILMENTS",
    "Entailment",
    "Spec",
    "WordEntailment",
    "build_entailment",
    "checked_probabilities",
]
