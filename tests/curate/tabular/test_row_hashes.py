from itertools import combinations
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.curate.fairness.row_columns import Column
from headwater.curate.tabular.row_hashes import (
    affordable,
    cell_hashes,
    equal_pairs,
    equals,
    expected_pairs,
    near_rows,
    pairs_by_distance,
    row_hashes,
)

Table = list[list[int]]
TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(st.integers(-1, 2), min_size=width, max_size=width), min_size=2, max_size=25)
)


def cells_of(rows: Table) -> list[np.ndarray]:
    codes = np.array(rows, np.int32)
    return [cell_hashes(Column(f"c{n}", codes[:, n], ("a", "b", "c"))) for n in range(codes.shape[1])]


def distances(rows: Table) -> dict[tuple[int, int], int]:
    return {
        (i, j): sum(a != b for a, b in zip(rows[i], rows[j], strict=True)) for i, j in combinations(range(len(rows)), 2)
    }


@settings(max_examples=60)
@given(TABLES)
def test_pairs_at_each_distance_equal_a_count_pair_by_pair(rows: Table) -> None:
    brute = list(distances(rows).values())
    assert pairs_by_distance(cells_of(rows), 2) == [brute.count(d) for d in range(3)]


@settings(max_examples=60)
@given(TABLES, st.integers(1, 2))
def test_near_rows_are_those_of_a_search_pair_by_pair(rows: Table, most: int) -> None:
    cells = cells_of(rows)
    most = min(most, len(cells) - 1)
    near = {pair for pair, d in distances(rows).items() if 1 <= d <= most}
    marked, pairs = near_rows(cells, most)
    assert set(np.flatnonzero(marked)) == {row for pair in near for row in pair}
    assert {(min(pair), max(pair)) for pair in pairs} <= near
    assert bool(pairs) == bool(near)


@given(TABLES)
def test_groups_of_equal_rows(rows: Table) -> None:
    found = equals(row_hashes(cells_of(rows), len(rows)))
    assert found.copies.tolist() == [row in rows[:place] for place, row in enumerate(rows)]
    assert found.repeated.tolist() == [rows.count(row) > 1 for row in rows]
    assert found.pairs == equal_pairs(row_hashes(cells_of(rows), len(rows)))


def test_the_same_value_in_another_column_is_another_cell() -> None:
    assert row_hashes(cells_of([[0, 1], [1, 0]]), 2)[0] != row_hashes(cells_of([[0, 1], [1, 0]]), 2)[1]


def test_expected_pairs_of_independent_columns_are_those_that_come() -> None:
    codes = np.random.default_rng(0).integers(0, 3, (400, 6)).tolist()
    cells = cells_of(codes)
    seen, expected = pairs_by_distance(cells, 1), expected_pairs(cells, 1, 0)
    assert expected[0] == pytest.approx(comb(400, 2) / 3**6, rel=0.2)
    assert seen[0] == pytest.approx(expected[0], rel=0.35) and seen[1] == pytest.approx(expected[1], rel=0.2)


def test_copies_are_more_than_expected() -> None:
    codes = np.random.default_rng(1).integers(0, 3, (300, 12)).tolist()
    cells = cells_of([*codes, *codes[:30]])
    assert pairs_by_distance(cells, 0)[0] >= 30 > 3 * expected_pairs(cells, 0, 0)[0]


@pytest.mark.parametrize(("columns", "cells", "tried"), [(15, 2, 2), (100, 2, 1), (3_000, 1, 0), (2, 2, 1), (1, 1, 0)])
def test_only_so_many_columns_are_left_out_in_turn(columns: int, cells: int, tried: int) -> None:
    assert affordable(columns, cells) == tried
