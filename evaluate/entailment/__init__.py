"""Whether one text follows from another: models of entailment behind one question."""

from .auto import auto
from .base import CLASSES, ENTAILMENTS, Entailment, Spec, build_entailment, checked_probabilities
from .huggingface import HuggingFaceEntailment, label_columns
from .minilm import MiniLmEntailment, head_facts
from .words import WordEntailment

__all__ = [
    "CLASSES",
    "ENTAILMENTS",
    "Entailment",
    "HuggingFaceEntailment",
    "MiniLmEntailment",
    "Spec",
    "WordEntailment",
    "auto",
    "build_entailment",
    "checked_probabilities",
    "head_facts",
    "label_columns",
]
