import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import PoissonRegressor

from headwater.curate.audits.term_trends import mention_trend, periods_of


@pytest.mark.parametrize(
    ("dates", "unit", "names"),
    [
        (["2019", "2020-05-01", "2021-01", "2020"], "year", ("2019", "2020", "2021")),
        (["2020-01-05", "2020-02", "2020-12-31T10:00:00Z"], "month", ("2020-01", "2020-02", "2020-12")),
        (["20200105", "20200206", "20200307"], "month", ("2020-01", "2020-02", "2020-03")),
        ([str(year) for year in range(1789, 1890, 4)], "decade", tuple(f"{d}0s" for d in range(178, 189))),
        (
            [str(year) for year in range(1789, 2025, 4)],
            "quarter century",
            tuple(f"{y}-{y + 24}" for y in range(1775, 2025, 25)),
        ),
        ([str(year) for year in range(1200, 2000)], "century", tuple(f"{c}00s" for c in range(12, 20))),
    ],
)
def test_dates_make_the_first_unit_with_three_to_twenty_four_periods(
    dates: list[str], unit: str, names: tuple[str, ...]
) -> None:
    found = periods_of(dates)
    assert found is not None and found.unit == unit and found.names == names
    assert found.position[0] == 0 and found.position[-1] == 1


@pytest.mark.parametrize(
    "dates",
    [[], [None, ""], ["2020"] * 9, ["2020-01", "2020-02"], ["soon", "12", "3019", "<script>"], ["2026-11-23"] * 100],
)
def test_dates_that_make_no_periods_are_none(dates: list[str | None]) -> None:
    assert periods_of(dates) is None


def test_a_document_without_a_date_stands_in_no_period() -> None:
    found = periods_of(["2019", None, "2020", "x", "2021"])
    assert found is not None and found.index.tolist() == [0, -1, 1, -1, 2]


def test_two_times_give_the_ratio_of_their_rates() -> None:
    """Closed form: with t in {0, 1} the fit is exact."""
    mentions, words, time = [2, 4, 3, 9, 12, 6], [100, 100, 50, 100, 120, 80], [0, 0, 0, 1, 1, 1]
    found = mention_trend(mentions, words, time)
    assert found is not None and found.ratio == pytest.approx((27 / 300) / (9 / 250))
    assert found.low < found.ratio < found.high and found.n == 36


def test_the_fit_equals_that_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    time, words = rng.random(300), rng.integers(50, 400, 300)
    mentions = rng.poisson(words * np.exp(-4 + 1.2 * time))
    found = mention_trend(mentions, words, time)
    peer = PoissonRegressor(alpha=0, tol=1e-10, max_iter=1000)
    peer.fit(time[:, None], mentions / words, sample_weight=words)
    assert found is not None and math.log(found.ratio) == pytest.approx(float(peer.coef_[0]), abs=1e-4)


def test_influence_is_what_leaving_out_a_document_changes() -> None:
    rng = np.random.default_rng(1)
    time, words = rng.random(400), np.full(400, 100)
    mentions = rng.poisson(4, 400)
    whole = mention_trend(mentions, words, time)
    assert whole is not None
    for row in (0, 17, 200):
        rest = np.arange(400) != row
        without = mention_trend(mentions[rest], words[rest], time[rest])
        assert without is not None
        change = math.log(whole.ratio) - math.log(without.ratio)
        assert change == pytest.approx(whole.influence[row], rel=0.1, abs=1e-4)


def test_intervals_cover_and_p_is_uniform_without_a_trend_even_where_mentions_come_in_clumps() -> None:
    covered, p = [], []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        found = mention_trend(rng.poisson(rng.gamma(0.5, 8, 120)), np.full(120, 200), rng.random(120))
        assert found is not None
        covered.append(found.low <= 1 <= found.high)
        p.append(found.p)
    assert np.mean(covered) > 0.91 and np.mean(np.array(p) < 0.05) < 0.09


@given(st.lists(st.integers(0, 3), min_size=6, max_size=30))
def test_reversing_time_inverts_the_ratio(mentions: list[int]) -> None:
    time = np.linspace(0, 1, len(mentions))
    one, other = (mention_trend(mentions, [50] * len(mentions), t) for t in (time, 1 - time))
    assert (one is None) == (other is None)
    if one is not None and other is not None and 1e-4 < one.ratio < 1e4:
        assert one.ratio == pytest.approx(1 / other.ratio, rel=1e-4) and one.p == pytest.approx(other.p, abs=1e-6)


@pytest.mark.parametrize(
    ("mentions", "time"),
    [([0] * 6, [0, 0, 0, 1, 1, 1]), ([9, 0, 0, 9, 0, 9], [0, 0, 0, 1, 1, 1]), ([1] * 5 + [0], [0] * 5 + [1])],
)
def test_few_documents_or_one_time_give_no_trend(mentions: list[int], time: list[float]) -> None:
    assert mention_trend(mentions, [10] * 6, time) is None
