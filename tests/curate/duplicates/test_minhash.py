"""Signatures and buckets."""

import numpy as np
import pyarrow as pa
import pytest

from headwater.curate.duplicates import ALGORITHM, buckets, candidate_pairs, shingles, signatures
from headwater.curate.duplicates.shingles import Shingles


def test_the_share_of_equal_components_estimates_the_jaccard_similarity() -> None:
    rng = np.random.default_rng(0)
    for similarity in (0.2, 0.5, 0.8):
        both, only = int(1000 * similarity), int(1000 * (1 - similarity) / 2)
        pool = rng.integers(0, 2**63, both + 2 * only, dtype=np.uint64)
        sets = [pool[: both + only], np.concatenate([pool[:both], pool[both + only :]])]
        flat = Shingles(np.concatenate(sets), np.array([0, len(sets[0]), len(sets[0]) + len(sets[1])]))
        matrix = signatures(flat, permutations=4000)
        # four standard errors of a share of 4,000
        assert np.mean(matrix[0] == matrix[1]) == pytest.approx(similarity, abs=4 * np.sqrt(0.25 / 4000))


def test_a_signature_depends_on_the_set_and_not_on_order_or_repeats() -> None:
    one = Shingles(np.array([5, 6, 7], np.uint64), np.array([0, 3]))
    other = Shingles(np.array([7, 5, 6, 5, 7], np.uint64), np.array([0, 5]))
    assert np.array_equal(signatures(one), signatures(other))


def test_another_seed_gives_another_signature() -> None:
    found = shingles(pa.array(["one two three four five six"]))
    assert np.array_equal(signatures(found, 1), signatures(found, 1))
    assert not np.array_equal(signatures(found, 1), signatures(found, 2))


def test_rows_that_agree_in_one_whole_band_share_a_bucket() -> None:
    matrix = np.arange(4 * 6, dtype=np.uint32).reshape(4, 6)
    matrix[2, 3:] = matrix[0, 3:]
    matrix[3, :2] = matrix[1, :2]
    assert [group.tolist() for group in buckets(matrix, bands=2)] == [[0, 2]]
    assert [group.tolist() for group in buckets(matrix, bands=3)] == [[1, 3], [0, 2]]


def test_candidates_are_distinct_pairs_with_the_first_of_the_bucket() -> None:
    matrix = np.zeros((3, 10), np.uint32)
    assert candidate_pairs(matrix, bands=2).tolist() == [[0, 1], [0, 2]]
    assert candidate_pairs(matrix[:1], bands=2).tolist() == []
    assert candidate_pairs(matrix[:0], bands=2).tolist() == []


def test_the_version_of_the_algorithm_is_on_record() -> None:
    assert ALGORITHM.startswith("rensa RMinHash algorithm ")
