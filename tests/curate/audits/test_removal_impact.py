import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from scipy.stats.contingency import relative_risk

from headwater.core import UsageError, wilson
from headwater.curate.audits.removal_impact import Impact, Place, impact, largest, with_tests

PLACE = Place(1, "language", "", "de")
COUNTS = st.tuples(st.integers(0, 60), st.integers(1, 60), st.integers(0, 60), st.integers(1, 60))


def cell(removed: int, documents: int, rest_removed: int, rest: int, group: str = "de") -> Impact:
    return impact(Place(1, "language", "", group), removed, documents, rest_removed, rest)


def test_rate_difference_and_ratio_are_exact() -> None:
    found = cell(30, 100, 20, 200)
    assert (found.rate[0], found.rest_rate) == (0.3, 0.1)
    assert found.difference[0] == pytest.approx(0.2, abs=1e-15) and found.ratio[0] == pytest.approx(3, abs=1e-12)
    assert found.kept_ratio == pytest.approx(0.7 / 0.9, abs=1e-12)
    assert found.effect == pytest.approx(2 * math.asin(0.3**0.5) - 2 * math.asin(0.1**0.5), abs=1e-15)


def test_the_rate_has_wilsons_interval() -> None:
    assert cell(30, 100, 20, 200).rate[1:] == wilson(30, 100)


def test_the_interval_of_the_ratio_is_that_of_katz() -> None:
    interval = relative_risk(30, 100, 20, 200).confidence_interval(0.95)
    assert cell(30, 100, 20, 200).ratio[1:] == pytest.approx((interval.low, interval.high), rel=1e-9)


def test_the_interval_of_the_difference_is_newcombes_example() -> None:
    """Newcombe 1998, table II, example (a): 56/70 - 48/80 = 0.2, method 10 gives 0.0524 to 0.3339."""
    assert cell(56, 70, 48, 80).difference == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_a_rest_of_which_nothing_was_removed_has_a_finite_ratio() -> None:
    found = cell(10, 100, 0, 100)
    assert found.ratio[0] == pytest.approx(10.5 / 0.5) and found.ratio[1] > 1


def test_a_group_of_which_nothing_is_left_keeps_a_finite_kept_ratio() -> None:
    assert cell(50, 50, 10, 100).kept_ratio == pytest.approx((0.5 / 50.5) / (90.5 / 100.5))


@pytest.mark.parametrize("counts", [(0, 0, 1, 5), (1, 5, 0, 0), (0, 5, 0, 5)])
def test_a_cell_without_documents_or_removal_is_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(UsageError):
        cell(*counts)


@given(COUNTS)
def test_estimates_lie_within_their_intervals(counts: tuple[int, int, int, int]) -> None:
    removed, kept, rest_removed, rest_kept = counts
    if removed + rest_removed:
        found = cell(removed, removed + kept, rest_removed, rest_removed + rest_kept)
        for value, low, high in (found.rate, found.difference, found.ratio):
            assert low - 1e-12 <= value <= high + 1e-12 and math.isfinite(high)


def test_p_is_fishers_and_q_is_benjamini_and_hochbergs() -> None:
    cells = [cell(30, 100, 20, 200, "a"), cell(5, 50, 10, 100, "b"), cell(9, 40, 4, 60, "c"), cell(1, 30, 9, 300, "d")]
    tested = with_tests(cells)
    p = [
        fisher_exact([[c.removed, c.documents - c.removed], [c.rest_removed, c.rest_documents - c.rest_removed]]).pvalue
        for c in cells
    ]
    assert [found.p for found in tested] == pytest.approx(p)
    order = np.argsort(p)
    expected = np.empty(4)
    running = 1.0
    for rank in range(4, 0, -1):  # the definition: the smallest p * m / rank from the back
        running = min(running, p[order[rank - 1]] * 4 / rank)
        expected[order[rank - 1]] = running
    assert [found.q for found in tested] == pytest.approx(expected.tolist())


def test_without_an_effect_a_run_has_false_discoveries_at_most_at_the_stated_rate() -> None:
    """150 runs of 12 cells with equal rates: under the null any discovery is false, so at most 5 % of runs have one."""
    rng = np.random.default_rng(4)
    with_discovery = 0
    for _ in range(150):
        removed, rest = rng.binomial(80, 0.2, 12), rng.binomial(400, 0.2, 12)
        tested = with_tests([cell(int(a), 80, int(b), 400) for a, b in zip(removed, rest, strict=True)])
        with_discovery += any(found.q is not None and found.q <= 0.05 for found in tested)
    assert with_discovery <= 15  # P(Binomial(150, 0.05) > 15) = 0.003


def test_the_largest_effect_comes_first() -> None:
    cells = [cell(5, 100, 5, 100, "equal"), cell(50, 100, 5, 100, "more"), cell(0, 100, 5, 100, "less")]
    assert [found.place.group for found in largest(cells)] == ["more", "equal", "less"]
