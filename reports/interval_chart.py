"""A dot and its interval for each category."""

from markupsafe import Markup

from ..core import Chart, Series
from .caps import clip
from .legend import colour, legend
from .numbers import number, tick_label, ticks
from .svg import CHARACTER, Scale, element, figure, line, rules, shorten, text

WIDTH = 460.0
LABELS = 230.0
ROW, GROUP_GAP = 16.0, 10.0


def interval_chart(chart: Chart) -> Markup:
    """Dots on a common scale that need not start at zero; a rule marks zero where the scale holds it."""
    categories = list(dict.fromkeys(x for series in chart.series for x in series.x))
    key, top = legend([series.name for series in chart.series], WIDTH)
    group = ROW * len(chart.series) + GROUP_GAP
    labels = min(LABELS, max(len(number(name)) for name in categories) * CHARACTER + 10)
    scale, height = _scale(chart, labels), top + len(categories) * group
    marks = [key, *_grid(scale, top, height), text(*_caption(chart.y_label, labels, height + 32), kind="axis-label")]
    for row, category in enumerate(categories):
        y = top + row * group + GROUP_GAP / 2
        middle = y + (group - GROUP_GAP) / 2
        marks.append(text(labels - 8, middle + 4, shorten(number(category), labels - 8), anchor="end"))
        for index, series in enumerate(chart.series):
            if category in series.x:
                marks.append(_dot(series, index, series.x.index(category), y + (index + 0.5) * ROW, scale))
    return figure(WIDTH, height + 38, chart.title, _describe(chart), marks)


def _caption(label: str, left: float, y: float) -> tuple[float, float, str]:
    """Where the name of the axis stands: below it, or from the left edge where it is longer than the axis."""
    start = left if len(label) * CHARACTER <= WIDTH - left else 0.0
    return start, y, shorten(label, WIDTH - start)


def _dot(series: Series, index: int, at: int, y: float, scale: Scale) -> Markup:
    value, kind = series.y[at], colour(series.name, index)
    words = f"{clip(number(series.x[at]), 80)}: {number(value)}"
    band = Markup("")
    if series.low:
        low, high = series.low[at], series.high[at]
        words += f" ({number(low)} to {number(high)})"
        band = line(scale(low), y, scale(high), y, f"interval {kind}")
    return band + element("circle", element("title", words), cx=scale(value), cy=y, r=4.2, class_=f"dot {kind}")


def _grid(scale: Scale, top: float, bottom: float) -> list[Markup]:
    places = ticks(scale.low, scale.high, 5)
    upright = {value: (scale(value), top, scale(value), bottom) for value in places}
    return [
        rules([upright[value] for value in places if value], "grid"),
        rules([upright[value] for value in places if not value], "axis"),
        *(text(scale(value), bottom + 14, tick_label(value), anchor="middle", kind="tick") for value in places),
    ]


def _scale(chart: Chart, labels: float) -> Scale:
    values = [value for series in chart.series for value in (*series.y, *series.low, *series.high)]
    low, high = min(values), max(values)
    pad = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
    floor = low - pad if low < 0 or low - pad > 0 else min(0.0, low)
    return Scale(floor, high + pad, labels, WIDTH - 14)


def _describe(chart: Chart) -> str:
    dots = [(value, number(x)) for series in chart.series for x, value in zip(series.x, series.y, strict=True)]
    (least, least_name), (most, most_name) = min(dots), max(dots)
    return (
        f"{chart.y_label or 'Value'} with its interval for {len(dots)} items: lowest {number(least)} "
        f"({least_name[:60]}), highest {number(most)} ({most_name[:60]})."
    )
