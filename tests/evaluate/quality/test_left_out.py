import numpy as np
import pytest

from headwater.core import UsageError
from headwater.evaluate import newcombe
from headwater.evaluate.quality import distances
from headwater.evaluate.quality.left_out import clustered_gap, families, left_out
from headwater.evaluate.quality.neighbours import neighbourhoods


def normal(seed: int, n: int, d: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(n, d))


def test_each_row_is_measured_as_a_fake_against_the_others_would_be() -> None:
    real = np.concatenate([normal(0, 60), normal(0, 60)[:2]])  # with two copies
    found = left_out(real)
    for row in range(len(real)):
        others = np.delete(real, row, 0)
        alone = neighbourhoods(others, np.concatenate([real[row : row + 1], normal(1, 3)]), 1)
        assert found.nearest[row] == pytest.approx(alone.nearest[0], abs=1e-9)
        assert found.second[row] == pytest.approx(alone.second[0], abs=1e-9)
        assert found.spacing[row] == pytest.approx(alone.spacing[0], abs=1e-9)
        assert found.authentic[row] == alone.authentic[0]


def test_a_row_is_authentic_where_it_is_nobodys_mutual_nearest_neighbour() -> None:
    found = left_out(normal(2, 200))
    mutual = found.source[found.source] == np.arange(200)
    assert np.array_equal(found.authentic, ~mutual)


def test_order_of_rows_and_size_of_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    real, order = normal(3, 90), np.random.default_rng(0).permutation(90)
    wanted = left_out(real)
    monkeypatch.setattr(distances, "BLOCK", 7)
    found = left_out(real[order])
    assert np.array_equal(found.authentic, wanted.authentic[order])
    assert np.array_equal(order[found.source], wanted.source[order])
    assert found.closeness == pytest.approx(wanted.closeness[order], rel=1e-9)


def test_families_are_chains_of_nearest_neighbours() -> None:
    line = np.array([[0.0], [1.0], [2.5], [10.0], [11.0]])
    assert families(left_out(line).source).tolist() == [0, 0, 0, 1, 1]


def test_a_gap_of_independent_items_is_about_that_of_two_rates() -> None:
    rng = np.random.default_rng(4)
    x, y = rng.random(400) < 0.5, rng.random(300) < 0.4
    found = clustered_gap(x, y, (np.arange(400), np.arange(400, 700)))
    wanted = newcombe(int(x.sum()), 400, int(y.sum()), 300)
    assert found.value == pytest.approx(wanted.value) and found.n == 700
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high), abs=0.003)


def test_items_repeated_within_clusters_count_once() -> None:
    rng = np.random.default_rng(5)
    x, y = rng.normal(size=50), rng.normal(size=40)
    once = clustered_gap(x, y, (np.arange(50), np.arange(50, 90)))
    twice = clustered_gap(
        np.repeat(x, 2), np.repeat(y, 2), (np.repeat(np.arange(50), 2), np.repeat(np.arange(50, 90), 2))
    )
    assert twice.se == pytest.approx(once.se)


def test_one_cluster_has_no_interval_and_two_rows_no_neighbours_to_leave_out() -> None:
    assert clustered_gap([1.0, 0.0], [1.0], (np.zeros(2), np.zeros(1))).low is None
    with pytest.raises(UsageError, match="takes three rows, not 2"):
        left_out(normal(0, 2))
