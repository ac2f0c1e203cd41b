"""Sources in; corpus, removed rows, curation report and audits out."""

from . import erasure
from .audit import audit
from .audits import AttributeTerms, GroupGap, IdentityTerms, TermCounter, TermCounts, group_gap, group_share, snippet
from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step
from .duplicates import jaccard, near_duplicates
from .filters import exact_duplicates, language, length, licence, quality, repetition, sample, unicode
from .licences import licence_keys, normalise_licence
from .privacy import find_personal_data, redact, redact_spans
from .run import curate
from .sources import read_source, source_from
from .steps import build_steps, describe_steps, libraries

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
    "build_steps",
    "curate",
    "describe_steps",
    "erasure",
    "exact_duplicates",
    "find_personal_data",
    "group_gap",
    "group_share",
    "jaccard",
    "language",
    "length",
    "libraries",
    "licence",
    "licence_keys",
    "near_duplicates",
    "normalise_licence",
    "quality",
    "read_source",
    "redact",
    "redact_spans",
    "repetition",
    "sample",
    "snippet",
    "source_from",
    "unicode",
]
