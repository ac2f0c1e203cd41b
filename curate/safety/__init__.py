"""What may harm: toxic text and the bias of its detectors, signs of poisoning, machine-written text."""

from .contexts import Contexts
from .labelled import Labelled, read_labelled
from .linear_classifier import LinearClassifier, linear_classifier
from .linear_model import LinearModel, load_model, train_text_classifier
from .phrase_detector import PhraseDetector, machine_phrases, toxicity_words
from .poisoning import Poisoning, poisoning
from .poisoning_audit import PoisoningAudit
from .quantification import DetectorError, Share, adjusted_share
from .screening import Screen
from .synthetic_text import synthetic_text
from .synthetic_text_audit import SyntheticTextAudit
from .text_detector import TEXT_DETECTORS, TextDetector, build_detector, checked_scores
from .toxicity import toxicity
from .toxicity_audit import ToxicityAudit

__all__ = [
    "Contexts",
    "DetectorError",
    "Labelled",
    "LinearClassifier",
    "LinearModel",
    "PhraseDetector",
    "Poisoning",
    "PoisoningAudit",
    "Screen",
    "Share",
    "SyntheticTextAudit",
    "TEXT_DETECTORS",
    "TextDetector",
    "ToxicityAudit",
    "adjusted_share",
    "build_detector",
    "checked_scores",
    "linear_classifier",
    "load_model",
    "machine_phrases",
    "poisoning",
    "read_labelled",
    "synthetic_text",
    "toxicity",
    "toxicity_words",
    "train_text_classifier",
]
