import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.evaluate.hallucination import passage_search
from headwater.evaluate.hallucination.passage_search import Nearest, nearest_passages, words

WORDS = [f"w{i}" for i in range(30)]
SHARES = 1 / np.arange(1, 31) / (1 / np.arange(1, 31)).sum()


def made(n: int, seed: int) -> list[str]:
    rng = np.random.default_rng(seed)
    return [" ".join(rng.choice(WORDS, rng.integers(3, 12), p=SHARES)) for _ in range(n)]


def search(claims: list[str], texts: list[str], k: int = 5, without: list[str | None] | None = None) -> Nearest:
    return nearest_passages(claims, lambda: ((f"d{i}", text) for i, text in enumerate(texts)), k, without)


def by_hand(claim: str, passages: list[str]) -> list[float]:
    """BM25 from its definition."""
    split = [words(passage) for passage in passages]
    mean = sum(map(len, split)) / len(split)
    scores = []
    for own in split:
        total, counts = 0.0, Counter(own)
        for word in set(words(claim)):
            df = sum(word in other for other in split)
            rarity = math.log(1 + (len(split) - df + 0.5) / (df + 0.5))
            total += rarity * counts[word] * 2.2 / (counts[word] + 1.2 * (0.25 + 0.75 * len(own) / mean))
        scores.append(total)
    return scores


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1_000))
def test_scores_and_order_are_those_of_the_definition(seed: int) -> None:
    texts, claims = made(40, seed), made(5, seed + 1)
    found = search(claims, texts)
    for row, claim in enumerate(claims):
        truth = by_hand(claim, texts)
        order = sorted(range(40), key=lambda place: (-round(truth[place], 9), place))[:5]
        assert found.scores[row] == pytest.approx([truth[place] for place in order if truth[place] > 0])


@pytest.mark.parametrize("block", [1, 3, 7, 1_000])
def test_the_size_of_a_block_changes_nothing(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [*made(50, 3), *made(50, 3)]  # every passage has a tie
    whole = search(made(8, 4), texts)
    monkeypatch.setattr(passage_search, "BLOCK", block)
    monkeypatch.setattr(passage_search, "CLAIMS", 3)
    assert search(made(8, 4), texts) == whole


def test_ties_come_in_corpus_order() -> None:
    found = search(["a river rises"], ["a river rises"] * 9, 3)
    assert [one.document_id for one in found.passages[0]] == ["d0", "d1", "d2"]


def test_a_document_that_is_left_out_is_not_found() -> None:
    texts = ["a river rises", "a mill stands", "the river falls"]
    found = search(["a river rises", "a river rises"], texts, 5, ["d0", None])
    assert [one.document_id for one in found.passages[0]] == ["d2", "d1"] or "d0" not in {
        one.document_id for one in found.passages[0]
    }
    assert found.passages[1][0].document_id == "d0"


def test_places_lead_back_to_the_text() -> None:
    texts = ["First one here. The mill stands by the river.  Last one."]
    (passage,) = search(["mill river"], texts, 1).passages[0]
    assert texts[0][passage.start : passage.end] == passage.text == "The mill stands by the river."


def test_a_claim_without_a_known_word_finds_nothing() -> None:
    found = search(["zzz qqq", "", "!!"], made(5, 0))
    assert found.passages == [[], [], []]


def test_an_empty_corpus_finds_nothing() -> None:
    assert search(["a river"], []).passages == [[]] and search(["a river"], [" "]).n == 0


def test_words_that_the_corpus_writes_small_are_told() -> None:
    found = search(["Rivers flow.", "Lyon lies there."], ["Many rivers are long.", "In Lyon it rains."])
    assert "rivers" in found.lower and "lyon" not in found.lower
