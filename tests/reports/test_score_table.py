from xml.etree import ElementTree

import pytest

from headwater.core import NotMeasured, Score
from headwater.reports.score_table import Held, score_groups, slice_label


def make(metric: str, value: float, low: float | None = None, high: float | None = None, **more: object) -> Score:
    return Score(metric, value, 10, str(more.pop("unit", "share")), str(more.pop("method", "m/1")), low, high, **more)  # type: ignore[arg-type]


def test_scores_of_different_methods_stand_apart() -> None:
    groups = score_groups([make("a", 1.0, method="a/1"), make("a", 2.0, method="a/2"), make("a", 3.0, method="a/1")])
    assert [(group.method, [row.value for row in group.rows]) for group in groups] == [
        ("a/1", ["1", "3"]),
        ("a/2", ["2"]),
    ]


def test_a_missing_score_joins_the_group_of_its_metric() -> None:
    (group,) = score_groups([make("a", 0.5), NotMeasured("a", "too few", {"group": "x"})])
    assert [(row.label, row.missing) for row in group.rows] == [("all", ""), ("group: x", "too few")]


def test_scores_that_are_missing_for_one_reason_share_a_row() -> None:
    missing = [NotMeasured("a", "too few", {"group": name}) for name in "xyz"]
    (group,) = score_groups([make("a", 0.5), missing[0], missing[1], NotMeasured("a", "no model"), missing[2]])
    assert [(row.label, row.missing) for row in group.rows] == [
        ("all", ""), ("group: x; group: y; group: z", "too few"), ("all", "no model"),
    ]  # fmt: skip


def test_zero_is_marked_where_the_scale_crosses_it() -> None:
    (group,) = score_groups([make("a", 0.5, -0.5, 1.0, unit="bits")])
    assert 'class="z"' in str(group.rows[0].drawing) and len(group.rows[0].marks) == 4


def test_a_missing_score_alone_is_a_group_of_its_own() -> None:
    (group,) = score_groups([NotMeasured("a", "too few")])
    assert (group.metric, group.scale, group.rows[0].missing) == ("a", ("", ""), "too few")


def test_a_small_share_is_drawn_on_a_scale_that_shows_its_interval() -> None:
    (group,) = score_groups([make("a", 0.04, 0.03, 0.05)])
    assert group.scale == ("0", "0.06")


def test_a_large_share_is_drawn_from_zero_to_one() -> None:
    (group,) = score_groups([make("a", 0.9, 0.8, 0.95)])
    assert group.scale == ("0", "1")


def test_a_share_of_something_is_a_share() -> None:
    (group,) = score_groups([make("a", 0.9, 0.8, 0.95, unit="share of samples")])
    assert group.scale == ("0", "1")


def test_a_bound_a_hair_below_zero_does_not_open_the_scale_to_the_left() -> None:
    (group,) = score_groups([make("a", 4.0, -1e-16, 9.0, unit="bits")])
    assert group.scale == ("0", "10")


def test_dot_and_interval_stand_where_the_numbers_say() -> None:
    (group,) = score_groups([make("a", 0.5, 0.25, 1.0)])
    span, dot = (node.get("d", "") for node in ElementTree.fromstring(str(group.rows[0].drawing)).iter("path"))
    low, high = (float(place) for place in span.removeprefix("M").split(" 9H"))
    middle = float(dot.removeprefix("M").removesuffix(" 9h0"))
    assert group.rows[0].waiting[2] == f"{low:g},{high:g},{middle:g}"
    assert (middle - low) / (high - low) == pytest.approx(1 / 3, abs=0.01)


def test_a_score_without_interval_is_a_dot_alone() -> None:
    (group,) = score_groups([make("a", 0.5, interval="a single seed")])
    assert str(group.rows[0].drawing).count("<path") == 1
    assert group.rows[0].interval == "none: a single seed"


def test_direction_and_confidence_are_said_in_words() -> None:
    (group,) = score_groups([make("a", 0.5, 0.4, 0.6, direction="lower", confidence=0.9)])
    assert (group.direction, group.confidence) == ("lower is better", "90 %")


def test_a_slice_reads_as_words() -> None:
    assert (
        slice_label(make("a", 0.5, slice={"group": "women", "split": "held out"})) == "group: women · split: held out"
    )


def test_what_a_policy_said_stands_beside_the_interval_in_words() -> None:
    def judged(score: Score) -> Held:
        return Held(f"beyond {score.value}", "fail", 0.3)

    (group,) = score_groups([make("a", 0.5, 0.4, 0.6)], judged=judged)
    assert group.rows[0].verdict == "beyond 0.5" and group.rows[0].waiting[3].endswith(" · beyond 0.5")


def test_the_limit_is_drawn_on_the_scale_of_the_scores_even_where_it_lies_beyond_them() -> None:
    judged = {0.02: 0.05, 0.01: 0.9}
    for value, limit in judged.items():
        score = make("a", value, value / 2, value * 2, unit="kg")
        (group,) = score_groups([score], judged=lambda _, limit=limit: Held("said", "pass", limit))  # type: ignore[misc]
        low, high, at, zero, drawn = group.rows[0].marks
        assert zero is None and None not in (low, high, at, drawn)
        assert 5 <= float(at or 0) < float(high or 0) < float(drawn or 0) <= 163  # a limit above stands to the right
        assert f'class="t" d="M{drawn:g} ' in str(group.rows[0].drawing)
        assert group.rows[0].waiting[2].split(",")[4] == f"{drawn:g}"
    (plain,) = score_groups([make("a", 0.02)])
    assert 'class="t"' not in str(plain.rows[0].drawing)
