"""Audits of labels: which are likely wrong, and how far annotators agree."""

from .label_noise import LabelNoise

__all__ = ["LabelNoise"]
