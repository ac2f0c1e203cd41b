"""Sources in; corpus, removed rows, curation report and audits out."""

from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step
from .duplicates import jaccard, near_duplicates
from .privacy import find_personal_data, redact, redact_spans

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
    "jaccard",
    "near_duplicates",
    "redact",
    "redact_spans",
]
