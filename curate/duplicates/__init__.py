"""Near duplicates: candidates by MinHash, exact verification, clusters."""

from .clusters import Cluster, find_clusters
from .jaccard import Verifier, jaccard
from .minhash import ALGORITHM, buckets, candidate_pairs, signatures
from .near_duplicates import NearDuplicates, near_duplicates
from .shingles import Shingles, shingles
from .words import Words, split_words

__all__ = [
    "ALGORITHM",
    "Cluster",
    "NearDuplicates",
    "Shingles",
    "Verifier",
    "Words",
    "buckets",
    "candidate_pairs",
    "find_clusters",
    "jaccard",
    "near_duplicates",
    "shingles",
    "signatures",
    "split_words",
]
