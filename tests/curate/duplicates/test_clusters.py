"""Verified edges joined to clusters."""

import numpy as np
import pytest

from headwater.curate.duplicates import clusters as clusters_module
from headwater.curate.duplicates import find_clusters, jaccard
from headwater.curate.duplicates.jaccard import words_of


def text(start: int, end: int) -> str:
    """Numbered words: two ranges share exactly the 5-grams in their overlap."""
    return " ".join(f"w{number}" for number in range(start, end))


def words(texts: list[str]) -> dict[int, bytes]:
    """Canonical words by number."""
    return dict(enumerate(map(words_of, texts)))


def test_a_bucket_alone_does_not_make_a_cluster() -> None:
    assert find_clusters([np.array([0, 1])], words([text(0, 50), text(100, 150)]), 0.7) == []


def test_equal_documents_form_one_cluster_under_the_first() -> None:
    (cluster,) = find_clusters([np.array([0, 1]), np.array([1, 2])], words([text(0, 50)] * 3), 0.7)
    assert cluster.members == (0, 1, 2)
    assert cluster.similarity == {1: 1.0, 2: 1.0}


def test_similarity_exactly_at_the_threshold_counts() -> None:
    texts = [text(0, 104), text(30, 134)]  # 70 of 130 5-grams
    assert jaccard(*texts) == 70 / 130
    assert len(find_clusters([np.array([0, 1])], words(texts), 70 / 130)) == 1
    assert find_clusters([np.array([0, 1])], words(texts), 70 / 130 + 1e-12) == []


def test_who_fails_with_the_first_of_the_bucket_is_tried_with_the_others() -> None:
    texts = [text(0, 50), text(100, 150), text(100, 150)]
    (cluster,) = find_clusters([np.array([0, 1, 2])], words(texts), 0.7)
    assert cluster.members == (1, 2)


def test_a_chain_is_told_by_its_similarity_to_the_first() -> None:
    texts = [text(0, 104), text(15, 119), text(30, 134)]  # neighbours 85/115, ends 70/130
    (cluster,) = find_clusters([np.array([0, 1, 2])], words(texts), 0.7)
    assert cluster.members == (0, 1, 2)
    assert cluster.similarity == {1: 85 / 115, 2: 70 / 130}
    assert cluster.link == {1: 85 / 115, 2: 85 / 115}


def test_trials_of_one_document_are_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clusters_module, "TRIALS", 3)
    texts = [text(100 * number, 100 * number + 50) for number in range(10)] + [text(900, 950)]
    assert find_clusters([np.arange(11)], words(texts), 0.7) == []
    monkeypatch.setattr(clusters_module, "TRIALS", 64)
    assert [cluster.members for cluster in find_clusters([np.arange(11)], words(texts), 0.7)] == [(9, 10)]


def test_small_portions_give_the_same_clusters(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [text(7 * number, 7 * number + 104) for number in range(20)]
    groups = [np.arange(start, 20) for start in range(15)]
    expected = find_clusters(groups, words(texts), 0.7)
    monkeypatch.setattr(clusters_module, "CHUNK_BYTES", 1)
    assert find_clusters(groups, words(texts), 0.7) == expected


def test_the_member_that_stays_can_be_chosen_and_similarity_is_measured_to_it() -> None:
    texts = [text(0, 104), text(15, 119), text(30, 134)]
    (cluster,) = find_clusters([np.array([0, 1, 2])], words(texts), 0.7, lambda members: members[1])
    assert (cluster.members, cluster.kept) == ((0, 1, 2), 1)
    assert cluster.similarity == {0: 85 / 115, 2: 85 / 115}


def test_portions_measured_before_the_sets_of_earlier_ones_are_known_give_the_same_clusters(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rng = np.random.default_rng(4)
    texts = [text(int(start), int(start) + 60) for start in rng.integers(0, 60, 40)]
    groups = [np.sort(rng.choice(40, 6, replace=False)) for _ in range(30)]
    expected = find_clusters(groups, words(texts), 0.5)
    monkeypatch.setattr(clusters_module, "CHUNK_BYTES", 1_000)
    found = find_clusters(
        groups, words(texts), 0.5, share=lambda call, items: iter([call(item) for item in list(items)])
    )
    assert found == expected and expected
