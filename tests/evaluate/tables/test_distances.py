"""Distances of single columns: closed forms, brute force over all sets, scipy, and coverage of the interval."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from headwater.core import UsageError
from headwater.evaluate.tables import kolmogorov, total_variation

COUNTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), min_size=1, max_size=7).filter(
    lambda pairs: all(sum(side) for side in zip(*pairs, strict=True))
)


def over_sets(p: np.ndarray, q: np.ndarray, allowed: list[np.ndarray]) -> float:
    return max(float((p / p.sum() - q / q.sum()) @ members) for members in allowed)


@given(COUNTS)
def test_total_variation_is_the_largest_difference_over_all_sets(pairs: list[tuple[int, int]]) -> None:
    p, q = np.array(pairs).T
    sets = [np.array(members) for members in product((0, 1), repeat=len(p))]
    found = total_variation(p, q)
    assert found.distance == pytest.approx(over_sets(p, q, sets))
    assert found.distance == pytest.approx(np.abs(p / p.sum() - q / q.sum()).sum() / 2)


@given(COUNTS, st.integers(0, 3))
def test_kolmogorov_is_the_largest_difference_over_half_lines_with_or_without_atoms(
    pairs: list[tuple[int, int]], atoms: int
) -> None:
    p, q = np.array(pairs).T
    atoms = min(atoms, len(p))
    line = len(p) - atoms
    half = [[int(k < cut) for k in range(line)] for cut in range(line + 1)]
    half += [[1 - k for k in each] for each in half]
    sets = [np.array([*each, *rest]) for each in half for rest in product((0, 1), repeat=atoms)]
    assert kolmogorov(p, q, atoms).distance == pytest.approx(over_sets(p, q, sets))
    assert kolmogorov(p, q, atoms).distance <= total_variation(p, q).distance + 1e-12


def test_without_atoms_it_is_the_statistic_of_scipy() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.integers(0, 40, 300), rng.integers(3, 45, 170)
    found = kolmogorov(*(np.bincount(side, minlength=45) for side in (one, two)))
    assert found.distance == pytest.approx(stats.ks_2samp(one, two).statistic)


@pytest.mark.parametrize("distance", [total_variation, kolmogorov])
def test_equal_shares_have_no_distance_and_separate_ones_all_of_it(distance) -> None:  # type: ignore[no-untyped-def]
    assert distance([2, 4, 6], [1, 2, 3]).fidelity().value == 1
    assert distance([5, 0], [0, 7]).fidelity().value == 0
    found, other = distance([9, 1, 2], [3, 3, 3]), distance([3, 3, 3], [9, 1, 2])
    assert found.distance == pytest.approx(other.distance)


def test_the_interval_covers_a_true_distance() -> None:
    rng = np.random.default_rng(3)
    p, q = np.array([0.5, 0.3, 0.2]), np.array([0.2, 0.3, 0.5])
    hits = 0
    for _ in range(400):
        found = total_variation(rng.multinomial(300, p), rng.multinomial(200, q)).fidelity()
        hits += found.low <= 0.7 <= found.high
    assert 0.91 <= hits / 400 <= 0.98


def test_a_side_without_rows_has_no_distance() -> None:
    with pytest.raises(UsageError, match="a row on each side"):
        total_variation([0, 0], [1, 2])
    with pytest.raises(UsageError, match="counts of the same values"):
        kolmogorov([1], [1, 2])


def test_they_are_the_complements_of_sdmetrics() -> None:
    sdmetrics = pytest.importorskip("sdmetrics.single_column", reason="sdmetrics is not installed")
    rng = np.random.default_rng(8)
    one, two = rng.integers(0, 40, 300), rng.integers(3, 45, 170)
    counts = [np.bincount(side, minlength=45) for side in (one, two)]
    sides = [pd.Series(side) for side in (one, two)]
    assert 1 - kolmogorov(*counts).distance == pytest.approx(sdmetrics.KSComplement.compute(*sides), abs=1e-12)
    labels = [side.map("v{}".format) for side in sides]  # there the shares are off by 1e-8, which they add
    assert 1 - total_variation(*counts).distance == pytest.approx(sdmetrics.TVComplement.compute(*labels), abs=1e-7)
