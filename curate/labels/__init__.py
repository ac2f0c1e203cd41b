"""Audits of labels: which are likely wrong, and how far annotators agree."""

from .annotator_agreement import AnnotatorAgreement
from .label_noise import LabelNoise

__all__ = ["AnnotatorAgreement", "LabelNoise"]
