import numpy as np
import pytest
from fairlearn.metrics import MetricFrame, mean_prediction

from headwater.core import UsageError, generator
from headwater.curate import group_gap

RNG = np.random.default_rng(0)
LABELS = RNG.integers(0, 3, 300)
MEMBERS = LABELS[:, None] == np.arange(3)
VALUES = RNG.random(300)


def test_the_gap_is_that_of_fairlearn() -> None:
    gap = group_gap(VALUES, MEMBERS, "abc")
    frame = MetricFrame(metrics=mean_prediction, y_true=VALUES, y_pred=VALUES, sensitive_features=LABELS)
    assert gap is not None and gap.gap == pytest.approx(frame.difference())
    assert list(gap.means.values()) == pytest.approx(frame.by_group.tolist())


def test_equal_values_have_no_gap() -> None:
    gap = group_gap(np.full(300, 0.3), MEMBERS, "abc")
    assert gap is not None and gap.gap == pytest.approx(0) and gap.p == 1


def test_a_planted_gap_stands_out_from_chance() -> None:
    gap = group_gap(VALUES + MEMBERS[:, 0], MEMBERS, "abc")
    assert gap is not None and gap.gap > 3 * gap.chance and gap.p == pytest.approx(1 / 1000)


def test_a_group_below_the_minimum_is_named_and_left_out() -> None:
    members = np.concatenate([MEMBERS, np.zeros((300, 1), bool)], 1)
    members[0, 3] = True
    gap = group_gap(VALUES, members, "abcd", minimum=2)
    assert gap is not None and gap.too_small == ("d",) and set(gap.means) == set("abc") and gap.counts["d"] == 1


def test_one_large_group_alone_has_no_gap() -> None:
    assert group_gap(VALUES[:30], np.ones((30, 1), bool), "a") is None


def test_an_item_may_belong_to_several_groups() -> None:
    members = np.ones((40, 2), bool)
    gap = group_gap(np.arange(40.0), members, "ab")
    assert gap is not None and gap.gap == 0


def test_values_move_only_inside_their_block() -> None:
    """Both sides of each block are equal, so no shuffle inside blocks can make a gap; a free shuffle does."""
    blocks = np.repeat(np.arange(40), 2)
    values = blocks.astype(float)
    members = np.tile([[True, False], [False, True]], (40, 1))
    inside, free = (group_gap(values, members, "ab", blocks=b) for b in (blocks, None))
    assert inside is not None and free is not None and inside.chance == 0 < free.chance


def test_p_values_are_uniform_without_a_difference() -> None:
    found = []
    for trial in range(100):
        values = generator(trial, "values").random(60)
        gap = group_gap(values, MEMBERS[:60], "abc", minimum=5, permutations=99, seed=trial)
        assert gap is not None
        found.append(gap.p)
    assert np.abs(np.sort(found) - np.linspace(0, 1, 100)).max() < 0.163  # Kolmogorov-Smirnov, 1 % critical value


def test_the_same_seed_gives_the_same_gap() -> None:
    assert group_gap(VALUES, MEMBERS, "abc", seed=3) == group_gap(VALUES, MEMBERS, "abc", seed=3)


def test_values_that_are_not_numbers_are_refused() -> None:
    with pytest.raises(UsageError, match="finite"):
        group_gap([np.nan, 1], np.ones((2, 2), bool), "ab")
