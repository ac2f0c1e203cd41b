"""Agreement: published worked examples, reference libraries, brute force over pairs, identities."""

import itertools

import numpy as np
import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from headwater.core import UsageError
from headwater.curate.labels.agreement import (
    LEVELS,
    Level,
    Ratings,
    alphas,
    cohen_kappas,
    fleiss_kappas,
    item_disagreement,
    overlaps,
    pair_agreement,
    pairs_of,
)

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section D: four observers, twelve units.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]
# Fleiss 1971, as widely reprinted: ten subjects, fourteen raters, five categories.
FLEISS = [
    [0, 0, 0, 0, 14], [0, 2, 6, 4, 2], [0, 0, 3, 5, 6], [0, 3, 9, 2, 0], [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0], [3, 2, 6, 3, 0], [2, 5, 3, 2, 2], [6, 5, 2, 1, 0], [0, 2, 2, 3, 7],
]  # fmt: skip


def ratings_of(table: list[list[int | None]]) -> Ratings:
    """Annotators in rows, items in columns, labels as numbers."""
    found = [(item, who, label) for who, row in enumerate(table) for item, label in enumerate(row) if label is not None]
    labels = sorted({label for _, _, label in found})
    items, people, values = (np.array(column, np.int64) for column in zip(*found, strict=True))
    return Ratings(
        items, people, np.searchsorted(labels, values), tuple(map(str, range(len(table[0])))),
        tuple(map(str, range(len(table)))), tuple(map(str, labels)), np.array(labels, np.float64),
    )  # fmt: skip


def alpha(table: list[list[int | None]], level: Level) -> float:
    ratings = ratings_of(table)
    return float(alphas(ratings, level, np.ones((1, len(table[0]))))[0])


def by_pairs(table: list[list[int | None]], level: Level) -> float:
    """Alpha from the definition: every pair of labels, and the ordinal metric as Krippendorff writes it."""
    units = [[row[item] for row in table if row[item] is not None] for item in range(len(table[0]))]
    units = [unit for unit in units if len(unit) > 1]
    labels = [label for unit in units for label in unit]
    counts = {label: labels.count(label) for label in sorted(set(labels))}

    def distance(c: int, k: int) -> float:
        if level == "nominal":
            return float(c != k)
        if level == "interval":
            return float((c - k) ** 2)
        low, high = min(c, k), max(c, k)
        between = sum(count for label, count in counts.items() if low <= label <= high)
        return float((between - (counts[low] + counts[high]) / 2) ** 2)

    n = len(labels)
    observed = sum(sum(distance(*pair) for pair in itertools.permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    expected = sum(distance(*pair) for pair in itertools.permutations(labels, 2)) / (n - 1)
    return 1 - observed / expected


@pytest.mark.parametrize(("level", "published"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)])
def test_krippendorffs_worked_example(level: Level, published: float) -> None:
    assert alpha(OBSERVERS, level) == pytest.approx(published, abs=5e-4)


def tables(rows: int = 4, columns: int = 8) -> st.SearchStrategy[list[list[int | None]]]:
    label = st.one_of(st.none(), st.integers(1, 4))
    return st.lists(st.lists(label, min_size=columns, max_size=columns), min_size=rows, max_size=rows)


def usable(table: list[list[int | None]]) -> bool:
    units = [[row[item] for row in table if row[item] is not None] for item in range(len(table[0]))]
    return len({label for unit in units if len(unit) > 1 for label in unit}) > 1


@settings(max_examples=60, deadline=None)
@for_all(tables(), st.sampled_from(LEVELS))
def test_alpha_is_that_of_all_pairs(table: list[list[int | None]], level: Level) -> None:
    if usable(table):
        assert alpha(table, level) == pytest.approx(by_pairs(table, level), abs=1e-9)


@settings(max_examples=40, deadline=None)
@for_all(tables(), st.sampled_from(LEVELS), st.permutations(range(4)))
def test_alpha_does_not_depend_on_who_is_who(table: list[list[int | None]], level: Level, order: list[int]) -> None:
    if usable(table):
        assert alpha(table, level) == pytest.approx(alpha([table[who] for who in order], level), abs=1e-9)


@settings(max_examples=40, deadline=None)
@for_all(tables(), st.sampled_from(LEVELS), st.lists(st.integers(0, 3), min_size=8, max_size=8))
def test_a_weight_is_that_many_copies_of_the_item(
    table: list[list[int | None]], level: Level, copies: list[int]
) -> None:
    repeated = [[label for label, times in zip(row, copies, strict=True) for _ in range(times)] for row in table]
    if sum(copies) and usable(repeated):
        weighted = alphas(ratings_of(table), level, np.array([copies], np.float64))[0]
        assert weighted == pytest.approx(by_pairs(repeated, level), abs=1e-9)


@pytest.mark.parametrize("level", LEVELS)
def test_full_agreement_is_one_and_chance_is_zero(level: Level) -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(1, 5, 4_000).tolist()
    assert alpha([labels, labels, labels], level) == pytest.approx(1)
    drawn = [rng.integers(1, 5, 4_000).tolist() for _ in range(3)]
    assert abs(alpha(drawn, level)) < 0.03


def test_one_label_everywhere_is_undefined() -> None:
    for level in LEVELS:
        assert np.isnan(alpha([[3, 3, 3], [3, 3, None]], level))
    assert np.isnan(fleiss_kappas(ratings_of([[3, 3], [3, 3]]), np.ones((1, 2)))[0])
    assert np.isnan(cohen_kappas(np.zeros(3, np.int64), np.zeros(3, np.int64), 1, np.ones((1, 3)))[0])


def test_interval_alpha_moves_and_scales_with_the_numbers() -> None:
    far = [[None if label is None else 10 * label + 1_000_000 for label in row] for row in OBSERVERS]
    assert alpha(far, "interval") == pytest.approx(alpha(OBSERVERS, "interval"), abs=1e-9)
    assert alpha(far, "ordinal") == pytest.approx(alpha(OBSERVERS, "ordinal"), abs=1e-12)


def test_the_items_share_out_the_disagreement() -> None:
    ratings = ratings_of(OBSERVERS)
    amount = item_disagreement(ratings, "nominal")
    # unit 6 has the labels 1 2 3 4: 12 unequal ordered pairs over 3
    assert amount[5] == pytest.approx(4) and amount[3] == 0 and amount[11] == 0
    n = 40
    expected = 1 - by_pairs(OBSERVERS, "nominal")
    counts = np.bincount(ratings.values[ratings.items != 11])
    assert amount.sum() * (n - 1) / (n**2 - (counts**2).sum()) == pytest.approx(expected)


def test_fleiss_worked_example() -> None:
    found = [(item, label) for item, row in enumerate(FLEISS) for label, n in enumerate(row) for _ in range(n)]
    items, values = (np.array(column, np.int64) for column in zip(*found, strict=True))
    people = np.tile(np.arange(14), 10)
    ratings = Ratings(items, people, values, tuple("0123456789"), tuple(map(str, range(14))), tuple("12345"))
    assert fleiss_kappas(ratings, np.ones((1, 10)))[0] == pytest.approx(0.210, abs=5e-4)


def test_fleiss_needs_the_same_number_of_labels() -> None:
    with pytest.raises(UsageError, match="same number of labels"):
        fleiss_kappas(ratings_of(OBSERVERS), np.ones((1, 12)))


@settings(max_examples=40, deadline=None)
@for_all(st.integers(0, 9_999), st.integers(2, 4), st.integers(5, 50))
def test_cohens_kappa_is_that_of_scikit_learn(seed: int, k: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    one, other = rng.integers(0, k, n), rng.integers(0, k, n)
    other = np.where(rng.random(n) < 0.5, one, other)
    weights = np.stack([np.ones(n), rng.integers(0, 3, n) + 0.0])
    if min(len(set(one.tolist())), len(set(other.tolist()))) > 1 and weights[1].sum():
        found = cohen_kappas(one, other, k, weights)
        assert found[0] == pytest.approx(cohen_kappa_score(one, other))
        reference = cohen_kappa_score(one, other, sample_weight=weights[1])
        assert found[1] == pytest.approx(reference, nan_ok=True, abs=1e-9)


def test_kappa_of_two_annotators_nears_alpha_as_items_grow() -> None:
    rng = np.random.default_rng(2)
    one = rng.integers(0, 3, 5_000)
    other = np.where(rng.random(5_000) < 0.6, one, rng.integers(0, 3, 5_000))
    kappa = cohen_kappas(one, other, 3, np.ones((1, 5_000)))[0]
    assert kappa == pytest.approx(0.6, abs=0.03)
    assert alpha([one.tolist(), other.tolist()], "nominal") == pytest.approx(kappa, abs=0.002)


def test_pairs_are_those_who_share_items() -> None:
    ratings = ratings_of(OBSERVERS)
    found = {(one, other): n for one, other, n in overlaps(ratings)}
    assert found == {(0, 1): 9, (0, 2): 8, (0, 3): 9, (1, 2): 9, (1, 3): 10, (2, 3): 10}
    one, other = pairs_of(ratings, 0, 1)
    assert len(one) == 9 and (one == other).sum() == 8


def test_pair_agreement_is_the_share_of_equal_pairs() -> None:
    table: list[list[int | None]] = [[1, 1, 2, 1], [1, 2, 2, None], [1, 2, 2, None]]
    # three items: all pairs, one of three, all
    assert pair_agreement(ratings_of(table), np.ones((1, 4)))[0] == pytest.approx((1 + 1 / 3 + 1) / 3)
