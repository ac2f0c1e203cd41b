"""Sources in; corpus, removed rows, curation report and audits out."""

from .audit import audit
from .audits import AttributeTerms, GroupGap, IdentityTerms, TermCounter, TermCounts, group_gap, group_share, snippet
from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step
from .calibrate import calibrate
from .duplicates import jaccard, near_duplicates
from .filters import (
    boilerplate,
    c4,
    exact_duplicates,
    fineweb,
    hidden_characters,
    language,
    length,
    licence,
    perplexity,
    quality,
    quality_classifier,
    repetition,
    sample,
    unicode,
    urls,
)
from .filters.quality_model import QualityModel, train_quality_model
from .licences import licence_keys, normalise_licence
from .privacy import find_personal_data, redact, redact_spans
from .run import curate
from .sources import read_source, source_from
from .steps import build_steps, describe_steps

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
    "QualityModel",
    "Rejected",
    "SOURCES",
    "Source",
    "Step",
    "TermCounter",
    "TermCounts",
    "audit",
    "boilerplate",
    "build_steps",
    "c4",
    "calibrate",
    "curate",
    "describe_steps",
    "exact_duplicates",
    "find_personal_data",
    "fineweb",
    "group_gap",
    "group_share",
    "hidden_characters",
    "jaccard",
    "language",
    "length",
    "licence",
    "licence_keys",
    "near_duplicates",
    "normalise_licence",
    "perplexity",
    "quality",
    "quality_classifier",
    "read_source",
    "redact",
    "redact_spans",
    "repetition",
    "sample",
    "snippet",
    "source_from",
    "train_quality_model",
    "unicode",
    "urls",
]
