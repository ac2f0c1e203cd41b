import math

import numpy as np
import pytest

from headwater.evaluate import Target
from headwater.evaluate.attribution.similarity import K1, B, similarity

DOCUMENTS = ["the mill by the river", "a river, a River, a river and a farm", "nothing of it"]


def of(*texts: tuple[str, float]) -> Target:
    return Target("t", (), texts)


def test_it_is_bm25_word_by_word() -> None:
    found = similarity(DOCUMENTS, [of(("River mill river", 1.0))])
    sizes = [5, 9, 3]
    mean = sum(sizes) / 3

    def weight(count: int, size: int, holders: int) -> float:
        rarity = math.log(1 + (3 - holders + 0.5) / (holders + 0.5))
        return rarity * count * (K1 + 1) / (count + K1 * (1 - B + B * size / mean))

    expected = [weight(1, 5, 2) + weight(1, 5, 1), weight(3, 9, 2), 0.0]
    assert found[:, 0] == pytest.approx(expected)


def test_a_gap_is_the_difference_of_its_sides() -> None:
    one, other, gap = (
        similarity(DOCUMENTS, [of(*sides)])
        for sides in ([("the river", 1.0)], [("the farm", 1.0)], [("the river", 1.0), ("the farm", -1.0)])
    )
    assert gap == pytest.approx(one - other)


def test_without_a_word_in_common_it_is_zero() -> None:
    assert not similarity(DOCUMENTS, [of(("xyz", 1.0))]).any()
    assert similarity(["", "..."], [of(("xyz", 1.0))]).tolist() == [[0.0], [0.0]]
    assert np.isfinite(similarity(["", "..."], [of(("", 1.0))])).all()
