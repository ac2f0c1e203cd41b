from collections import Counter

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.curate.filters.kneser_ney import KneserNey, train

CORPUS = ["a b a b c a b d", "a b c d e", "b a b c"]


def model(texts: list[str], vocabulary: int = 100) -> KneserNey:
    return train([pa.array(texts, pa.large_string())], vocabulary)


def discount(counts: list[int]) -> float:
    ones, twos = counts.count(1), counts.count(2)
    return ones / (ones + 2 * twos) if ones and twos else 0.5


class Plain:
    """Interpolated Kneser-Ney from dictionaries, one probability at a time (Chen and Goodman 1999, equation 10)."""

    def __init__(self, texts: list[str]) -> None:
        padded = [["<", "<", *text.split()] for text in texts]
        self.trigrams = Counter(
            words[place - 2 : place + 1].__str__() for words in padded for place in range(2, len(words))
        )
        triples = {tuple(words[place - 2 : place + 1]) for words in padded for place in range(2, len(words))}
        self.triple_counts = Counter(
            tuple(words[place - 2 : place + 1]) for words in padded for place in range(2, len(words))
        )
        self.pair_counts = Counter(triple[1:] for triple in triples)
        self.word_counts = Counter(pair[1] for pair in self.pair_counts)
        self.vocabulary = len({word for text in texts for word in text.split()}) + 1

    def probability(self, word: str, *context: str) -> float:
        counts = {2: self.triple_counts, 1: self.pair_counts}.get(len(context))
        if counts is None:
            loss = discount(list(self.word_counts.values()))
            total, kinds = self.word_counts.total(), len(self.word_counts)
            return (max(self.word_counts[word] - loss, 0) + loss * kinds / self.vocabulary) / total
        after = {key: number for key, number in counts.items() if key[:-1] == context}
        lower = self.probability(word, *context[1:])
        if not after:
            return lower
        loss, total = discount(list(counts.values())), sum(after.values())
        return (max(counts[(*context, word)] - loss, 0) + loss * len(after) * lower) / total


def test_probabilities_are_those_of_a_plain_recomputation() -> None:
    found, plain = model(CORPUS), Plain(CORPUS)
    for text in [*CORPUS, "d d a", "e a b c"]:
        words = ["<", "<", *text.split()]
        wanted = -sum(
            np.log(plain.probability(words[place], *words[place - 2 : place])) for place in range(2, len(words))
        )
        sums, counts = found.surprise(pa.array([text], pa.large_string()))
        assert sums[0] == pytest.approx(wanted, abs=1e-6)
        assert counts[0] == len(words) - 2


@settings(max_examples=25)
@given(
    st.lists(st.lists(st.sampled_from("abcde"), min_size=1, max_size=12).map(" ".join), min_size=1, max_size=5),
    st.integers(1, 6),
)
def test_probabilities_sum_to_one_in_every_context(texts: list[str], vocabulary: int) -> None:
    if sum(len(text.split()) for text in texts) < 2:
        return
    found = model(texts, vocabulary)
    words = np.arange(1, found.size + 1)
    for second in range(found.size + 1):
        for first in range(found.size + 1):
            values = found.probabilities(np.full(words.size, second), np.full(words.size, first), words)
            assert values.sum() == pytest.approx(1, abs=1e-9)
            assert (values > 0).all()


def test_unknown_words_surprise_more_than_known_ones() -> None:
    sums, _ = model(CORPUS).surprise(pa.array(["a b c", "x y z"], pa.large_string()))
    assert sums[0] < sums[1]


def test_texts_without_words_have_no_surprise() -> None:
    sums, counts = model(CORPUS).surprise(pa.array(["", "...", "a"], pa.large_string()))
    assert (sums[:2].tolist(), counts.tolist()) == ([0.0, 0.0], [0, 0, 1])


def test_how_texts_are_batched_does_not_matter() -> None:
    texts = [f"{text} {number}" for number in range(50) for text in CORPUS]
    whole, found = model(texts), train([pa.array([text], pa.large_string()) for text in texts], 100)
    both = [one.surprise(pa.array(texts, pa.large_string()))[0] for one in (whole, found)]
    single = [whole.surprise(pa.array([text], pa.large_string()))[0][0] for text in texts]
    assert both[0].tolist() == both[1].tolist() == single


def test_nothing_to_learn_from_is_one_sentence() -> None:
    with pytest.raises(UsageError, match="fewer than two words"):
        model(["one"])
