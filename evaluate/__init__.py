"""Scores, findings and traces."""

from ..core import SamplingPlan
from .base import IMAGE_SAMPLE_SCHEMA, METRICS, SAMPLE_SCHEMA, TABLE_SAMPLE_SCHEMA, Metric, Outcome, Subject
from .bias import (
    amplification,
    counterfactual_prompts,
    measure_amplification,
    measure_counterfactual_pairs,
)
from .extractors import EXTRACTORS, Extractor, open_extractor
from .hallucination import measure_self_consistency, measure_unknown_names
from .items import ITEM_SCHEMA, ItemValues, read_items, write_items
from .memorization.edit_similarity import edit_similarity
from .memorization.exposure import exposure, exposure_interval, measure_exposure
from .memorization.extractable import measure_extractable
from .memorization.index import Place, Span, SuffixIndex, build_index, open_index
from .memorization.verbatim_overlap import measure_verbatim_overlap, overlap
from .quality.authenticity import measure_authenticity
from .quality.bits_per_byte import measure_bits_per_byte
from .quality.class_consistency import measure_class_consistency
from .quality.class_divergence import inception_score, inception_score_interval
from .quality.cmmd import measure_cmmd
from .quality.copying_test import CopyingTest, copying_test
from .quality.frechet import Moments, frechet_distance, frechet_from_moments, frechet_interval
from .quality.frechet_distance import measure_frechet_distance
from .quality.frechet_limit import measure_frechet_limit
from .quality.frechet_line import FrechetLimit, frechet_limit
from .quality.frechet_metric import FrechetMetric
from .quality.image_metrics import InceptionScoreMetric, KernelDistanceMetric, PrecisionRecallMetric
from .quality.inception_score import measure_inception_score
from .quality.kernel_distance import measure_kernel_distance
from .quality.kernel_sums import cmmd, kernel_inception_distance
from .quality.likelihood import Likelihood, bits_per_byte, byte_perplexity, loss_gap, perplexity, word_perplexity
from .quality.neighbours import Neighbourhoods, expected_coverage, neighbourhoods
from .quality.perplexity import PerplexityMetric, measure_perplexity
from .quality.precision_recall import measure_precision_recall
from .quality.vendi import vendi_from_features, vendi_score
from .quality.vendi_of_images import measure_vendi
from .quality.word_perplexity import measure_word_perplexity
from .run import SUITES, evaluate, evaluate_items, open_subject
from .sampling import draw_samples
from .statistics import (
    Comparison,
    Estimate,
    Placements,
    Variance,
    auc,
    benjamini_hochberg,
    clopper_pearson,
    clustered_rate,
    crossed_interval,
    detectable_effect,
    difference,
    exponential,
    fisher_p,
    holm,
    items_to_detect,
    jackknife,
    mcnemar,
    mean_interval,
    mid_p,
    mmd_interval,
    more_items,
    more_trials,
    newcombe,
    paired_auc,
    paired_difference,
    paired_test,
    permutation_p,
    placements,
    ratio_interval,
    rule_of_three,
    seed_interval,
    u_statistic,
    variance_of,
)
from .story import document_story
from .trace import Trace, TracedDocument, TracedSpan, document_cards, trace, trace_document

__all__ = [
    "PrecisionRecallMetric",
    "KernelDistanceMetric",
    "InceptionScoreMetric",
    "Comparison",
    "CopyingTest",
    "EXTRACTORS",
    "Estimate",
    "Extractor",
    "FrechetLimit",
    "FrechetMetric",
    "IMAGE_SAMPLE_SCHEMA",
    "ITEM_SCHEMA",
    "ItemValues",
    "Likelihood",
    "METRICS",
    "Metric",
    "Moments",
    "Neighbourhoods",
    "Outcome",
    "PerplexityMetric",
    "Place",
    "Placements",
    "SAMPLE_SCHEMA",
    "SUITES",
    "SamplingPlan",
    "Span",
    "Subject",
    "SuffixIndex",
    "TABLE_SAMPLE_SCHEMA",
    "Trace",
    "TracedDocument",
    "TracedSpan",
    "Variance",
    "amplification",
    "auc",
    "benjamini_hochberg",
    "bits_per_byte",
    "build_index",
    "byte_perplexity",
    "clopper_pearson",
    "clustered_rate",
    "cmmd",
    "copying_test",
    "counterfactual_prompts",
    "crossed_interval",
    "detectable_effect",
    "difference",
    "document_cards",
    "document_story",
    "draw_samples",
    "edit_similarity",
    "evaluate",
    "evaluate_items",
    "expected_coverage",
    "exponential",
    "exposure",
    "exposure_interval",
    "fisher_p",
    "frechet_distance",
    "frechet_from_moments",
    "frechet_interval",
    "frechet_limit",
    "holm",
    "inception_score",
    "inception_score_interval",
    "items_to_detect",
    "jackknife",
    "kernel_inception_distance",
    "loss_gap",
    "mcnemar",
    "mean_interval",
    "measure_amplification",
    "measure_authenticity",
    "measure_bits_per_byte",
    "measure_class_consistency",
    "measure_cmmd",
    "measure_counterfactual_pairs",
    "measure_exposure",
    "measure_extractable",
    "measure_frechet_distance",
    "measure_frechet_limit",
    "measure_inception_score",
    "measure_kernel_distance",
    "measure_perplexity",
    "measure_precision_recall",
    "measure_self_consistency",
    "measure_unknown_names",
    "measure_vendi",
    "measure_verbatim_overlap",
    "measure_word_perplexity",
    "mid_p",
    "mmd_interval",
    "more_items",
    "more_trials",
    "neighbourhoods",
    "newcombe",
    "open_extractor",
    "open_index",
    "open_subject",
    "overlap",
    "paired_auc",
    "paired_difference",
    "paired_test",
    "permutation_p",
    "perplexity",
    "placements",
    "ratio_interval",
    "read_items",
    "rule_of_three",
    "seed_interval",
    "trace",
    "trace_document",
    "u_statistic",
    "variance_of",
    "vendi_from_features",
    "vendi_score",
    "word_perplexity",
    "write_items",
]
