"""Copies of every kind: near duplicates, repeated passages, leaks across splits and from evaluation suites."""

from .clusters import Cluster, find_clusters
from .decontaminate import Decontaminate, decontaminate
from .jaccard import Verifier, jaccard
from .minhash import ALGORITHM, buckets, candidate_pairs, signatures
from .near_duplicates import NearDuplicates, near_duplicates
from .shingles import Shingles, shingles
from .words import Words, split_words

__all__ = [
    "ALGORITHM",
    "Cluster",
    "Decontaminate",
    "NearDuplicates",
    "Shingles",
    "Verifier",
    "Words",
    "buckets",
    "candidate_pairs",
    "decontaminate",
    "find_clusters",
    "jaccard",
    "near_duplicates",
    "shingles",
    "signatures",
    "split_words",
]
