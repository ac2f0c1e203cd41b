"""What may harm: toxic text and the bias of its detectors, signs of poisoning, machine-written text."""

from .bias_measures import score_shift
from .contexts import Contexts
from .huggingface import TransformerClassifier, huggingface
from .labelled import Labelled, read_labelled
from .linear_classifier import LinearClassifier, linear_classifier
from .linear_model import LinearModel, load_model, train_text_classifier
from .passages import Passages, Unit, score_passages
from .phrase_detector import PhraseDetector, machine_phrases, toxicity_words
from .phrases import PhraseList, find_all, load_phrases
from .poisoning import Poisoning, poisoning
from .poisoning_audit import PoisoningAudit
from .profanity import Profanity, profanity
from .quantification import DetectorError, Share, adjusted_share
from .screening import Screen
from .swaps import Swaps, load_swaps
from .synthetic_text import synthetic_text
from .synthetic_text_audit import SyntheticTextAudit
from .text_detector import TEXT_DETECTORS, Spec, TextDetector, build_detector, checked_scores
from .tone_words import ToneWords, regard_words, sentiment_words
from .toxicity import toxicity
from .toxicity_audit import ToxicityAudit

__all__ = [
    "TEXT_DETECTORS",
    "Contexts",
    "DetectorError",
    "Labelled",
    "LinearClassifier",
    "LinearModel",
    "Passages",
    "PhraseDetector",
    "PhraseList",
    "Poisoning",
    "PoisoningAudit",
    "Profanity",
    "Screen",
    "Share",
    "Spec",
    "Swaps",
    "SyntheticTextAudit",
    "TextDetector",
    "ToneWords",
    "ToxicityAudit",
    "TransformerClassifier",
    "Unit",
    "adjusted_share",
    "build_detector",
    "checked_scores",
    "find_all",
    "huggingface",
    "linear_classifier",
    "load_model",
    "load_phrases",
    "load_swaps",
    "machine_phrases",
    "poisoning",
    "profanity",
    "read_labelled",
    "regard_words",
    "score_passages",
    "score_shift",
    "sentiment_words",
    "synthetic_text",
    "toxicity",
    "toxicity_words",
    "train_text_classifier",
]
