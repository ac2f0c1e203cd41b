"""Exact Jaccard similarity."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.curate.duplicates import Verifier, jaccard
from headwater.curate.duplicates import jaccard as jaccard_function
from headwater.curate.duplicates.jaccard import words_of
from headwater.curate.duplicates.shingles import Shingles

TEXTS = st.lists(st.sampled_from(["a", "b", "c", "dd", "eee", "ffffffffff"]), max_size=40).map(" ".join)


def plain(first: str, second: str) -> float:
    """Independent recomputation with Python sets."""

    def grams(text: str) -> set[tuple[str, ...]]:
        words = re.findall(r"\w+", text.lower())
        return {tuple(words[i : i + 5]) for i in range(len(words) - 4)} or ({tuple(words)} if words else set())

    one, other = grams(first), grams(second)
    return len(one & other) / len(one | other) if one | other else 0.0


def unique_words(count: int, prefix: str = "w") -> list[str]:
    """Words none of which repeats."""
    return [f"{prefix}{number}" for number in range(count)]


@pytest.mark.parametrize(("grams", "edits", "expected"), [(1000, 22, 0.8018), (200, 10, 0.6), (100, 0, 1.0)])
def test_a_pair_of_known_similarity_has_it(grams: int, edits: int, expected: float) -> None:
    words = unique_words(grams + 4)
    edited = list(words)
    for edit in range(edits):
        edited[4 + 6 * edit] = f"new{edit}"
    value = jaccard(" ".join(words), " ".join(edited))
    assert value == (grams - 5 * edits) / (grams + 5 * edits)
    assert value == pytest.approx(expected, abs=5e-5)


@given(TEXTS, TEXTS)
def test_both_ways_agree_with_plain_sets(first: str, second: str) -> None:
    verifier = Verifier({0: words_of(first), 1: words_of(second)})
    assert jaccard(first, second) == verifier.jaccard(0, 1) == plain(first, second)


@given(st.text(max_size=80), st.text(max_size=80))
def test_similarity_is_symmetric_bounded_and_one_with_itself(first: str, second: str) -> None:
    value = jaccard(first, second)
    assert value == jaccard(second, first)
    assert 0.0 <= value <= 1.0
    assert jaccard(first, first) == (1.0 if words_of(first) else 0.0)


@given(st.text(max_size=80), st.text(max_size=80))
def test_the_verifier_agrees_in_any_script(first: str, second: str) -> None:
    assert Verifier({7: words_of(first), 3: words_of(second)}).jaccard(7, 3) == jaccard(first, second)


def test_texts_without_words_are_not_similar_to_anything() -> None:
    assert jaccard("", "") == jaccard("...", "!!!") == jaccard("", "word") == 0.0


def test_colliding_hashes_do_not_make_a_duplicate(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    module = sys.modules[jaccard_function.__module__]
    real = module.shingle_words  # type: ignore[attr-defined]

    def colliding(words: object) -> Shingles:
        found = real(words)
        return Shingles(np.arange(found.hashes.size, dtype=np.uint64) % np.uint64(10), found.offsets)

    monkeypatch.setattr(module, "shingle_words", colliding)
    texts = [" ".join(unique_words(30, prefix)) for prefix in "ab"]
    assert Verifier(dict(enumerate(map(words_of, texts)))).jaccard(0, 1, 0.7) == 0.0
    assert Verifier({0: words_of(texts[0]), 1: words_of(texts[0])}).jaccard(0, 1, 0.7) == 1.0
