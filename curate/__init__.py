"""Sources in; corpus, removed rows, curation report and audits out."""

from . import erasure, fairness, planted
from .annotated import annotated
from .audit import DEFAULTS as DEFAULT_AUDITS
from .audit import audit, build_audits, default_audits
from .audit_report import AuditReport
from .audits import AttributeTerms, GroupGap, IdentityTerms, TermCounter, TermCounts, group_gap, group_share, snippet
from .base import AUDITS, DETECTORS, FILTERS, SOURCES, Annotation, Decision, Judgement, Rejected, Source, Step
from .calibrate import calibrate
from .document_cards import DocumentRecord, copies, document_cards, removed_of, tables_of
from .duplicates import (
    cross_split_duplicates,
    decontaminate,
    jaccard,
    near_duplicate_images,
    near_duplicates,
    paragraph_duplicates,
    semantic_duplicates,
    substring_duplicates,
)
from .filters import (
    boilerplate,
    c4,
    code,
    consent,
    exact_duplicates,
    fineweb,
    hidden_characters,
    image_quality,
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
from .mitigation import cap, resample, reweigh
from .parameters import call_checked
from .pipeline import Pipeline
from .privacy import find_personal_data, redact, redact_spans
from .replay import Change, Edit, Replay, replay
from .run import curate
from .safety import TEXT_DETECTORS, poisoning, read_labelled, synthetic_text, toxicity, train_text_classifier
from .sequences import SEQUENCE_LETTERS, alphabet_of
from .shown import example, excerpt, redacted
from .sources import guess_source, read_source, source_from
from .steps import build_steps, describe_steps, libraries

__all__ = [
    "AUDITS",
    "Annotation",
    "AttributeTerms",
    "AuditReport",
    "Change",
    "DEFAULT_AUDITS",
    "DETECTORS",
    "Decision",
    "DocumentRecord",
    "Edit",
    "FILTERS",
    "GroupGap",
    "IdentityTerms",
    "Judgement",
    "Pipeline",
    "QualityModel",
    "Rejected",
    "Replay",
    "SEQUENCE_LETTERS",
    "SOURCES",
    "Source",
    "Step",
    "TEXT_DETECTORS",
    "TermCounter",
    "TermCounts",
    "alphabet_of",
    "annotated",
    "audit",
    "boilerplate",
    "build_audits",
    "build_steps",
    "c4",
    "calibrate",
    "call_checked",
    "cap",
    "code",
    "consent",
    "copies",
    "cross_split_duplicates",
    "curate",
    "decontaminate",
    "default_audits",
    "describe_steps",
    "document_cards",
    "erasure",
    "exact_duplicates",
    "example",
    "excerpt",
    "fairness",
    "find_personal_data",
    "fineweb",
    "group_gap",
    "group_share",
    "guess_source",
    "hidden_characters",
    "image_quality",
    "jaccard",
    "language",
    "length",
    "libraries",
    "licence",
    "licence_keys",
    "near_duplicate_images",
    "near_duplicates",
    "normalise_licence",
    "paragraph_duplicates",
    "perplexity",
    "planted",
    "poisoning",
    "quality",
    "quality_classifier",
    "read_labelled",
    "read_source",
    "redact",
    "redact_spans",
    "redacted",
    "removed_of",
    "repetition",
    "replay",
    "resample",
    "reweigh",
    "sample",
    "semantic_duplicates",
    "sequence_identity",
    "sequence_quality",
    "snippet",
    "source_from",
    "substring_duplicates",
    "synthetic_text",
    "tables_of",
    "toxicity",
    "train_quality_model",
    "train_text_classifier",
    "unicode",
    "urls",
]
