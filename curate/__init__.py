"""Sources in; corpus, removed rows, curation report and audits out."""

from .audit import audit
from .audits import AttributeTerms, GroupGap, IdentityTerms, TermCounter, TermCounts, group_gap, group_share, snippet
from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step
from .duplicates import jaccard, near_duplicates
from .privacy import find_personal_data, redact, redact_spans

__all__ = [
    "AUDITS",
    "Annotation",
    "AttributeTerms",
    "DETECTORS",
    "Decision",
    "FILTERS",
    "GroupGap",
    "IdentityTerms",
    "Judgement",
    "Rejected",
    "SOURCES",
    "Source",
    "Step",
    "TermCounter",
    "TermCounts",
    "audit",
    "find_personal_data",
    "group_gap",
    "group_share",
    "jaccard",
    "near_duplicates",
    "redact",
    "redact_spans",
    "snippet",
]
