from dataclasses import replace
from types import SimpleNamespace

import pytest

from headwater.core import Score, Table
from headwater.reports.caps import Caps
from headwater.reports.gate.evidence import Part
from headwater.reports.run import Run, Track
from headwater.reports.view import PageView


def table(name: str, group: str = "") -> Table:
    return Table(name, name, ("a",), ((1,),), group=group)


def view(exhibits: int = 10) -> PageView:
    return PageView(Run("t", (Track(""),)), replace(Caps(), exhibits=exhibits), ())


ITEMS = [table("one", "Step 1"), table("all"), table("two", "Step 2"), table("more", "Step 1")]


def test_exhibits_of_a_group_stand_apart_from_the_others() -> None:
    page = view()
    assert [shown.title for shown in page.exhibits(ITEMS)] == ["all"]
    assert [shown.title for shown in page.exhibits(ITEMS, "Step 1")] == ["one", "more"]


def test_groups_come_in_the_order_of_their_first_exhibit_with_their_size() -> None:
    assert view().groups(ITEMS) == [("Step 1", "2 exhibits"), ("Step 2", "1 exhibit")]


def test_where_there_is_no_room_for_all_the_exhibits_without_a_group_come_first() -> None:
    page = view(exhibits=2)
    assert [shown.title for shown in page.exhibits(ITEMS)] == ["all"]
    assert page.groups(ITEMS) == [("Step 1", "1 exhibit")]
    assert "2 of 4" in page.exhibits_cut(ITEMS)


@pytest.mark.parametrize(("n", "said"), [(10, "✗ beyond the limit 0.3"), (11, "")])
def test_a_judged_score_says_its_limit_and_only_the_score_that_was_judged(n: int, said: str) -> None:
    judged = Score("gap", 0.5, 10, "share", "m/1", 0.4, 0.6, slice={"group": "x"})
    evidence = SimpleNamespace(parts=(Part.of(judged, "fail", threshold=0.3, direction="max"),))
    page = PageView(Run("t", (Track(""),), evidence=(evidence,)), Caps(), ())  # type: ignore[arg-type]
    held = page.verdict(replace(judged, n=n))
    assert (held.words if held else "") == said and (held is None or held.limit == 0.3)
