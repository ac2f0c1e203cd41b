"""Charts as inline SVG, each with the data behind it as a table."""

import math
from collections.abc import Callable
from dataclasses import replace

from markupsafe import Markup

from ..core import Cell, Chart, Series, Table
from .bar_chart import bar_chart
from .caps import Caps
from .interval_chart import interval_chart
from .line_chart import line_chart
from .speaking import say

_DRAWINGS: dict[str, Callable[[Chart], Markup]] = {"bar": bar_chart, "line": line_chart, "interval": interval_chart}


def draw(chart: Chart, caps: Caps) -> Markup:
    """The drawing, or an empty Markup where the chart has no finite point."""
    drawn = drawable(chart, caps)
    return _DRAWINGS[chart.kind](drawn) if drawn.series else Markup("")


def cuts(chart: Chart, caps: Caps) -> str:
    """What the drawing leaves out of the data, in one sentence; empty where it shows everything."""
    names, shown = [series.name for series in chart.series], min(len(chart.series), caps.series)
    points, limit = max((len(series.x) for series in chart.series), default=0), _limit(chart, caps)
    notes = [say("page.of-series", shown=shown, total=len(names))] if shown < len(names) else []
    kind = "points" if chart.kind == "line" else "categories"
    notes += [say(f"page.of-{kind}", shown=limit, total=points)] if points > limit else []
    return say("page.drawing-shows", what=f" {say('page.and')} ".join(notes)) if notes else ""


def chart_table(chart: Chart) -> Table:
    """The numbers of a chart: one row for each x of each series."""
    named = len(chart.series) > 1
    bounds = any(series.low for series in chart.series)
    columns = [
        *(["series"] if named else []),
        chart.x_label or "x",
        chart.y_label or "y",
        *(["low", "high"] if bounds else []),
    ]
    rows: list[tuple[Cell, ...]] = []
    for series in chart.series:
        for index, x in enumerate(series.x):
            ends = (series.low[index], series.high[index]) if series.low else (None, None)
            rows.append((*([series.name] if named else []), x, series.y[index], *(ends if bounds else ())))
    return Table(f"{chart.name}-data", say("page.data-of", title=chart.title), tuple(columns), tuple(rows))


def drawable(chart: Chart, caps: Caps) -> Chart:
    """The chart with finite points only, and no more of them than a reader can tell apart."""
    limit = _limit(chart, caps)
    thin = _thin_line if chart.kind == "line" else _first
    kept = [thin(_finite(series, numeric=chart.kind == "line"), limit) for series in chart.series[: caps.series]]
    return replace(chart, series=tuple(series for series in kept if series.x))


def _limit(chart: Chart, caps: Caps) -> int:
    if chart.kind == "line":
        return caps.points
    return max(3, caps.categories // max(1, min(len(chart.series), 3)))


def _finite(series: Series, numeric: bool) -> Series:
    keep = [
        index
        for index, (x, y) in enumerate(zip(series.x, series.y, strict=True))
        if _is_finite(y) and (_is_finite(x) or not numeric) and (not series.low or _bounded(series, index))
    ]
    return _take(series, keep)


def _bounded(series: Series, index: int) -> bool:
    return _is_finite(series.low[index]) and _is_finite(series.high[index])


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def _first(series: Series, limit: int) -> Series:
    return _take(series, list(range(min(limit, len(series.x)))))


def _thin_line(series: Series, limit: int) -> Series:
    """The lowest and the highest point of each stretch: thinning must not hide a spike."""
    if len(series.x) <= limit:
        return series
    edges = [len(series.x) * part // (limit // 2) for part in range(limit // 2 + 1)]
    keep: set[int] = {0, len(series.x) - 1}
    for start, end in zip(edges, edges[1:], strict=False):
        stretch = range(start, end)
        keep |= {min(stretch, key=lambda i: series.y[i]), max(stretch, key=lambda i: series.y[i])}
    return _take(series, sorted(keep))


def _take(series: Series, keep: list[int]) -> Series:
    x, y = tuple(series.x[i] for i in keep), tuple(float(series.y[i]) for i in keep)
    low, high = (tuple(float(ends[i]) for i in keep) if ends else () for ends in (series.low, series.high))
    return Series(series.name, x, y, low, high)
