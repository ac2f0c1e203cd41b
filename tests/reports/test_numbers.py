import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Score
from headwater.reports.numbers import number, score_interval, score_value, short, tick_label, ticks


def make(value: float, low: float | None = None, high: float | None = None, why: str = "") -> Score:
    return Score("m", value, 10, "1", "m/1", low, high, interval=why)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"), (0, "0"), (1_234_567, "1,234,567"), (-5, "−5"), (0.5, "0.5"), (-0.25, "−0.25"), (1_234.0, "1,234"),
        (12_345.678, "12,346"), (0.000012345, "1.234e−05"), ("a name", "a name"), (float("nan"), "–"),
    ],
)  # fmt: skip
def test_cells_read_as_people_write_them(value: str | float | None, text: str) -> None:
    assert number(value) == text


def test_a_value_has_the_digits_that_its_interval_supports() -> None:
    assert score_value(make(0.123456, 0.10, 0.15)) == "0.123"
    assert score_interval(make(0.123456, 0.10, 0.15)) == "0.100 to 0.150"
    assert score_value(make(18.4212, 12.1, 24.9)) == "18.4"


def test_a_missing_interval_gives_its_reason() -> None:
    assert score_interval(make(0.1, why="one seed")) == "none: one seed"


def test_an_interval_of_no_width_does_not_break_the_digits() -> None:
    assert score_value(make(0.5, 0.5, 0.5)) == "0.5"


@given(st.floats(-1e12, 1e12), st.floats(1e-6, 1e12))
def test_ticks_lie_inside_and_are_evenly_spaced(low: float, span: float) -> None:
    high = low + span
    marks = ticks(low, high, 5)
    assert len(marks) <= 21
    if high > low and span > abs(low) * 1e-6:
        assert all(low - span * 1e-6 <= mark <= high + span * 1e-6 for mark in marks)
        gaps = [b - a for a, b in zip(marks, marks[1:], strict=False)]
        assert all(math.isclose(gap, gaps[0], rel_tol=1e-3, abs_tol=span * 1e-6) for gap in gaps)


def test_ticks_of_a_plain_range_are_round() -> None:
    assert ticks(0, 1, 5) == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert ticks(-3, 17, 4) == [0.0, 5.0, 10.0, 15.0]


def test_large_ticks_are_short() -> None:
    assert [tick_label(value) for value in (0, 500, 1_500, 20_000, 2_500_000, -3e9)] == [
        "0", "500", "1500", "20k", "2.5M", "−3G",
    ]  # fmt: skip


def test_a_drawing_has_three_significant_digits() -> None:
    shown = [short(value) for value in (0.0068614, 18.4234, 1_234.5, 12, None)]
    assert shown == ["0.00686", "18.4", "1,234", "12", "–"]
