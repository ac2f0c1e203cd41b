"""Intervals that hold the truth as often as they say, and gaps that chance explains as often as it should."""

import numpy as np
import pytest

from headwater.curate.labels.agreement import Ratings, alphas
from headwater.curate.labels.agreement_chance import estimate, gap_of_annotators, gap_of_items


def crowd(seed: int, skill: np.ndarray, people: int = 3, labels: int = 2) -> Ratings:
    """Annotators give the true label with a chance of ``skill`` (items,) or (people, items), else any one."""
    rng = np.random.default_rng(seed)
    skill = np.broadcast_to(skill, (people, skill.shape[-1]))
    items = skill.shape[1]
    true = rng.integers(0, labels, items)
    values = np.where(rng.random((people, items)) < skill, true, rng.integers(0, labels, (people, items)))
    return Ratings(
        np.tile(np.arange(items), people), np.repeat(np.arange(people), items), values.ravel().astype(np.int64),
        tuple(map(str, range(items))), tuple(map(str, range(people))), tuple(map(str, range(labels))),
    )  # fmt: skip


def test_the_interval_holds_the_true_alpha_about_as_often_as_it_says() -> None:
    truth, held = 0.7**2, 0  # two labels agree beyond chance where both know the truth
    for seed in range(80):
        ratings = crowd(seed, np.full(120, 0.7))

        def statistic(weights: np.ndarray, ratings: Ratings = ratings) -> np.ndarray:
            return alphas(ratings, "nominal", weights)

        found = estimate(statistic, np.arange(120), 120, 200, seed, "x")
        assert found is not None and found.low is not None and found.high is not None
        held += found.low <= truth <= found.high
    assert held >= 69  # 95 % of 80 is 76; fewer than 69 has a chance of 1 in 1,000 at 95 %


def test_full_agreement_has_no_interval_and_says_why() -> None:
    ratings = crowd(0, np.ones(30))
    found = estimate(lambda weights: alphas(ratings, "nominal", weights), np.arange(30), 30, 100, 0, "x")
    assert (
        found is not None and found.value == pytest.approx(1) and found.low is None and "all labels agree" in found.why
    )


def gap(ratings: Ratings, codes: np.ndarray, permutations: int = 199):  # type: ignore[no-untyped-def]
    return gap_of_items(
        ratings, "nominal", codes, ("a", "b"), name="g", minimum=10, resamples=200, permutations=permutations, seed=0
    )


def test_a_group_on_which_annotators_agree_less_is_found() -> None:
    codes = np.arange(300) % 2
    found = gap(crowd(1, np.where(codes == 0, 0.95, 0.4)), codes)
    assert (found.most, found.least) == ("a", "b") and found.low > found.chance and found.p == 1 / 200
    assert found.value == pytest.approx(0.95**2 - 0.4**2, abs=0.12)


def test_p_values_of_groups_that_do_not_differ_are_not_small_too_often() -> None:
    codes = np.arange(80) % 2
    small = sum(gap(crowd(seed, np.full(80, 0.8)), codes, 99).p <= 0.1 for seed in range(60))
    assert small <= 13  # 10 % of 60 is 6; 14 or more has a chance below 1 in 500


def test_a_group_of_annotators_that_agree_less_is_found() -> None:
    skill = np.repeat([[0.95]] * 6 + [[0.3]] * 6, 100, axis=1)
    codes = np.array([0] * 6 + [1] * 6)
    found = gap_of_annotators(
        crowd(2, skill, 12), "nominal", codes, ("careful", "hasty"), name="g", minimum=10, resamples=100,
        permutations=199, seed=0,
    )  # fmt: skip
    assert found is not None and (found.most, found.least) == ("careful", "hasty")
    assert found.low > 0.5 and found.value > found.chance and found.p < 0.02


def test_groups_too_small_are_no_gap() -> None:
    assert gap(crowd(0, np.full(30, 0.5)), np.array([0] * 25 + [1] * 5)) is None


def test_the_pieces_in_which_items_are_drawn_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    codes = np.arange(60) % 2
    ratings = crowd(3, np.full(60, 0.6))
    one = gap(ratings, codes)
    monkeypatch.setattr("headwater.curate.labels.agreement_chance.CELLS", 100)
    assert gap(ratings, codes) == one
