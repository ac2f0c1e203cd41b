"""Sources in; corpus, removed rows, curation report and audits out."""

from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step

__all__ = [
    "AUDITS",
    "DETECTORS",
    "FILTERS",
    "SOURCES",
    "Annotation",
    "Decision",
    "Judgement",
    "Rejected",
    "Source",
    "Step",
]
