"""Scores, findings and traces."""

from ..core import SamplingPlan
from .attribution.influence import measure_influence, target_named
from .attribution.methods import METHODS as INFLUENCE_METHODS
from .attribution.methods import Options as InfluenceOptions
from .attribution.rank import Influence, influence, influences
from .attribution.target import (
    Target,
    comparison_target,
    document_targets,
    gap_target,
    held_out_sample,
    sample_target,
    slice_target,
    text_target,
)
from .attribution.validation import Validation, known_validation, validate_influence, validate_on_held_out
from .base import IMAGE_SAMPLE_SCHEMA, METRICS, SAMPLE_SCHEMA, TABLE_SAMPLE_SCHEMA, Metric, Outcome, Subject
from .bias import (
    amplification,
    counterfactual_prompts,
    measure_amplification,
    measure_counterfactual_pairs,
)
from .certainty import Certainty, certainties
from .compare import ScoreComparison, compare
from .extractors import EXTRACTORS, Extractor, open_extractor
from .hallucination import measure_self_consistency, measure_unknown_names
from .items import ITEM_SCHEMA, ItemValues, read_items, write_items
from .memorization.edit_similarity import edit_similarity
from .memorization.exposure import exposure, exposure_interval, measure_exposure
from .memorization.extractable import measure_extractable
from .memorization.index import Place, Span, SuffixIndex, build_index, open_index
from .memorization.source_exposure import SourceUse, measure_source_exposure, source_uses
from .memorization.verbatim_overlap import measure_verbatim_overlap, overlap
from .quality.authenticity import measure_authenticity
from .quality.bits_per_byte import measure_bits_per_byte
from .quality.class_consistency import measure_class_consistency
from .quality.class_divergence import inception_score, inception_score_interval
from .quality.cmmd import measure_cmmd
from .quality.copying_test import CopyingTest, copying_test
from .quality.distinct_n import DistinctMetric, distinct_n, measure_distinct_n
from .quality.frechet import Moments, frechet_distance, frechet_from_moments, frechet_interval
from .quality.frechet_distance import measure_frechet_distance
from .quality.frechet_limit import measure_frechet_limit
from .quality.frechet_line import FrechetLimit, frechet_limit
from .quality.frechet_metric import FrechetMetric
from .quality.group_coverage import measure_group_coverage
from .quality.homogenization import mean_similarity, measure_homogenization, ngram_kernel
from .quality.image_metrics import InceptionScoreMetric, KernelDistanceMetric, PrecisionRecallMetric
from .quality.inception_score import measure_inception_score
from .quality.kernel_distance import measure_kernel_distance
from .quality.kernel_sums import cmmd, kernel_inception_distance
from .quality.length_drift import kolmogorov_smirnov, measure_length_drift, wasserstein
from .quality.likelihood import Likelihood, bits_per_byte, byte_perplexity, loss_gap, perplexity, word_perplexity
from .quality.mauve import divergence_curve, mauve, measure_mauve
from .quality.neighbour_intervals import precision_recall
from .quality.neighbours import Neighbourhoods, expected_coverage, neighbourhoods
from .quality.perplexity import PerplexityMetric, measure_perplexity
from .quality.precision_recall import measure_precision_recall
from .quality.prompt_adherence import measure_prompt_adherence
from .quality.repetition import RepetitionMetric, loop_at_end, measure_repetition, repeated_share
from .quality.self_bleu import measure_self_bleu, self_bleu
from .quality.token_entropy import TokenEntropyMetric, entropy_bits, measure_token_entropy
from .quality.vendi import vendi_from_features, vendi_score
from .quality.vendi_of_images import measure_vendi
from .quality.word_perplexity import measure_word_perplexity
from .quality.zipf_drift import heaps_exponent, measure_zipf_drift, zipf_exponent
from .repeated_passages import Passages, leaked_strings, repeated_passages
from .run import SUITES, default_suite, evaluate, evaluate_items, open_subject
from .sampling import draw_samples
from .statistics import (
    ByGroup,
    Comparison,
    Estimate,
    Placements,
    Variance,
    auc,
    benjamini_hochberg,
    by_group,
    clopper_pearson,
    clustered_rate,
    crossed_interval,
    crossed_jackknife,
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
from .tables import (
    measure_marginal_fidelity,
    measure_pairwise_fidelity,
    measure_train_on_synthetic,
    measure_two_sample_test,
    tell_apart,
)
from .trace import Trace, TracedDocument, TracedSpan, document_cards, trace, trace_document
from .trace_back import is_sample_id, trace_finding, trace_sample, trace_source

__all__ = [
    "INFLUENCE_METHODS",
    "Influence",
    "InfluenceOptions",
    "Target",
    "Validation",
    "comparison_target",
    "document_targets",
    "gap_target",
    "held_out_sample",
    "influence",
    "influences",
    "sample_target",
    "slice_target",
    "text_target",
    "target_named",
    "known_validation",
    "validate_influence",
    "validate_on_held_out",
    "crossed_jackknife",
    "repeated_passages",
    "leaked_strings",
    "Passages",
    "trace_source",
    "trace_sample",
    "trace_finding",
    "source_uses",
    "measure_source_exposure",
    "is_sample_id",
    "SourceUse",
    "ByGroup",
    "PrecisionRecallMetric",
    "KernelDistanceMetric",
    "InceptionScoreMetric",
    "Certainty",
    "Comparison",
    "DistinctMetric",
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
    "RepetitionMetric",
    "SAMPLE_SCHEMA",
    "SUITES",
    "SamplingPlan",
    "ScoreComparison",
    "Span",
    "Subject",
    "SuffixIndex",
    "TokenEntropyMetric",
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
    "by_group",
    "clopper_pearson",
    "certainties",
    "compare",
    "clustered_rate",
    "cmmd",
    "copying_test",
    "counterfactual_prompts",
    "crossed_interval",
    "default_suite",
    "detectable_effect",
    "difference",
    "distinct_n",
    "divergence_curve",
    "document_cards",
    "document_story",
    "draw_samples",
    "edit_similarity",
    "entropy_bits",
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
    "heaps_exponent",
    "jackknife",
    "kolmogorov_smirnov",
    "loop_at_end",
    "kernel_inception_distance",
    "loss_gap",
    "mcnemar",
    "mauve",
    "mean_interval",
    "mean_similarity",
    "measure_amplification",
    "measure_authenticity",
    "measure_bits_per_byte",
    "measure_class_consistency",
    "measure_cmmd",
    "measure_counterfactual_pairs",
    "measure_distinct_n",
    "measure_exposure",
    "measure_extractable",
    "measure_frechet_distance",
    "measure_group_coverage",
    "measure_influence",
    "measure_homogenization",
    "measure_length_drift",
    "measure_marginal_fidelity",
    "measure_mauve",
    "measure_pairwise_fidelity",
    "measure_frechet_limit",
    "measure_inception_score",
    "measure_kernel_distance",
    "measure_perplexity",
    "measure_repetition",
    "measure_self_bleu",
    "measure_precision_recall",
    "measure_prompt_adherence",
    "measure_self_consistency",
    "measure_token_entropy",
    "measure_train_on_synthetic",
    "measure_two_sample_test",
    "measure_unknown_names",
    "measure_vendi",
    "measure_verbatim_overlap",
    "measure_word_perplexity",
    "measure_zipf_drift",
    "mid_p",
    "mmd_interval",
    "more_items",
    "more_trials",
    "neighbourhoods",
    "newcombe",
    "ngram_kernel",
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
    "precision_recall",
    "ratio_interval",
    "read_items",
    "repeated_share",
    "rule_of_three",
    "seed_interval",
    "self_bleu",
    "tell_apart",
    "trace",
    "trace_document",
    "u_statistic",
    "variance_of",
    "vendi_from_features",
    "vendi_score",
    "wasserstein",
    "word_perplexity",
    "write_items",
    "zipf_exponent",
]
