"""SummaC's zero-shot consistency with a stub in place of a model."""

from collections.abc import Sequence

import numpy as np
import pytest

from headwater.evaluate.hallucination.grounded_consistency import (
    MOST_SOURCES,
    consistency,
    nearest_sources,
    sentence_consistency,
)


class Identity:
    """Entails what is equal, contradicts what denies, and is neutral on all else."""

    protocol = "identity/1"

    def __init__(self) -> None:
        self.asked = 0

    def probabilities(self, premises: Sequence[str], hypotheses: Sequence[str]) -> np.ndarray:
        self.asked += len(premises)
        rows = [
            (p == h, p != h and h != f"not {p}", h == f"not {p}") for p, h in zip(premises, hypotheses, strict=True)
        ]
        return np.array(rows, np.float64).reshape(-1, 3)


def test_the_identity_matrix_is_one() -> None:
    assert consistency(np.eye(4)) == 1
    best, contrast = sentence_consistency(Identity(), ["a", "b", "c"], ["a", "b", "c"])
    assert best.tolist() == [1, 1, 1] and contrast.tolist() == [1, 1, 1]


def test_duplicating_a_source_sentence_changes_nothing() -> None:
    sources, outputs = ["a", "b"], ["b", "c", "not a"]
    once, twice = (sentence_consistency(Identity(), own, outputs) for own in (sources, [*sources, "b", "a", "b"]))
    assert all(np.array_equal(one, two) for one, two in zip(once, twice, strict=True))
    crowd = ["c a b"] * (MOST_SOURCES + 5)  # copies do not crowd out the sentence that says it
    assert sentence_consistency(Identity(), [*crowd, "a b d"], ["a b d"])[0].tolist() == [1.0]
    matrix = np.array([[0.2, 0.9], [0.4, 0.1]])
    assert consistency(matrix) == consistency(np.vstack([matrix, matrix[:1]])) == pytest.approx(0.65)


def test_a_contradiction_lowers_the_contrast_and_not_the_entailment() -> None:
    best, contrast = sentence_consistency(Identity(), ["a"], ["not a"])
    assert best.tolist() == [0] and contrast.tolist() == [-1]


def test_nothing_follows_from_an_empty_source_and_nothing_is_asked() -> None:
    model = Identity()
    best, contrast = sentence_consistency(model, [], ["a", "b"])
    assert best.tolist() == [0, 0] and contrast.tolist() == [-1, -1] and model.asked == 0
    assert consistency(np.zeros((0, 3))) is None and consistency(np.zeros((3, 0))) is None
    assert len(sentence_consistency(model, ["a"], [])[0]) == 0


def test_of_many_source_sentences_those_that_share_most_words_are_asked() -> None:
    sources = [f"word{i} filler" for i in range(3 * MOST_SOURCES)]
    chosen = nearest_sources(sources, "word55 and word41")
    assert len(chosen) == MOST_SOURCES and {41, 55} <= set(chosen) and chosen == sorted(chosen)
    model = Identity()
    assert sentence_consistency(model, sources, [sources[59]])[0].tolist() == [1] and model.asked == MOST_SOURCES
