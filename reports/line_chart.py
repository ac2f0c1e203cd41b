"""Lines over a numeric axis, each with its band where it has bounds."""

from markupsafe import Markup

from ..core import Chart, Series
from .caps import clip
from .legend import colour, legend
from .numbers import number, tick_label, ticks
from .svg import Scale, element, figure, rules, shorten, text

WIDTH, HEIGHT = 460.0, 236.0
LEFT, RIGHT, FOOT = 50.0, 14.0, 42.0
DOTTED = 24


def line_chart(chart: Chart) -> Markup:
    """The y axis starts at zero only where the data come near it."""
    key, top = legend([series.name for series in chart.series], WIDTH)
    top += 18
    bottom = top + HEIGHT - FOOT - 18
    x, y = _scale_x(chart), _scale_y(chart, top, bottom)
    marks = [key, *_axes(chart, x, y)]
    marks += [_band(series, index, x, y) for index, series in enumerate(chart.series) if series.low]
    marks += [_path(series, index, x, y) for index, series in enumerate(chart.series)]
    marks += [dot for index, series in enumerate(chart.series) for dot in _dots(series, index, x, y)]
    return figure(WIDTH, bottom + FOOT, chart.title, _describe(chart), marks)


def _path(series: Series, index: int, x: Scale, y: Scale) -> Markup:
    points = " ".join(f"{x(float(a)):.1f},{y(b):.1f}" for a, b in zip(series.x, series.y, strict=True))
    return element(
        "polyline", element("title", clip(series.name, 80)), points=points, class_=f"line {colour(series.name, index)}"
    )


def _band(series: Series, index: int, x: Scale, y: Scale) -> Markup:
    upper = [f"{x(float(a)):.1f},{y(b):.1f}" for a, b in zip(series.x, series.high, strict=True)]
    lower = [f"{x(float(a)):.1f},{y(b):.1f}" for a, b in zip(series.x, series.low, strict=True)]
    return element("polygon", points=" ".join([*upper, *reversed(lower)]), class_=f"band {colour(series.name, index)}")


def _dots(series: Series, index: int, x: Scale, y: Scale) -> list[Markup]:
    if len(series.x) > DOTTED:
        return []
    kind = f"dot {colour(series.name, index)}"
    return [
        element("circle", element("title", f"{number(a)}: {number(b)}"), cx=x(float(a)), cy=y(b), r=3.2, class_=kind)
        for a, b in zip(series.x, series.y, strict=True)
    ]


def _axes(chart: Chart, x: Scale, y: Scale) -> list[Markup]:
    marks = [text(0, y.end - 8, shorten(chart.y_label, WIDTH), kind="axis-label")]
    rows, columns = ticks(y.low, y.high, 5), ticks(x.low, x.high, 6)
    foot = (x.start, y.start, x.end, y.start)
    zero = [(x.start, y(value), x.end, y(value)) for value in rows if not value]
    marks.append(rules([(x.start, y(value), x.end, y(value)) for value in rows if value], "grid"))
    marks.append(rules([*zero, *((x(value), y.start, x(value), y.start + 4) for value in columns), foot], "axis"))
    marks += [text(LEFT - 7, y(value) + 4, tick_label(value), anchor="end", kind="tick") for value in rows]
    marks += [text(x(value), y.start + 17, tick_label(value), anchor="middle", kind="tick") for value in columns]
    marks.append(text(x.end, y.start + 33, shorten(chart.x_label, WIDTH - LEFT), anchor="end", kind="axis-label"))
    return marks


def _scale_x(chart: Chart) -> Scale:
    values = [float(value) for series in chart.series for value in series.x]
    return Scale(min(values), max(values), LEFT, WIDTH - RIGHT)


def _scale_y(chart: Chart, top: float, bottom: float) -> Scale:
    values = [value for series in chart.series for value in (*series.y, *series.low, *series.high)]
    low, high = min(values), max(values)
    pad = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    floor = 0.0 if 0 <= low <= (high - low) * 0.5 else low - pad
    return Scale(floor, high + pad, bottom, top)


def _describe(chart: Chart) -> str:
    parts = [
        f"{series.name[:60] or 'the line'} goes from {number(series.y[0])} at {number(series.x[0])} "
        f"to {number(series.y[-1])} at {number(series.x[-1])}"
        for series in chart.series
    ]
    return f"{chart.y_label or 'Value'} by {chart.x_label or 'x'}: {'; '.join(parts)}."
