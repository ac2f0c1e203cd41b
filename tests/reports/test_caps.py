from dataclasses import fields
from itertools import pairwise

from headwater.reports.caps import Caps, clip, cut_note


def test_each_level_raises_no_limit_and_lowers_some() -> None:
    levels = Caps().levels()
    assert levels[0] == Caps() and len(levels) == 4
    for normal, tight in pairwise(levels):
        assert all(getattr(tight, field.name) <= getattr(normal, field.name) for field in fields(Caps))
        assert tight != normal


def test_a_list_that_fits_has_no_note() -> None:
    assert cut_note(3, 3, "rows") == ""


def test_a_cut_list_says_how_much_is_missing_and_where_it_is() -> None:
    assert cut_note(6, 1_040, "rows") == "The page shows 6 of 1,040 rows; report.json has all of them."


def test_a_long_text_is_cut_and_counted() -> None:
    assert clip("x" * 10_240, 240) == "x" * 240 + "… (10,000 more characters)"
    assert clip("short", 240) == "short"
