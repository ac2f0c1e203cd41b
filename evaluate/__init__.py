"""Scores, findings and traces."""

from .base import IMAGE_SAMPLE_SCHEMA, METRICS, SAMPLE_SCHEMA, Metric, Outcome, Subject
from .memorization.index import Place, Span, SuffixIndex, build_index, open_index
from .statistics import (
    Estimate,
    clopper_pearson,
    difference,
    exponential,
    jackknife,
    mean_interval,
    paired_difference,
    ratio_interval,
)

__all__ = [
    "Estimate",
    "IMAGE_SAMPLE_SCHEMA",
    "METRICS",
    "Metric",
    "Outcome",
    "Place",
    "SAMPLE_SCHEMA",
    "Span",
    "Subject",
    "SuffixIndex",
    "build_index",
    "clopper_pearson",
    "difference",
    "exponential",
    "jackknife",
    "mean_interval",
    "open_index",
    "paired_difference",
    "ratio_interval",
]
