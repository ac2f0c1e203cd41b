"""Copies of exactly known similarity."""

import numpy as np
import pytest

from headwater.curate import jaccard
from headwater.curate.planted.copies import LEVELS, edited_copy, edits_for

TEXT = " ".join(f"word{number}" for number in range(504))


@pytest.mark.parametrize("level", LEVELS)
def test_the_similarity_is_that_of_the_formula_and_just_above_its_level(level: float) -> None:
    copy = edited_copy(0, TEXT, level, np.random.default_rng(0))
    edits = edits_for(500, level)
    assert copy is not None
    assert copy.similarity == jaccard(TEXT, copy.text) == (500 - 5 * edits) / (500 + 5 * edits)
    assert level <= copy.similarity < level + 0.04
    assert (500 - 5 * edits - 5) / (500 + 5 * edits + 5) < level


def test_a_text_that_cannot_be_brought_to_the_level_gives_none() -> None:
    rng = np.random.default_rng(0)
    assert edited_copy(0, "too short", 0.7, rng) is None
    assert edited_copy(0, "the same words again and " * 100, 0.9, rng) is None
    assert edited_copy(0, "не ASCII " * 100, 0.9, rng) is None


def test_the_same_generator_gives_the_same_copy() -> None:
    one, other = (edited_copy(0, TEXT, 0.8, np.random.default_rng(3)) for _ in range(2))
    assert one == other
