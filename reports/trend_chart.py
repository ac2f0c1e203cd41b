"""One score over time: line and band where neighbours may be joined, gaps where nothing was measured.

A line never crosses a missed night or a change of protocol. What happened stands as a mark with its word beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from markupsafe import Markup

from .catalogue import Catalogue
from .numbers import number, tick_label, ticks
from .svg import CHARACTER, Scale, element, figure, line, shorten, text

WIDTH, TOP, BOTTOM, FOOT, LANE = 720.0, 22.0, 186.0, 26.0, 12.0
LEFT, RIGHT = 56.0, 74.0
DATES = 5
SECONDS = 86_400.0
Points = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class _Frame:
    """The scales, and where each point stands on the x axis."""

    places: tuple[float, ...]
    x: Scale
    y: Scale
    t: Catalogue

    def at(self, index: int) -> float:
        return self.x(self.places[index])


def trend_chart(series: Mapping[str, Any], texts: Catalogue) -> Markup:
    """The drawing of a line of the trend page; empty where no run has a value."""
    points: Points = series["points"]
    known = [point for point in points if point["value"] is not None]
    if not known:
        return Markup("")
    frame = _frame(points, known, texts)
    marks = [*_gaps(points, frame), *_axes(points, frame), *_protocols(points, frame)]
    for part in _joined(points):
        marks += _part(points, part, frame)
    marks += [*_changes(series, points, frame), _last(points, frame)]
    height = BOTTOM + FOOT + (2 * LANE if _lanes(points) else 0)
    return figure(WIDTH, height, series["metric"], _describe(series, known, texts), marks)


def _frame(points: Points, known: Points, texts: Catalogue) -> _Frame:
    times = [_time(point["when"]) for point in points]
    dated = all(time is not None for time in times)
    places = tuple(float(time or 0) if dated else float(index) for index, time in enumerate(times))
    values = [point[name] for point in known for name in ("value", "low", "high") if point[name] is not None]
    low, high = min(values), max(values)
    pad = (high - low) * 0.08 or abs(high) * 0.1 or 1.0
    floor = 0.0 if 0 <= low <= (high - low) * 0.5 else low - pad
    return _Frame(
        places, Scale(min(places), max(places), LEFT, WIDTH - RIGHT), Scale(floor, high + pad, BOTTOM, TOP), texts
    )


def _time(when: str) -> float | None:
    try:
        found = datetime.fromisoformat(when)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp() / SECONDS


def _joined(points: Points) -> Iterator[list[int]]:
    """Neighbours with a value under one protocol; everything else ends a part."""
    part: list[int] = []
    for index, point in enumerate(points):
        if part and (point["value"] is None or point["protocol"] != points[part[-1]]["protocol"]):
            yield part
            part = []
        if point["value"] is not None:
            part.append(index)
    if part:
        yield part


def _part(points: Points, part: Sequence[int], frame: _Frame) -> Iterator[Markup]:
    bounded = [index for index in part if points[index]["low"] is not None]
    if len(bounded) > 1 and len(bounded) == len(part):
        upper = [f"{frame.at(i):.1f},{frame.y(points[i]['high']):.1f}" for i in bounded]
        lower = [f"{frame.at(i):.1f},{frame.y(points[i]['low']):.1f}" for i in bounded]
        yield element("polygon", points=" ".join([*upper, *reversed(lower)]), class_="band s0")
    else:
        for i in bounded:
            yield line(frame.at(i), frame.y(points[i]["low"]), frame.at(i), frame.y(points[i]["high"]), "whisker s0")
    if len(part) > 1:
        path = " ".join(f"{frame.at(i):.1f},{frame.y(points[i]['value']):.1f}" for i in part)
        yield element("polyline", points=path, class_="line s0")
    for i in part:
        said = element("title", f"{points[i]['when'][:16].replace('T', ' ')}: {number(points[i]['value'])}")
        yield element("circle", said, cx=frame.at(i), cy=frame.y(points[i]["value"]), r=2.6, class_="dot s0")


def _gaps(points: Points, frame: _Frame) -> Iterator[Markup]:
    """A pale column for each run without a value, with a cross at its foot; the first of a row has the word."""
    step = (WIDTH - LEFT - RIGHT) / max(len(points) - 1, 1)
    wide = min(max(step * 0.8, 3.0), 16.0)
    end = 0.0
    for index, point in enumerate(points):
        if point["value"] is not None:
            continue
        x = frame.at(index)
        words = frame.t.get(f"trend.state.{point['state']}", point["state"])
        said = element("title", f"{point['when'][:16].replace('T', ' ')}: {words}")
        yield element("rect", said, x=x - wide / 2, y=TOP, width=wide, height=BOTTOM - TOP, class_="gone")
        yield element("path", d=f"M{x - 3:.1f} {BOTTOM - 9:.1f}l6 6m0 -6l-6 6", class_="cross")
        if x - len(words) * CHARACTER / 2 > end:
            yield text(x, BOTTOM - 14, words, anchor="middle", kind="tick")
            end = x + len(words) * CHARACTER / 2


def _axes(points: Points, frame: _Frame) -> Iterator[Markup]:
    for value in ticks(frame.y.low, frame.y.high, 4):
        yield line(LEFT, frame.y(value), WIDTH - RIGHT, frame.y(value), "axis" if value == 0 else "grid")
        yield text(LEFT - 7, frame.y(value) + 4, tick_label(value), anchor="end", kind="tick")
    yield line(LEFT, BOTTOM, WIDTH - RIGHT, BOTTOM, "axis")
    last = len(points) - 1
    chosen = sorted({round(last * part / (DATES - 1)) for part in range(DATES)})
    end = -1.0
    for index in chosen:
        words = points[index]["when"][:10] or frame.t("trend.undated")
        start = frame.at(index) - len(words) * CHARACTER / 2
        if start > end:
            yield line(frame.at(index), BOTTOM, frame.at(index), BOTTOM + 4, "axis")
            yield text(frame.at(index), BOTTOM + 18, words, anchor="middle", kind="tick")
            end = frame.at(index) + len(words) * CHARACTER / 2


def _protocols(points: Points, frame: _Frame) -> Iterator[Markup]:
    """Where the protocol, the model or the data changed: a line between two runs, and a lane of marks below."""
    before: Mapping[str, Any] | None = None
    place, end = 0, LEFT
    for index, point in enumerate(points):
        if point["value"] is None:
            continue
        if before is not None:
            x = (frame.at(place) + frame.at(index)) / 2
            if before["protocol"] != point["protocol"]:
                yield line(x, TOP - 14, x, BOTTOM, "protocol")
                words = frame.t("trend.protocol")
                if x > end:
                    yield text(x + 4, TOP - 5, words, kind="tick")
                    end = x + 4 + len(words) * CHARACTER
            for lane, name in enumerate(("model", "data")):
                if before[name] and point[name] and before[name] != point[name]:
                    said = element("title", f"{point['when'][:10]}: {frame.t('trend.new.' + name)}")
                    y = BOTTOM + 28 + LANE * lane
                    yield element("rect", said, x=frame.at(index) - 1.5, y=y, width=3, height=8, class_="other")
        before, place = point, index
    for lane, name in enumerate(("model", "data")):
        if name in _lanes(points):
            yield text(LEFT - 7, BOTTOM + 36 + LANE * lane, frame.t(f"trend.lane.{name}"), anchor="end", kind="tick")


def _lanes(points: Points) -> list[str]:
    """What changed between runs and needs a lane of marks below the axis."""
    known = [point for point in points if point["value"] is not None]
    return [name for name in ("model", "data") if len({point[name] for point in known if point[name]}) > 1]


def _changes(series: Mapping[str, Any], points: Points, frame: _Frame) -> Iterator[Markup]:
    where = {point["folder"]: index for index, point in enumerate(points) if point["folder"]}
    end = 0.0
    for change in series["changes"]:
        index = where.get(change["run"])
        if index is None or points[index]["value"] is None or change["state"] not in ("regressed", "recovered"):
            continue
        x, y, bad = frame.at(index), frame.y(points[index]["value"]), change["state"] == "regressed"
        kind = "alert" if bad else "well"
        shape = "M{x} {a}l6 6l-6 6l-6 -6z" if bad else "M{x} {a}a6 6 0 1 1 -.1 0z"
        yield element("path", d=shape.format(x=f"{x:.1f}", a=f"{y - 6:.1f}"), class_=kind)
        words = frame.t(f"trend.change.{change['state']}")
        left = x - len(words) * CHARACTER / 2
        if left > end:
            before = next((p["value"] for p in reversed(points[:index]) if p["value"] is not None), 0.0)
            below = points[index]["value"] < before  # the line comes from above
            yield text(min(x, WIDTH - RIGHT), y + 21 if below else y - 13, words, anchor="middle", kind=f"said {kind}")
            end = x + len(words) * CHARACTER / 2


def _last(points: Points, frame: _Frame) -> Markup:
    index = max(i for i, point in enumerate(points) if point["value"] is not None)
    return text(frame.at(index) + 9, frame.y(points[index]["value"]) + 4, number(points[index]["value"]), kind="value")


def _describe(series: Mapping[str, Any], known: Points, texts: Catalogue) -> str:
    missing = len(series["points"]) - len(known)
    return texts(
        "trend.described", metric=shorten(series["metric"], 400), n=len(known), first=number(known[0]["value"]),
        last=number(known[-1]["value"]), missing=missing,
    )  # fmt: skip
