import numpy as np
import pandas as pd
import pytest

from headwater.core import UsageError
from headwater.evaluate import by_group, clopper_pearson, mean_interval

RNG = np.random.default_rng(3)


def test_means_and_gap_are_those_of_pandas() -> None:
    groups = RNG.choice(list("abc"), 300)
    x = RNG.normal(size=300) + (groups == "a")
    means = pd.Series(x).groupby(groups).mean()
    found = by_group(x, groups.tolist())
    assert {name: estimate.value for name, estimate in found.groups.items()} == pytest.approx(means.to_dict())
    assert found.gap == pytest.approx(means.max() - means.min())
    assert found.p < 0.01


def test_rates_have_exact_intervals_and_numbers_that_of_their_mean() -> None:
    groups = ["a"] * 30 + ["b"] * 40
    hits = np.array([1.0] * 3 + [0.0] * 27 + [1.0] * 20 + [0.0] * 20)
    found = by_group(hits, groups).groups["a"]
    assert (found.low, found.high) == pytest.approx(clopper_pearson(3, 30))
    x = RNG.normal(size=70)
    number = by_group(x, groups).groups["a"]
    assert number == mean_interval(x[:30])


def test_the_largest_of_many_gaps_is_large_by_chance_and_a_small_group_makes_it_larger() -> None:
    hits = (RNG.random(4020) < 0.8).astype(float)
    equal = by_group(hits, [f"g{i % 5}" for i in range(4020)])
    one_small = by_group(hits, ["small"] * 20 + [f"g{i % 4}" for i in range(4000)])
    assert 0.03 < equal.chance < 0.07
    assert one_small.chance > 2 * equal.chance


def test_equal_groups_are_seldom_called_different() -> None:
    rng = np.random.default_rng(0)
    small = [by_group(rng.normal(size=90), ["a", "b", "c"] * 30, seed=i).p <= 0.05 for i in range(120)]
    assert np.mean(small) < 0.12


def test_noise_is_shrunk_away_and_a_true_difference_is_not() -> None:
    groups = ["a"] * 50 + ["b"] * 50
    noise = by_group(np.tile(RNG.normal(size=50), 2) + np.repeat([0.0, 0.01], 50), groups)
    assert noise.shrunk["a"] == pytest.approx(noise.shrunk["b"])
    clear = by_group(RNG.normal(size=100) * 0.1 + np.repeat([0.0, 5.0], 50), groups)
    assert clear.shrunk["b"] - clear.shrunk["a"] == pytest.approx(clear.gap, rel=0.01)


def test_small_groups_are_named_and_not_judged() -> None:
    found = by_group(RNG.normal(size=45), ["a"] * 40 + ["b"] * 4 + ["<script>"])
    assert dict(found.too_small) == {"b": 4, "<script>": 1}
    assert list(found.groups) == ["a"]
    assert (found.gap, found.chance, found.p) == (None, None, None)


def test_one_value_everywhere_is_no_gap() -> None:
    found = by_group(np.ones(60), ["a", "b"] * 30)
    assert (found.gap, found.p) == (0.0, 1.0)
    assert dict(found.shrunk) == {"a": 1.0, "b": 1.0}


def test_values_without_a_group_are_refused() -> None:
    with pytest.raises(UsageError, match="as many groups"):
        by_group([1.0, 2.0], ["a"])


def test_weighted_means_and_their_gap_are_those_of_pandas() -> None:
    rng = np.random.default_rng(11)
    x, w, groups = rng.normal(size=200), rng.uniform(1, 50, 200), rng.choice(list("abc"), 200)
    found = by_group(x, groups.tolist(), weights=w)
    means = pd.DataFrame({"x": x * w, "w": w, "g": groups}).groupby("g").sum()
    means = means["x"] / means["w"]
    assert {name: one.value for name, one in found.groups.items()} == pytest.approx(means.to_dict())
    assert found.gap == pytest.approx(means.max() - means.min())
    assert min(means) <= min(found.shrunk.values()) <= max(found.shrunk.values()) <= max(means)


def test_equal_weights_change_nothing_but_the_kind_of_interval() -> None:
    rng = np.random.default_rng(12)
    x, groups = rng.normal(size=90), rng.choice(list("abc"), 90).tolist()
    plain, weighted = by_group(x, groups), by_group(x, groups, weights=np.full(90, 7.0))
    assert (weighted.gap, weighted.chance, weighted.p) == pytest.approx((plain.gap, plain.chance, plain.p))
    for name, one in plain.groups.items():
        assert (weighted.groups[name].low, weighted.groups[name].high) == pytest.approx((one.low, one.high))


def test_equal_weighted_groups_are_seldom_called_different() -> None:
    rng = np.random.default_rng(13)
    wrong = 0
    for _ in range(100):
        w = rng.uniform(1, 50, 90)
        found = by_group(rng.normal(size=90), rng.choice(list("abc"), 90).tolist(), weights=w, minimum=5)
        wrong += found.p <= 0.05
    assert wrong <= 11  # 5 of 100 are expected; more than 11 have a chance of 0.4 %


@pytest.mark.parametrize("weights", [[1.0], [1.0, 0.0], [1.0, float("nan")]])
def test_weights_that_are_none_are_refused(weights: list[float]) -> None:
    with pytest.raises(UsageError):
        by_group([1.0, 2.0], ["a", "b"], weights=weights)
