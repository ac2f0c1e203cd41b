"""Horizontal bars, one group for each category: long names stay readable at any width."""

from markupsafe import Markup

from ..core import Chart, Series
from .caps import clip
from .legend import colour, legend
from .numbers import number, short
from .speaking import say
from .svg import CHARACTER, Scale, element, figure, line, shorten, text

WIDTH = 460.0
LABELS = 230.0
BAR, GROUPED_BAR, GROUP_GAP = 17.0, 13.0, 10.0


def bar_chart(chart: Chart) -> Markup:
    """Bars from zero with the value at the end of each; a thin line shows the interval where there is one."""
    categories = list(dict.fromkeys(x for series in chart.series for x in series.x))
    key, top = legend([series.name for series in chart.series], WIDTH)
    thick = BAR if len(chart.series) == 1 else GROUPED_BAR
    group = thick * len(chart.series) + GROUP_GAP
    labels = min(LABELS, max(len(number(name)) for name in categories) * CHARACTER + 10)
    scale = _scale(chart, labels)
    marks = [key]
    for row, category in enumerate(categories):
        y = top + row * group
        middle = y + (group - GROUP_GAP) / 2
        marks.append(text(labels - 8, middle + 4, shorten(number(category), labels - 8), anchor="end"))
        for index, series in enumerate(chart.series):
            if category in series.x:
                marks.append(_bar(chart, series, index, series.x.index(category), y + index * thick, thick, scale))
    height = top + len(categories) * group
    marks.append(line(scale(0), top - 3, scale(0), height - GROUP_GAP + 3, "axis"))
    marks.append(text(labels, height + 8, shorten(chart.y_label, WIDTH - labels), kind="axis-label"))
    return figure(WIDTH, height + 14, chart.title, _describe(chart), marks)


def _bar(chart: Chart, series: Series, index: int, at: int, y: float, thick: float, scale: Scale) -> Markup:
    value, name = series.y[at], clip(number(series.x[at]), 80)
    start, end = sorted((scale(0), scale(value)))
    kind = colour(series.name, index) if len(chart.series) > 1 else colour(name, 0)
    label = f"{name}, {clip(series.name, 80)}: {number(value)}" if len(chart.series) > 1 else f"{name}: {number(value)}"
    shape = element(
        "rect",
        *([element("title", label)] if len(chart.series) > 1 else []),
        x=start,
        y=y,
        width=max(end - start, 1 if value else 0),
        height=thick - 2,
        class_=f"fill {kind}",
    )
    ends = [end]
    whisker = Markup("")
    if series.low:
        low, high = scale(series.low[at]), scale(series.high[at])
        ends.append(high)
        whisker = line(low, y + thick / 2 - 1, high, y + thick / 2 - 1, "whisker")
    return shape + whisker + text(max(ends) + 5, y + thick / 2 + 3.5, short(value), kind="value" if value else "tick")


def _scale(chart: Chart, labels: float) -> Scale:
    values = [value for series in chart.series for value in (*series.y, *series.low, *series.high)]
    low, high = min(0.0, *values), max(0.0, *values)
    widest = max(len(short(value)) for series in chart.series for value in series.y)
    end = WIDTH - widest * CHARACTER - 10
    return Scale(low, high if high > low else low + 1, labels, end)


def _describe(chart: Chart) -> str:
    bars = [(value, number(x)) for series in chart.series for x, value in zip(series.x, series.y, strict=True)]
    (least, least_name), (most, most_name) = min(bars), max(bars)
    return say(
        "drawing.bar",
        y=chart.y_label or say("drawing.values"),
        x=chart.x_label or say("drawing.category"),
        count=len(bars),
        least=number(least),
        least_name=least_name[:60],
        most=number(most),
        most_name=most_name[:60],
    )
