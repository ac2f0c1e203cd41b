"""Sources in; corpus, removed rows, curation report and audits out."""

from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step
from .privacy import find_personal_data, redact

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
    "find_personal_data",
    "redact",
]
