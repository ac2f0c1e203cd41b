"""Sources in; corpus, removed rows, curation report and audits out."""

from .audit import audit, default_audits
from .audits import AttributeTerms, GroupGap, IdentityTerms, TermCounter, TermCounts, group_gap, group_share, snippet
from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step
from .calibrate import calibrate
from .duplicates import jaccard, near_duplicates
from .filters import (
    boilerplate,
    c4,
    code,
    consent,
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
    sequence_identity,
    sequence_quality,
    unicode,
    urls,
)
from .filters.quality_model import QualityModel, train_quality_model
from .licences import licence_keys, normalise_licence
from .privacy import find_personal_data, redact, redact_spans
from .replay import Change, Edit, Replay, replay
from .run import curate
from .safety import TEXT_DETECTORS, poisoning, read_labelled, synthetic_text, toxicity, train_text_classifier
from .sources import read_source, source_from
from .steps import build_steps, describe_steps

__all__ = [
    "AUDITS",
    "Annotation",
    "AttributeTerms",
    "Change",
    "DETECTORS",
    "Decision",
    "Edit",
    "FILTERS",
    "GroupGap",
    "IdentityTerms",
    "Judgement",
    "QualityModel",
    "Rejected",
    "Replay",
    "SOURCES",
    "Source",
    "Step",
    "TEXT_DETECTORS",
    "TermCounter",
    "TermCounts",
    "audit",
    "boilerplate",
    "build_steps",
    "c4",
    "calibrate",
    "code",
    "consent",
    "curate",
    "default_audits",
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
    "poisoning",
    "quality",
    "quality_classifier",
    "read_labelled",
    "read_source",
    "redact",
    "redact_spans",
    "repetition",
    "replay",
    "sample",
    "sequence_identity",
    "sequence_quality",
    "snippet",
    "source_from",
    "synthetic_text",
    "toxicity",
    "train_quality_model",
    "train_text_classifier",
    "unicode",
    "urls",
]
