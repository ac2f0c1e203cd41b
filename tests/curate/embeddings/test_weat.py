import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.core import UsageError
from headwater.curate.embeddings import association, effect_size, weat, word_scores
from headwater.curate.embeddings.weat import partition_test

Floats = np.ndarray


def unit(rng: np.random.Generator, words: int, dimensions: int = 6) -> Floats:
    values = rng.normal(size=(words, dimensions))
    return values / np.linalg.norm(values, axis=1, keepdims=True)


def sets(seed: int, sizes: tuple[int, int, int, int] = (5, 5, 4, 6)) -> list[Floats]:
    rng = np.random.default_rng(seed)
    return [unit(rng, size) for size in sizes]


def d_by_hand(x: Floats, y: Floats, a: Floats, b: Floats, ddof: int) -> float:
    """The definition, with loops."""

    def s(word: Floats) -> float:
        return float(np.mean([word @ one for one in a]) - np.mean([word @ one for one in b]))

    own, other = [s(word) for word in x], [s(word) for word in y]
    mean = sum(own + other) / len(own + other)
    spread = math.sqrt(sum((one - mean) ** 2 for one in own + other) / (len(own + other) - ddof))
    return (sum(own) / len(own) - sum(other) / len(other)) / spread


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("ddof", [0, 1])
def test_the_effect_size_is_that_of_the_definition(seed: int, ddof: int) -> None:
    x, y, a, b = sets(seed)
    assert weat(x, y, a, b, ddof=ddof, resamples=1).d == pytest.approx(d_by_hand(x, y, a, b, ddof), abs=1e-6)


def test_the_two_conventions_differ_by_the_root_of_n_over_n_minus_one() -> None:
    x, y, a, b = sets(3)
    zero, one = (weat(x, y, a, b, ddof=ddof, resamples=1).d for ddof in (0, 1))
    assert zero is not None and one is not None and zero / one == pytest.approx(math.sqrt(10 / 9))


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_swapping_targets_or_attributes_turns_the_sign(seed: int) -> None:
    x, y, a, b = sets(seed, (3, 4, 3, 2))
    base, targets, attributes = (weat(*four, resamples=1) for four in ((x, y, a, b), (y, x, a, b), (x, y, b, a)))
    assert base.d is not None and targets.d == pytest.approx(-base.d) and attributes.d == pytest.approx(-base.d)
    assert base.p == pytest.approx(targets.p) == pytest.approx(attributes.p)


def test_equal_attributes_give_no_difference_and_no_effect_size() -> None:
    x, y, a, _ = sets(1)
    found = weat(x, y, a, a)
    assert found.difference == 0 and found.d is None and found.low is None and found.p == 1


@given(st.integers(0, 10_000), st.integers(2, 6))
@settings(max_examples=30, deadline=None)
def test_the_effect_is_at_most_two_with_ddof_zero_and_sets_of_one_size(seed: int, size: int) -> None:
    x, y, a, b = sets(seed, (size, size, 3, 3))
    d = weat(x, y, a, b, ddof=0, resamples=1).d
    assert d is None or abs(d) <= 2 + 1e-9


@pytest.mark.parametrize("sizes", [(4, 4), (3, 5), (2, 2)])
def test_the_exact_p_is_that_of_all_partitions(sizes: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    x, y = rng.normal(1, 1, sizes[0]), rng.normal(0, 1, sizes[1])
    p, exact, partitions = partition_test(x, y, 10, 0)
    both, observed = np.concatenate([x, y]), abs(x.mean() - y.mean())
    beyond = []
    for chosen in combinations(range(len(both)), len(x)):
        rest = [i for i in range(len(both)) if i not in chosen]
        beyond.append(abs(both[list(chosen)].mean() - both[rest].mean()) >= observed - 1e-12)
    assert exact and partitions == math.comb(len(both), len(x)) and p == pytest.approx(np.mean(beyond))


def test_many_partitions_are_drawn_and_agree_with_the_exact_p() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(0.8, 1, 9), rng.normal(0, 1, 9)  # 48,620 partitions
    p, exact, drawn = partition_test(x, y, 20_000, 0)
    sums = np.array([sum(chosen) for chosen in combinations(np.concatenate([x, y]).tolist(), 9)])
    total = x.sum() + y.sum()
    truth = (np.abs(sums - (total - sums)) >= abs(x.sum() - y.sum()) - 1e-9).mean()
    assert not exact and drawn == 20_000 and p == pytest.approx(truth, abs=0.01)


def test_the_smallest_drawn_p_is_one_over_m_plus_one() -> None:
    assert partition_test(np.full(12, 5.0), np.zeros(12), 99, 0)[0] == pytest.approx(1 / 100)


def test_the_interval_holds_the_effect_and_shrinks_with_more_words() -> None:
    rng = np.random.default_rng(2)
    centre, other = unit(rng, 1)[0], unit(rng, 1)[0]

    def near(point: Floats, words: int) -> Floats:
        values = point + 0.6 * rng.normal(size=(words, 6))
        return values / np.linalg.norm(values, axis=1, keepdims=True)

    small, large = (weat(near(centre, n), near(other, n), near(centre, n), near(other, n)) for n in (6, 60))
    for found in (small, large):
        assert found.low is not None and found.high is not None and found.d is not None
        assert found.low <= found.d <= found.high
    assert large.high - large.low < small.high - small.low  # type: ignore[operator]


def test_the_interval_covers_no_effect_for_random_words() -> None:
    covered = [
        found.low <= 0 <= found.high
        for seed in range(40)
        if (found := weat(*sets(seed, (8, 8, 8, 8)), resamples=299)).low is not None and found.high is not None
    ]
    assert np.mean(covered) > 0.85


def test_random_words_have_uniform_p() -> None:
    p = np.array([weat(*sets(seed, (5, 5, 5, 5)), resamples=1).p for seed in range(300)])
    assert 0.02 <= (p <= 0.05).mean() <= 0.09 and 0.42 < p.mean() < 0.58


def test_too_few_words_are_refused() -> None:
    x, y, a, b = sets(0)
    with pytest.raises(UsageError, match="two words"):
        weat(x[:1], y, a, b)


@pytest.mark.parametrize("a_size", [3, 11])  # all partitions, and drawn ones
def test_word_scores_are_those_of_the_definition(a_size: int) -> None:
    words, _, a, b = sets(4, (6, 2, a_size, 11))
    scores, p = word_scores(words, a, b, permutations=4000)
    for word, score, p_word in zip(words, scores, p, strict=True):
        to_a, to_b = a @ word, b @ word
        both = np.concatenate([to_a, to_b])
        assert score == pytest.approx((to_a.mean() - to_b.mean()) / both.std(ddof=1), abs=1e-6)
        if a_size == 3:
            assert p_word == pytest.approx(partition_test(to_a, to_b, 1, 0)[0])
    assert (word_scores(words, b, a)[0] == pytest.approx(-scores)) and ((p > 0) & (p <= 1)).all()


def test_a_flat_word_scores_nothing() -> None:
    scores, p = word_scores(np.eye(3)[:1], np.eye(3)[[1, 1]], np.eye(3)[[2, 2]])
    assert scores.tolist() == [0] and p.tolist() == [1]


def test_effects_of_flat_scores_are_none() -> None:
    assert effect_size(np.ones(3), np.ones(3)) is None
    assert association(np.eye(2), np.eye(2), np.eye(2)).tolist() == [0, 0]


def test_the_same_seed_gives_the_same_result() -> None:
    four = sets(9, (10, 10, 5, 5))
    assert weat(*four, permutations=99, seed=3) == weat(*four, permutations=99, seed=3)
    assert weat(*four, permutations=99, seed=3) != weat(*four, permutations=99, seed=4)
