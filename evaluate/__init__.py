"""Scores, findings and traces."""

from ..core import SamplingPlan
from .areas import AREAS, area_of
from .attribution.finding_target import finding_target
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
from .benchmark_sets import SETS, BenchmarkSet, files_of_sets, open_set, set_rows
from .bias import (
    amplification,
    corrected_shares,
    counterfactual_prompts,
    measure_amplification,
    measure_association_amplification,
    measure_bbq,
    measure_bold,
    measure_counterfactual,
    measure_counterfactual_pairs,
    measure_crows_pairs,
    measure_holistic_bias,
    measure_honest,
    measure_image_representation,
    measure_stereoset,
    measure_weat,
    measure_winobias,
    measure_winobias_coreference,
    measure_winogender,
)
from .certainty import Certainty, certainties
from .compare import ScoreComparison, compare
from .completions import completions
from .entailment import ENTAILMENTS, Entailment, build_entailment
from .entailment.train_head import Pair as EntailmentPair
from .entailment.train_head import read_aligned, train_head, write_head
from .extractors import EXTRACTORS, Extractor, open_extractor
from .hallucination import (
    measure_calibration,
    measure_captions,
    measure_code_names,
    measure_corpus_support,
    measure_detector_validity,
    measure_grounding,
    measure_question_answers,
    measure_self_consistency,
    measure_selfcheck,
    measure_semantic_entropy,
    measure_truthfulqa,
    measure_unknown_names,
)
from .items import ITEM_SCHEMA, ItemValues, read_items, write_items
from .judge import measure_judge
from .memorization.discoverable import measure_discoverable
from .memorization.drawing_chance import chance_within, discoverable, drawn_logprobs
from .memorization.edit_similarity import edit_similarity
from .memorization.exposure import exposure, exposure_interval, measure_exposure
from .memorization.extractable import measure_extractable
from .memorization.index import Place, Span, SuffixIndex, build_index, open_index
from .memorization.leaked_data import measure_leaked_data
from .memorization.licence_overlap import licence_repeats, measure_licence_overlap
from .memorization.lira import lira
from .memorization.membership import measure_membership
from .memorization.membership_scores import loss_score, min_k_score, neighbour_score, reference_score, zlib_score
from .memorization.operating_points import EpsilonBound, OperatingPoint, at_fpr, epsilon_bound
from .memorization.planted_documents import Planted, measure_planted_documents, planted_passages
from .memorization.source_exposure import SourceUse, measure_source_exposure, source_uses
from .memorization.verbatim_overlap import measure_verbatim_overlap, overlap
from .nearest_images import nearest_images
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
from .quality.neighbours import Neighbourhoods, expected_coverage, nearest_to, neighbourhoods
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
from .repeated_passages import Passages, leaked_strings, objected_passages, repeated_passages
from .robustness import measure_paraphrase_consistency, measure_robustness
from .run import check_request, evaluate, evaluate_items, open_subject
from .safety import measure_detector_bias, measure_output_privacy, measure_output_toxicity, measure_refusal, swap_sheet
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
    clustered_auc,
    clustered_rate,
    correlation,
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
from .suites import SUITES, Suite, default_suite, suite
from .tables import (
    measure_attribute_disclosure,
    measure_linkage,
    measure_marginal_fidelity,
    measure_pairwise_fidelity,
    measure_row_copies,
    measure_train_on_synthetic,
    measure_two_sample_test,
    tell_apart,
)
from .text_likelihood import ending_logs, text_logs
from .trace import Trace, TracedDocument, TracedSpan, document_cards, trace, trace_document
from .trace_back import is_sample_id, trace_finding, trace_sample, trace_source

__all__ = [
    "AREAS",
    "ENTAILMENTS",
    "EXTRACTORS",
    "IMAGE_SAMPLE_SCHEMA",
    "INFLUENCE_METHODS",
    "ITEM_SCHEMA",
    "METRICS",
    "SAMPLE_SCHEMA",
    "SETS",
    "SUITES",
    "TABLE_SAMPLE_SCHEMA",
    "BenchmarkSet",
    "ByGroup",
    "Certainty",
    "Comparison",
    "CopyingTest",
    "DistinctMetric",
    "Entailment",
    "EntailmentPair",
    "EpsilonBound",
    "Estimate",
    "Extractor",
    "FrechetLimit",
    "FrechetMetric",
    "InceptionScoreMetric",
    "Influence",
    "InfluenceOptions",
    "ItemValues",
    "KernelDistanceMetric",
    "Likelihood",
    "Metric",
    "Moments",
    "Neighbourhoods",
    "OperatingPoint",
    "Outcome",
    "Passages",
    "PerplexityMetric",
    "Place",
    "Placements",
    "Planted",
    "PrecisionRecallMetric",
    "RepetitionMetric",
    "SamplingPlan",
    "ScoreComparison",
    "SourceUse",
    "Span",
    "Subject",
    "SuffixIndex",
    "Suite",
    "Target",
    "TokenEntropyMetric",
    "Trace",
    "TracedDocument",
    "TracedSpan",
    "Validation",
    "Variance",
    "amplification",
    "area_of",
    "at_fpr",
    "auc",
    "benjamini_hochberg",
    "bits_per_byte",
    "build_entailment",
    "build_index",
    "by_group",
    "byte_perplexity",
    "certainties",
    "chance_within",
    "check_request",
    "clopper_pearson",
    "clustered_auc",
    "clustered_rate",
    "cmmd",
    "compare",
    "comparison_target",
    "completions",
    "copying_test",
    "corrected_shares",
    "correlation",
    "counterfactual_prompts",
    "crossed_interval",
    "crossed_jackknife",
    "default_suite",
    "detectable_effect",
    "difference",
    "discoverable",
    "distinct_n",
    "divergence_curve",
    "document_cards",
    "document_story",
    "document_targets",
    "draw_samples",
    "drawn_logprobs",
    "edit_similarity",
    "ending_logs",
    "entropy_bits",
    "epsilon_bound",
    "evaluate",
    "evaluate_items",
    "expected_coverage",
    "exponential",
    "exposure",
    "exposure_interval",
    "files_of_sets",
    "finding_target",
    "fisher_p",
    "frechet_distance",
    "frechet_from_moments",
    "frechet_interval",
    "frechet_limit",
    "gap_target",
    "heaps_exponent",
    "held_out_sample",
    "holm",
    "inception_score",
    "inception_score_interval",
    "influence",
    "influences",
    "is_sample_id",
    "items_to_detect",
    "jackknife",
    "kernel_inception_distance",
    "known_validation",
    "kolmogorov_smirnov",
    "leaked_strings",
    "licence_repeats",
    "lira",
    "loop_at_end",
    "loss_gap",
    "loss_score",
    "mauve",
    "mcnemar",
    "mean_interval",
    "mean_similarity",
    "measure_amplification",
    "measure_association_amplification",
    "measure_attribute_disclosure",
    "measure_authenticity",
    "measure_bbq",
    "measure_bits_per_byte",
    "measure_bold",
    "measure_calibration",
    "measure_captions",
    "measure_class_consistency",
    "measure_cmmd",
    "measure_code_names",
    "measure_corpus_support",
    "measure_counterfactual",
    "measure_counterfactual_pairs",
    "measure_crows_pairs",
    "measure_detector_bias",
    "measure_detector_validity",
    "measure_discoverable",
    "measure_distinct_n",
    "measure_exposure",
    "measure_extractable",
    "measure_frechet_distance",
    "measure_frechet_limit",
    "measure_grounding",
    "measure_group_coverage",
    "measure_holistic_bias",
    "measure_homogenization",
    "measure_honest",
    "measure_image_representation",
    "measure_inception_score",
    "measure_influence",
    "measure_judge",
    "measure_kernel_distance",
    "measure_leaked_data",
    "measure_length_drift",
    "measure_licence_overlap",
    "measure_linkage",
    "measure_marginal_fidelity",
    "measure_mauve",
    "measure_membership",
    "measure_output_privacy",
    "measure_output_toxicity",
    "measure_pairwise_fidelity",
    "measure_paraphrase_consistency",
    "measure_perplexity",
    "measure_planted_documents",
    "measure_precision_recall",
    "measure_prompt_adherence",
    "measure_question_answers",
    "measure_refusal",
    "measure_repetition",
    "measure_robustness",
    "measure_row_copies",
    "measure_self_bleu",
    "measure_self_consistency",
    "measure_selfcheck",
    "measure_semantic_entropy",
    "measure_source_exposure",
    "measure_stereoset",
    "measure_token_entropy",
    "measure_train_on_synthetic",
    "measure_truthfulqa",
    "measure_two_sample_test",
    "measure_unknown_names",
    "measure_vendi",
    "measure_verbatim_overlap",
    "measure_weat",
    "measure_winobias",
    "measure_winobias_coreference",
    "measure_winogender",
    "measure_word_perplexity",
    "measure_zipf_drift",
    "mid_p",
    "min_k_score",
    "mmd_interval",
    "more_items",
    "more_trials",
    "nearest_images",
    "nearest_to",
    "neighbour_score",
    "neighbourhoods",
    "newcombe",
    "ngram_kernel",
    "objected_passages",
    "open_extractor",
    "open_index",
    "open_set",
    "open_subject",
    "overlap",
    "paired_auc",
    "paired_difference",
    "paired_test",
    "permutation_p",
    "perplexity",
    "placements",
    "planted_passages",
    "precision_recall",
    "ratio_interval",
    "read_aligned",
    "read_items",
    "reference_score",
    "repeated_passages",
    "repeated_share",
    "rule_of_three",
    "sample_target",
    "seed_interval",
    "self_bleu",
    "set_rows",
    "slice_target",
    "source_uses",
    "suite",
    "swap_sheet",
    "target_named",
    "tell_apart",
    "text_logs",
    "text_target",
    "trace",
    "trace_document",
    "trace_finding",
    "trace_sample",
    "trace_source",
    "train_head",
    "u_statistic",
    "validate_influence",
    "validate_on_held_out",
    "variance_of",
    "vendi_from_features",
    "vendi_score",
    "wasserstein",
    "word_perplexity",
    "write_head",
    "write_items",
    "zipf_exponent",
    "zlib_score",
]
