"""Scores, findings and traces."""

from ..core import SamplingPlan
from .base import IMAGE_SAMPLE_SCHEMA, METRICS, SAMPLE_SCHEMA, TABLE_SAMPLE_SCHEMA, Metric, Outcome, Subject
from .bias import (
    amplification,
    counterfactual_prompts,
    measure_amplification,
    measure_counterfactual_pairs,
)
from .hallucination import measure_self_consistency, measure_unknown_names
from .memorization.edit_similarity import edit_similarity
from .memorization.exposure import exposure, exposure_interval, measure_exposure
from .memorization.extractable import measure_extractable
from .memorization.index import Place, Span, SuffixIndex, build_index, open_index
from .memorization.verbatim_overlap import measure_verbatim_overlap, overlap
from .quality.bits_per_byte import measure_bits_per_byte
from .quality.frechet import Moments, frechet_distance, frechet_from_moments, frechet_interval
from .quality.frechet_distance import measure_frechet_distance
from .quality.frechet_metric import FrechetMetric
from .quality.likelihood import Likelihood, bits_per_byte, loss_gap, perplexity
from .quality.perplexity import PerplexityMetric, measure_perplexity
from .run import SUITES, evaluate, open_subject
from .sampling import draw_samples
from .statistics import (
    Estimate,
    clopper_pearson,
    difference,
    exponential,
    jackknife,
    mean_interval,
    paired_difference,
    ratio_interval,
)
from .story import document_story
from .trace import Trace, TracedDocument, TracedSpan, document_cards, trace, trace_document

__all__ = [
    "Estimate",
    "FrechetMetric",
    "IMAGE_SAMPLE_SCHEMA",
    "Likelihood",
    "METRICS",
    "Metric",
    "Moments",
    "Outcome",
    "PerplexityMetric",
    "Place",
    "SAMPLE_SCHEMA",
    "TABLE_SAMPLE_SCHEMA",
    "SUITES",
    "SamplingPlan",
    "Span",
    "Subject",
    "SuffixIndex",
    "Trace",
    "TracedDocument",
    "TracedSpan",
    "amplification",
    "bits_per_byte",
    "build_index",
    "clopper_pearson",
    "counterfactual_prompts",
    "difference",
    "document_cards",
    "document_story",
    "draw_samples",
    "edit_similarity",
    "evaluate",
    "exponential",
    "exposure",
    "exposure_interval",
    "frechet_distance",
    "frechet_from_moments",
    "frechet_interval",
    "jackknife",
    "loss_gap",
    "mean_interval",
    "measure_amplification",
    "measure_bits_per_byte",
    "measure_counterfactual_pairs",
    "measure_exposure",
    "measure_extractable",
    "measure_frechet_distance",
    "measure_perplexity",
    "measure_self_consistency",
    "measure_unknown_names",
    "measure_verbatim_overlap",
    "open_index",
    "open_subject",
    "overlap",
    "paired_difference",
    "perplexity",
    "ratio_interval",
    "trace",
    "trace_document",
]
