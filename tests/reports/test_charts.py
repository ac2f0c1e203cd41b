import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.core import Chart, Series
from headwater.reports.caps import Caps
from headwater.reports.charts import chart_table, cuts, draw, drawable

VALUES = st.floats(-1e9, 1e9)


def bars(*values: float, name: str = "n") -> Chart:
    return Chart("c", "Title", "bar", "x", "y", (Series(name, tuple(f"c{i}" for i in range(len(values))), values),))


def line(*values: float) -> Chart:
    return Chart("c", "Title", "line", "step", "loss", (Series("n", tuple(map(float, range(len(values)))), values),))


def parse(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(str(draw(chart, Caps())))


def widths(chart: Chart) -> list[float]:
    return [float(node.get("width", "")) for node in parse(chart).iter("rect")]


def test_bars_are_as_long_as_their_values() -> None:
    one, two, three = widths(bars(1, 2, 4))
    assert two == pytest.approx(2 * one, abs=0.2) and three == pytest.approx(4 * one, abs=0.2)


def test_a_negative_bar_ends_at_zero() -> None:
    nodes = [node for node in parse(bars(-3, 3)).iter("rect")]
    left, right = ((float(node.get("x", "")), float(node.get("width", ""))) for node in nodes)
    assert left[0] + left[1] == pytest.approx(right[0], abs=0.2)


def test_kept_and_removed_have_colours_of_their_own() -> None:
    series = tuple(Series(name, ("a",), (1.0,)) for name in ("kept", "removed", "other"))
    drawing = str(draw(Chart("c", "T", "bar", "x", "y", series), Caps()))
    assert re.findall(r'<rect [^>]*class="fill (\w+)"', drawing) == ["kept", "removed", "s2"] * 2


def test_a_line_goes_up_where_values_rise() -> None:
    points = next(parse(line(1, 2, 4)).iter("polyline")).get("points", "")
    heights = [float(point.split(",")[1]) for point in points.split()]
    assert heights[0] - heights[1] == pytest.approx((heights[1] - heights[2]) / 2, abs=0.2)


def test_a_band_is_drawn_only_where_there_are_bounds() -> None:
    series = Series("n", (0.0, 1.0), (1.0, 2.0), (0.5, 1.5), (1.5, 2.5))
    assert len(list(parse(Chart("c", "T", "line", "x", "y", (series,))).iter("polygon"))) == 1
    assert len(list(parse(line(1, 2)).iter("polygon"))) == 0


def test_an_interval_reaches_from_low_to_high_around_its_dot() -> None:
    series = Series("n", ("a", "b"), (1.0, 2.0), (0.5, 1.0), (2.0, 4.0))
    drawing = parse(Chart("c", "T", "interval", "x", "y", (series,)))
    spans = [node for node in drawing.iter("path") if "interval" in node.get("class", "")]
    dots = list(drawing.iter("circle"))
    scale = [[float(place) for place in re.findall(r"(?<=[MH])[\d.]+", node.get("d", ""))] for node in spans]
    unit = (scale[0][1] - scale[0][0]) / 1.5
    assert scale[1][1] - scale[1][0] == pytest.approx(3 * unit, abs=0.3)
    assert float(dots[0].get("cx", "")) - scale[0][0] == pytest.approx(0.5 * unit, abs=0.3)


@given(st.sampled_from(["bar", "line", "interval"]), st.lists(VALUES, min_size=1, max_size=20), st.text(max_size=30))
def test_any_finite_chart_is_well_formed_and_stays_in_its_frame(kind: str, values: list[float], name: str) -> None:
    x = tuple(float(at) for at in range(len(values)))
    series = (Series(name, x, tuple(values)), Series("other", x, tuple(values)))
    drawing = ElementTree.fromstring(str(draw(Chart(name, name, kind, name, name, series), Caps())))  # type: ignore[arg-type]
    width = float((drawing.get("viewBox") or "").split()[2])
    places = [float(node.get(key, "0")) for node in drawing.iter() for key in ("x", "x1", "x2", "cx")]
    assert all(math.isfinite(place) and -1 <= place <= width for place in places)


@pytest.mark.parametrize("kind", ["bar", "line", "interval"])
def test_a_chart_without_finite_points_is_not_drawn(kind: str) -> None:
    series = Series("n", (0.0, 1.0), (float("nan"), float("inf")))
    assert draw(Chart("c", "T", kind, "x", "y", (series,)), Caps()) == ""  # type: ignore[arg-type]


def test_a_text_on_the_axis_of_a_line_is_left_out() -> None:
    series = Series("n", ("a", 1.0, 2.0), (1.0, 2.0, 3.0))
    assert drawable(Chart("c", "T", "line", "x", "y", (series,)), Caps()).series[0].x == (1.0, 2.0)


def test_thinning_a_line_keeps_its_spike_and_its_ends() -> None:
    values = [1.0] * 10_000
    values[4_321] = 99.0
    thin = drawable(line(*values), Caps()).series[0]
    assert len(thin.x) <= Caps().points + 2
    assert 99.0 in thin.y and (thin.x[0], thin.x[-1]) == (0.0, 9_999.0)


def test_the_chart_says_what_it_leaves_out() -> None:
    assert cuts(bars(*range(100)), Caps()) == "The drawing shows 30 of 100 categories."
    assert cuts(bars(1, 2), Caps()) == ""


def test_the_data_table_holds_every_number() -> None:
    series = (Series("a", ("x",), (1.5,), (1.0,), (2.0,)), Series("b", ("x",), (2.5,)))
    table = chart_table(Chart("c", "T", "interval", "group", "share", series))
    assert table.columns == ("series", "group", "share", "low", "high")
    assert table.rows == (("a", "x", 1.5, 1.0, 2.0), ("b", "x", 2.5, None, None))


def test_the_description_names_the_extremes() -> None:
    assert "from 1 (c0) to 7 (c2)" in (parse(bars(1, 5, 7)).findtext("desc") or "")
