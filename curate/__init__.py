"""Sources in; corpus, removed rows, curation report and audits out."""

from .audit import audit
from .audits import AttributeTerms, GroupGap, IdentityTerms, TermCounter, TermCounts, group_gap, group_share, snippet
from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step
from .duplicates import jaccard, near_duplicates
from .licences import licence_keys, normalise_licence
from .privacy import find_personal_data, redact, redact_spans
from .sources import read_source, source_from

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
    "licence_keys",
    "near_duplicates",
    "normalise_licence",
    "read_source",
    "redact",
    "redact_spans",
    "snippet",
    "source_from",
]
