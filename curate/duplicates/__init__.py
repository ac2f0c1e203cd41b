"""Copies of every kind: near duplicates, repeated passages, leaks across splits and from evaluation suites."""

from .clusters import Cluster, find_clusters
from .cross_split_duplicates import CrossSplitDuplicates, cross_split_duplicates
from .decontaminate import Decontaminate, decontaminate
from .jaccard import Verifier, jaccard
from .minhash import ALGORITHM, buckets, candidate_pairs, signatures
from .near_duplicate_images import NearDuplicateImages, near_duplicate_images
from .near_duplicates import NearDuplicates, near_duplicates
from .paragraph_duplicates import ParagraphDuplicates, paragraph_duplicates
from .semantic_duplicates import SemanticDuplicates, semantic_duplicates
from .shingles import Shingles, shingles
from .substring_duplicates import SubstringDuplicates, substring_duplicates
from .words import Words, split_words

__all__ = [
    "ALGORITHM",
    "Cluster",
    "CrossSplitDuplicates",
    "Decontaminate",
    "NearDuplicateImages",
    "NearDuplicates",
    "ParagraphDuplicates",
    "SemanticDuplicates",
    "Shingles",
    "SubstringDuplicates",
    "Verifier",
    "Words",
    "buckets",
    "candidate_pairs",
    "cross_split_duplicates",
    "decontaminate",
    "find_clusters",
    "jaccard",
    "near_duplicate_images",
    "near_duplicates",
    "paragraph_duplicates",
    "semantic_duplicates",
    "shingles",
    "signatures",
    "split_words",
    "substring_duplicates",
]
