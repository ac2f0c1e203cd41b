"""Scores, findings and traces."""

from .base import IMAGE_SAMPLE_SCHEMA, METRICS, SAMPLE_SCHEMA, Metric, Outcome, Subject

__all__ = ["IMAGE_SAMPLE_SCHEMA", "METRICS", "SAMPLE_SCHEMA", "Metric", "Outcome", "Subject"]
