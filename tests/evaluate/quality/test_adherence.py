import numpy as np
import pytest

from headwater.core import UsageError
from headwater.evaluate.quality.adherence import adherence


def unit(seed: int, n: int, d: int = 12) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(n, d))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_scores_are_those_of_the_definition_image_by_image() -> None:
    x, y, asked = unit(0, 40), unit(1, 7), np.arange(40) % 7
    found = adherence(x, y, asked)
    for i, mine in enumerate(asked):
        scores = [2.5 * max(float(x[i] @ text), 0.0) for text in y]
        others = [score for j, score in enumerate(scores) if j != mine]
        assert found.own[i] == pytest.approx(scores[mine])
        assert found.other is not None and found.other[i] == pytest.approx(np.mean(others))
        cosines = y @ x[i]
        assert found.retrieved is not None and found.retrieved[i] == (cosines.argmax() == mine)
        assert found.likest[i] == cosines.argmax()
    assert found.candidates == 7


def test_images_that_lie_on_their_text_score_two_and_a_half_and_always_find_it() -> None:
    y = unit(2, 5)
    found = adherence(y[[0, 1, 2, 3, 4, 0]], y, [0, 1, 2, 3, 4, 0])
    assert found.own == pytest.approx(2.5) and found.retrieved is not None and found.retrieved.all()
    opposite = adherence(-y, y, np.arange(5))
    assert (opposite.own == 0).all()


def test_images_that_know_nothing_of_their_text_find_it_by_chance() -> None:
    found = adherence(unit(3, 4000), unit(4, 10), np.arange(4000) % 10)
    assert found.retrieved is not None and found.other is not None
    assert found.retrieved.mean() == pytest.approx(0.1, abs=0.02)
    assert found.own.mean() == pytest.approx(found.other.mean(), abs=0.03)


def test_of_many_texts_ninety_nine_others_are_ranked_and_never_the_own_among_them() -> None:
    x, y = unit(5, 50), unit(6, 300)
    found = adherence(x, y, np.arange(50), seed=1)
    assert found.candidates == 100
    own = adherence(y[:50], y, np.arange(50), seed=1)
    assert own.retrieved is not None and own.retrieved.all() and own.other is not None and (own.other < 2.5).all()
    assert np.array_equal(found.likest, adherence(x, y, np.arange(50), seed=1).likest)


def test_a_tie_with_another_text_is_no_hit() -> None:
    y = np.array([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    found = adherence(y, y, [0, 1, 2])
    assert found.retrieved is not None and found.retrieved.tolist() == [False, False, True]


def test_one_text_has_no_others_and_other_dimensions_are_refused() -> None:
    found = adherence(unit(7, 3), unit(8, 1), [0, 0, 0])
    assert found.other is None and found.retrieved is None and found.candidates == 1
    with pytest.raises(UsageError, match="one dimension"):
        adherence(unit(0, 3, 4), unit(0, 2, 5), [0, 0, 0])
