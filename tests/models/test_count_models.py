from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.models.count_models import DOUBT, KneserNeyModel, LongestMatch
from headwater.models.ngram_tables import Tables

V = 5
"""Tokens 0 to 3, and 4 that begins and ends a text."""
TEXTS = st.lists(st.lists(st.integers(0, V - 2), max_size=8), min_size=1, max_size=6)


def grams(texts: list[list[int]], order: int) -> Counter[tuple[int, ...]]:
    found: Counter[tuple[int, ...]] = Counter()
    for text in texts:
        row = [V - 1] * (order - 1) + text + [V - 1]
        found.update(tuple(row[end - order + 1 : end + 1]) for end in range(order - 1, len(row)))
    return found


def by_hand(texts: list[list[int]], order: int, history: list[int], token: int) -> float:
    """Kneser-Ney by its definition, with dictionaries."""
    counts = {order: grams(texts, order)}
    for k in range(order - 1, 0, -1):
        before = defaultdict(set)
        for gram, number in counts[k + 1].items():
            if number:
                before[gram[1:]].add(gram[0])
        counts[k] = Counter({gram: len(kinds) for gram, kinds in before.items()})
    last, p = [V - 1] * (order - 1) + history, 1 / V
    for k in range(1, order + 1):
        context = tuple(last[len(last) - k + 1 :])
        after = {gram: number for gram, number in counts[k].items() if gram[:-1] == context}
        if after:
            ones, twos = (sum(number == n for number in counts[k].values()) for n in (1, 2))
            discount, total = ones / (ones + 2 * twos) if ones and twos else 0.5, sum(after.values())
            p = max(after.get((*context, token), 0) - discount, 0) / total + discount * len(after) / total * p
    return p


@given(TEXTS, st.integers(1, 4), st.lists(st.integers(0, V - 2), max_size=5))
def test_kneser_ney_is_that_of_its_definition_and_sums_to_one(
    texts: list[list[int]], order: int, history: list[int]
) -> None:
    pieces = [np.array(text, np.int32) for text in texts]
    model = KneserNeyModel(Tables.count(pieces, np.ones(len(texts)), order, V, continuation=True))
    found = model.following(history)
    assert found.sum() == pytest.approx(1, abs=1e-12) and (found > 0).all()
    assert found == pytest.approx([by_hand(texts, order, history, token) for token in range(V)], abs=1e-12)


@given(TEXTS, st.integers(1, 4), TEXTS, st.booleans())
def test_columns_of_texts_score_as_one_token_at_a_time(
    texts: list[list[int]], order: int, scored: list[list[int]], copying: bool
) -> None:
    pieces = [np.array(text, np.int32) for text in texts]
    kind = LongestMatch if copying else KneserNeyModel
    model = kind(Tables.count(pieces, np.ones(len(texts)), order, V, continuation=not copying))
    for row, values in zip(scored, model.logprobs(scored), strict=True):
        wanted = [np.log(model.following(row[:place])[token]) for place, token in enumerate(row)]
        assert values == pytest.approx(np.array(wanted), abs=1e-12) and len(values) == len(row)


@given(TEXTS, st.integers(1, 4), st.lists(st.integers(0, V - 2), max_size=5))
def test_the_longest_match_is_the_frequency_after_the_longest_context_seen(
    texts: list[list[int]], order: int, history: list[int]
) -> None:
    pieces = [np.array(text, np.int32) for text in texts]
    found = LongestMatch(Tables.count(pieces, np.ones(len(texts)), order, V, continuation=False)).following(history)
    padded = [[V - 1] * (order - 1) + text + [V - 1] for text in texts]
    last = [V - 1] * (order - 1) + history
    for length in range(order - 1, -1, -1):
        context = last[len(last) - length :]
        after = Counter(
            row[end] for row in padded for end in range(order - 1, len(row)) if row[end - length : end] == context
        )
        if after:
            break
    share = np.array([after[token] / sum(after.values()) for token in range(V)])
    assert found == pytest.approx((1 - DOUBT) * share + DOUBT / V, abs=1e-12) and found.sum() == pytest.approx(1)


def test_a_text_seen_twice_counts_as_two_texts() -> None:
    pieces = [np.array([0, 1, 2], np.int32), np.array([3, 3], np.int32), np.array([2, 2], np.int32)]
    twice = Tables.count(pieces, np.array([2, 1, 0]), 3, V, continuation=True)
    copies = Tables.count([pieces[0], pieces[0], pieces[1]], np.ones(3), 3, V, continuation=True)
    for one, other in zip(twice.levels, copies.levels, strict=True):
        assert (one.keys == other.keys).all() and (one.counts == other.counts).all()
