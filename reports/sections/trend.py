"""The page over many runs: how they stand, each score over time, and every run in a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ...core import Cell, Table
from ..catalogue import Catalogue
from ..numbers import number
from ..run import Run
from ..trend_chart import trend_chart
from .base import SECTIONS

STRIP = 180
MOST = 40
GLYPHS = {
    "pass": "✓", "fail": "✕", "incomplete": "?", "stale": "⌛", "not judged": "·", "damaged": "!", "missed": "–",
    "skipped": "–", "crashed": "✕", "timed_out": "✕", "failed": "✕", "running": "…", "succeeded": "✓",
}  # fmt: skip
KINDS = {
    "pass": "pass", "fail": "fail", "incomplete": "unsure", "stale": "unsure", "not judged": "plain", "damaged": "fail",
    "missed": "missing", "skipped": "missing", "crashed": "missing", "timed_out": "missing", "failed": "missing",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class StripCell:
    """A night of the strip: its glyph, the kind that colours it, and the words behind both."""

    kind: str
    glyph: str
    words: str


@dataclass(frozen=True, slots=True)
class TrendData:
    """How the runs stand: facts, a cell a night, what is worse now, and what changed, the newest first."""

    facts: Mapping[str, Cell]
    strip: tuple[StripCell, ...]
    legend: tuple[StripCell, ...]
    worse: tuple[str, ...]
    changes: Table
    cut: int


@dataclass(frozen=True, slots=True)
class TrendChart:
    """A score over time: drawing, the sentence above it, and its numbers."""

    metric: str
    place: str
    unit: str
    direction: str
    state: str
    drawing: Markup
    table: Table


@dataclass(frozen=True, slots=True)
class TrendScores:
    """The scores over time; ``cut`` is how many more there are."""

    charts: tuple[TrendChart, ...]
    cut: int


@dataclass(frozen=True, slots=True)
class TrendRuns:
    """Every run and every slot without one."""

    table: Table


def detail_of(run: Run) -> Mapping[str, Any] | None:
    """What the page is made from; None on every other page."""
    report = run.main.stages.get("trend")
    return report.detail if report else None


@SECTIONS.register("trend", title="How the runs stand", order="10")
def trend(run: Run) -> TrendData | None:
    """How many runs and gaps there are, a verdict for each night, what got worse and what is well again."""
    detail = detail_of(run)
    if detail is None:
        return None
    t = Catalogue(run.language)
    nights = detail["nights"]
    strip = tuple(_cell(night, t) for night in nights[-STRIP:])
    words = {night["state"]: t.get(f"trend.state.{night['state']}", night["state"]) for night in nights[-STRIP:]}
    legend = [StripCell(_kind(state), GLYPHS.get(state, "·"), said) for state, said in words.items()]
    if any(cell.kind.endswith(" worse") for cell in strip):
        legend.append(StripCell("plain worse", "", t("trend.change.regressed")))
    return TrendData(
        {t(f"trend.fact.{name}"): value for name, value in detail["facts"].items()},
        strip,
        tuple(legend),
        tuple(_worse(change, t) for change in detail["worse"]),
        _changes(detail["changes"], t),
        max(0, len(nights) - STRIP),
    )


@SECTIONS.register("trend-scores", title="Scores over time", order="11")
def trend_scores(run: Run) -> TrendScores | None:
    """Each score over the runs with its interval; a line never crosses a missed run or a change of protocol."""
    detail = detail_of(run)
    if detail is None:
        return None
    t = Catalogue(run.language)
    lines = detail["lines"]
    return TrendScores(tuple(_chart(line, t, n) for n, line in enumerate(lines[:MOST])), max(0, len(lines) - MOST))


@SECTIONS.register("trend-runs", title="All runs", order="12")
def trend_runs(run: Run) -> TrendRuns | None:
    """Every run with verdict, findings and model, and every slot that was missed, the newest first."""
    detail = detail_of(run)
    if detail is None:
        return None
    t = Catalogue(run.language)
    names = ("when", "run", "state", "findings", "title", "note")
    rows = tuple(_row(night, t) for night in reversed(detail["nights"]))
    return TrendRuns(Table("trend-runs", t("trend.runs"), tuple(t(f"trend.column.{name}") for name in names), rows))


def _cell(night: Mapping[str, Any], t: Catalogue) -> StripCell:
    state = t.get(f"trend.state.{night['state']}", night["state"])
    worse = [change["metric"] for change in night["changes"] if change["state"] == "regressed"]
    said = [f"{name} {t('trend.change.regressed')}" for name in worse]
    words = f"{_day(night['when'], t)}: {'; '.join((state, *said))}"
    return StripCell(_kind(night["state"]) + (" worse" if worse else ""), GLYPHS.get(night["state"], "·"), words)


def _kind(state: str) -> str:
    return KINDS.get(state, "plain")


def _day(when: str, t: Catalogue) -> str:
    return when[:16].replace("T", " ") or t("trend.undated")


def _worse(change: Mapping[str, Any], t: Catalogue) -> str:
    name = " ".join((change["metric"], _slice(change["slice"]))).strip()
    if change["metric"] == "gate" and not change["stage"]:
        return t("trend.gate", when=_day(change["time"], t))
    values = {"before": number(change["before"]), "after": number(change["after"])}
    return t("trend.worse", name=name, when=_day(change["time"], t), **values)


def _changes(changes: Sequence[Mapping[str, Any]], t: Catalogue) -> Table:
    columns = tuple(t(f"trend.column.{name}") for name in ("when", "what", "state", "before", "after", "rule"))
    rows = tuple(
        (
            _day(one["time"], t), " ".join((one["metric"], _slice(one["slice"]))).strip(),
            t.get(f"trend.change.{one['state']}", one["state"]), one["before"], one["after"], one["rule"],
        )
        for one in reversed(changes)
    )  # fmt: skip
    return Table("trend-changes", t("trend.changes"), columns, rows)


def _chart(line: Mapping[str, Any], t: Catalogue, number_of: int) -> TrendChart:
    columns = tuple(t(f"trend.column.{name}") for name in ("when", "run", "value", "low", "high", "n", "note"))
    rows = tuple(_point(line, index, t) for index in reversed(range(len(line["points"]))))
    last = line["changes"][-1]["state"] if line["changes"] else ""
    direction = t(f"trend.direction.{line['direction']}") if line["direction"] in ("higher", "lower") else ""
    return TrendChart(
        line["metric"], " · ".join(filter(None, (line["series"], line["track"], _slice(line["slice"])))), line["unit"],
        direction, last, trend_chart(line, t),
        Table(f"trend-{number_of}", t("trend.data", metric=line["metric"]), columns, rows),
    )  # fmt: skip


def _slice(place: Mapping[str, str]) -> str:
    return " · ".join(f"{key}: {value}" for key, value in place.items())


def _point(line: Mapping[str, Any], index: int, t: Catalogue) -> tuple[Cell, ...]:
    point = line["points"][index]
    notes = [
        t.get(f"trend.change.{c['state']}", c["state"]) for c in line["changes"] if c["run"] == point["folder"] != ""
    ]
    earlier = [one for one in line["points"][:index] if one["value"] is not None]
    if point["value"] is None:
        state = t.get(f"trend.state.{point['state']}", point["state"])
        notes.append(f"{state}: {point['reason']}" if point["reason"] else state)
    elif earlier:
        if earlier[-1]["protocol"] != point["protocol"]:
            notes.append(t("trend.protocol"))
        notes += [
            t(f"trend.new.{name}")
            for name in ("model", "data")
            if earlier[-1][name] and point[name] and earlier[-1][name] != point[name]
        ]
    shown = (point["value"], point["low"], point["high"], point["n"])
    return (_day(point["when"], t), point["folder"], *shown, "; ".join(notes))


def _row(night: Mapping[str, Any], t: Catalogue) -> tuple[Cell, ...]:
    counts = ", ".join(f"{n} {t.get('trend.severity.' + name, name)}" for name, n in night["findings"].items() if n)
    notes = [night["reason"], t("trend.baseline") if night["baseline"] else "", night["job"]]
    state = t.get(f"trend.state.{night['state']}", night["state"])
    note = "; ".join(filter(None, notes))
    return (_day(night["when"], t), night["folder"], state, counts, night["title"], note)
