"""Scores, findings and traces."""

from ..core import SamplingPlan
from .attribution.influence import measure_influence
from .attribution.influence import target_named
from .attribution.methods import METHODS as INFLUENCE_METHODS
from .attribution.methods import Options as InfluenceOptions
from .attribution.rank import Influence
from .attribution.rank import influence
from .attribution.rank import influences
from .attribution.target import Target
from .attribution.target import comparison_target
from .attribution.target import document_targets
from .attribution.target import gap_target
from .attribution.target import held_out_sample
from .attribution.target import sample_target
from .attribution.target import slice_target
from .attribution.target import text_target
from .attribution.validation import Validation
from .attribution.validation import known_validation
from .attribution.validation import validate_influence
from .attribution.validation import validate_on_held_out
from .base import IMAGE_SAMPLE_SCHEMA
from .base import METRICS
from .base import SAMPLE_SCHEMA
from .base import TABLE_SAMPLE_SCHEMA
from .base import Metric
from .base import Outcome
from .base import Subject
from .benchmark_sets import SETS
from .benchmark_sets import BenchmarkSet
from .benchmark_sets import files_of_sets
from .benchmark_sets import open_set
from .benchmark_sets import set_rows
from .bias import amplification
from .bias import corrected_shares
from .bias import counterfactual_prompts
from .bias import measure_amplification
from .bias import measure_association_amplification
from .bias import measure_bbq
from .bias import measure_counterfactual_pairs
from .bias import measure_image_representation
from .bias import measure_weat
from .bias import measure_crows_pairs
from .certainty import Certainty
from .certainty import certainties
from .compare import ScoreComparison
from .compare import compare
from .completions import completions
from .entailment import ENTAILMENTS
from .entailment import Entailment
from .entailment import build_entailment
from .extractors import EXTRACTORS
from .extractors import Extractor
from .extractors import open_extractor
from .hallucination import measure_calibration
from .hallucination import measure_corpus_support
from .hallucination import measure_question_answers
from .hallucination import measure_self_consistency
from .hallucination import measure_semantic_entropy
from .hallucination import measure_truthfulqa
from .hallucination import measure_unknown_names
from .items import ITEM_SCHEMA
from .items import ItemValues
from .items import read_items
from .items import write_items
from .memorization.discoverable import measure_discoverable
from .memorization.drawing_chance import chance_within
from .memorization.drawing_chance import discoverable
from .memorization.drawing_chance import drawn_logprobs
from .memorization.edit_similarity import edit_similarity
from .memorization.exposure import exposure
from .memorization.exposure import exposure_interval
from .memorization.exposure import measure_exposure
from .memorization.extractable import measure_extractable
from .memorization.index import Place
from .memorization.index import Span
from .memorization.index import SuffixIndex
from .memorization.index import build_index
from .memorization.index import open_index
from .memorization.leaked_data import measure_leaked_data
from .memorization.licence_overlap import licence_repeats
from .memorization.licence_overlap import measure_licence_overlap
from .memorization.lira import lira
from .memorization.membership import measure_membership
from .memorization.membership_scores import loss_score
from .memorization.membership_scores import min_k_score
from .memorization.membership_scores import neighbour_score
from .memorization.membership_scores import reference_score
from .memorization.membership_scores import zlib_score
from .memorization.operating_points import EpsilonBound
from .memorization.operating_points import OperatingPoint
from .memorization.operating_points import at_fpr
from .memorization.operating_points import epsilon_bound
from .memorization.planted_documents import Planted
from .memorization.planted_documents import measure_planted_documents
from .memorization.planted_documents import planted_passages
from .memorization.source_exposure import SourceUse
from .memorization.source_exposure import measure_source_exposure
from .memorization.source_exposure import source_uses
from .memorization.verbatim_overlap import measure_verbatim_overlap
from .memorization.verbatim_overlap import overlap
from .nearest_images import nearest_images
from .quality.authenticity import measure_authenticity
from .quality.bits_per_byte import measure_bits_per_byte
from .quality.class_consistency import measure_class_consistency
from .quality.class_divergence import inception_score
from .quality.class_divergence import inception_score_interval
from .quality.cmmd import measure_cmmd
from .quality.copying_test import CopyingTest
from .quality.copying_test import copying_test
from .quality.distinct_n import DistinctMetric
from .quality.distinct_n import distinct_n
from .quality.distinct_n import measure_distinct_n
from .quality.frechet import Moments
from .quality.frechet import frechet_distance
from .quality.frechet import frechet_from_moments
from .quality.frechet import frechet_interval
from .quality.frechet_distance import measure_frechet_distance
from .quality.frechet_limit import measure_frechet_limit
from .quality.frechet_line import FrechetLimit
from .quality.frechet_line import frechet_limit
from .quality.frechet_metric import FrechetMetric
from .quality.group_coverage import measure_group_coverage
from .quality.homogenization import mean_similarity
from .quality.homogenization import measure_homogenization
from .quality.homogenization import ngram_kernel
from .quality.image_metrics import InceptionScoreMetric
from .quality.image_metrics import KernelDistanceMetric
from .quality.image_metrics import PrecisionRecallMetric
from .quality.inception_score import measure_inception_score
from .quality.kernel_distance import measure_kernel_distance
from .quality.kernel_sums import cmmd
from .quality.kernel_sums import kernel_inception_distance
from .quality.length_drift import kolmogorov_smirnov
from .quality.length_drift import measure_length_drift
from .quality.length_drift import wasserstein
from .quality.likelihood import Likelihood
from .quality.likelihood import bits_per_byte
from .quality.likelihood import byte_perplexity
from .quality.likelihood import loss_gap
from .quality.likelihood import perplexity
from .quality.likelihood import word_perplexity
from .quality.mauve import divergence_curve
from .quality.mauve import mauve
from .quality.mauve import measure_mauve
from .quality.neighbour_intervals import precision_recall
from .quality.neighbours import Neighbourhoods
from .quality.neighbours import expected_coverage
from .quality.neighbours import nearest_to
from .quality.neighbours import neighbourhoods
from .quality.perplexity import PerplexityMetric
from .quality.perplexity import measure_perplexity
from .quality.precision_recall import measure_precision_recall
from .quality.prompt_adherence import measure_prompt_adherence
from .quality.repetition import RepetitionMetric
from .quality.repetition import loop_at_end
from .quality.repetition import measure_repetition
from .quality.repetition import repeated_share
from .quality.self_bleu import measure_self_bleu
from .quality.self_bleu import self_bleu
from .quality.token_entropy import TokenEntropyMetric
from .quality.token_entropy import entropy_bits
from .quality.token_entropy import measure_token_entropy
from .quality.vendi import vendi_from_features
from .quality.vendi import vendi_score
from .quality.vendi_of_images import measure_vendi
from .quality.word_perplexity import measure_word_perplexity
from .quality.zipf_drift import heaps_exponent
from .quality.zipf_drift import measure_zipf_drift
from .quality.zipf_drift import zipf_exponent
from .repeated_passages import Passages
from .repeated_passages import leaked_strings
from .repeated_passages import objected_passages
from .repeated_passages import repeated_passages
from .run import SUITES
from .run import check_request
from .run import default_suite
from .run import evaluate
from .run import evaluate_items
from .run import open_subject
from .safety import measure_detector_bias
from .safety import measure_output_toxicity
from .safety import swap_sheet
from .sampling import draw_samples
from .statistics import ByGroup
from .statistics import Comparison
from .statistics import Estimate
from .statistics import Placements
from .statistics import Variance
from .statistics import auc
from .statistics import benjamini_hochberg
from .statistics import by_group
from .statistics import clopper_pearson
from .statistics import clustered_rate
from .statistics import crossed_interval
from .statistics import crossed_jackknife
from .statistics import detectable_effect
from .statistics import difference
from .statistics import exponential
from .statistics import fisher_p
from .statistics import holm
from .statistics import items_to_detect
from .statistics import jackknife
from .statistics import mcnemar
from .statistics import mean_interval
from .statistics import mid_p
from .statistics import mmd_interval
from .statistics import more_items
from .statistics import more_trials
from .statistics import newcombe
from .statistics import paired_auc
from .statistics import paired_difference
from .statistics import paired_test
from .statistics import permutation_p
from .statistics import placements
from .statistics import ratio_interval
from .statistics import rule_of_three
from .statistics import seed_interval
from .statistics import u_statistic
from .statistics import variance_of
from .story import document_story
from .suites import SUITES
from .suites import Suite
from .suites import default_suite
from .suites import suite
from .tables import measure_attribute_disclosure
from .tables import measure_linkage
from .tables import measure_marginal_fidelity
from .tables import measure_pairwise_fidelity
from .tables import measure_row_copies
from .tables import measure_train_on_synthetic
from .tables import measure_two_sample_test
from .tables import tell_apart
from .text_likelihood import ending_logs
from .text_likelihood import text_logs
from .trace import Trace
from .trace import TracedDocument
from .trace import TracedSpan
from .trace import document_cards
from .trace import trace
from .trace import trace_document
from .trace_back import is_sample_id
from .trace_back import trace_finding
from .trace_back import trace_sample
from .trace_back import trace_source

__all__ = [
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
    "clustered_rate",
    "cmmd",
    "compare",
    "comparison_target",
    "completions",
    "copying_test",
    "corrected_shares",
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
    "measure_calibration",
    "measure_class_consistency",
    "measure_cmmd",
    "measure_corpus_support",
    "measure_counterfactual_pairs",
    "measure_detector_bias",
    "measure_discoverable",
    "measure_distinct_n",
    "measure_exposure",
    "measure_extractable",
    "measure_frechet_distance",
    "measure_frechet_limit",
    "measure_group_coverage",
    "measure_homogenization",
    "measure_image_representation",
    "measure_inception_score",
    "measure_influence",
    "measure_kernel_distance",
    "measure_leaked_data",
    "measure_length_drift",
    "measure_licence_overlap",
    "measure_linkage",
    "measure_marginal_fidelity",
    "measure_mauve",
    "measure_membership",
    "measure_output_toxicity",
    "measure_pairwise_fidelity",
    "measure_perplexity",
    "measure_planted_documents",
    "measure_precision_recall",
    "measure_prompt_adherence",
    "measure_question_answers",
    "measure_repetition",
    "measure_row_copies",
    "measure_self_bleu",
    "measure_self_consistency",
    "measure_semantic_entropy",
    "measure_source_exposure",
    "measure_token_entropy",
    "measure_train_on_synthetic",
    "measure_truthfulqa",
    "measure_two_sample_test",
    "measure_unknown_names",
    "measure_vendi",
    "measure_verbatim_overlap",
    "measure_weat",
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
    "u_statistic",
    "validate_influence",
    "validate_on_held_out",
    "variance_of",
    "vendi_from_features",
    "vendi_score",
    "wasserstein",
    "word_perplexity",
    "write_items",
    "zipf_exponent",
    "zlib_score",
    "measure_crows_pairs",
]
