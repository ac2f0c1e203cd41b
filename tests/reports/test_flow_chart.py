import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.reports.flow_chart import BAR, Branch, flow_chart


def widths(drawing: str) -> list[float]:
    return [float(one) for one in re.findall(r'<rect x="190"[^>]* height="([0-9.]+)"', drawing)]


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=20).filter(any))
def test_every_ribbon_is_as_wide_as_its_share(counts: list[int]) -> None:
    drawing = str(flow_chart("t", "all", [Branch(f"b{at}", count, "removed") for at, count in enumerate(counts)]))
    expected = [BAR * count / sum(counts) for count in counts if count]
    assert widths(drawing) == pytest.approx(expected, abs=0.006)


def test_nothing_flows_where_nothing_is() -> None:
    assert flow_chart("t", "none", [Branch("kept", 0, "kept")]) == ""


def test_labels_are_escaped() -> None:
    assert "<script>" not in flow_chart("<script>", "<script>", [Branch("<script>", 1, "kept")])
