"""The runs of one series in their order, and the values of each score over them."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .changes import Change, Journal, key_of
from .chart_rule import Spread, spread_of

REFERENCE = 20
"""Runs that a reference takes at most: then it stands still, so that slow decay is not taken for normal."""
SEGMENTS = 3
LATEST = 12


@dataclass(frozen=True, slots=True)
class Point:
    """One score in one run; ``place`` is the run's place in its series."""

    place: int
    value: float
    low: float | None
    high: float | None
    protocol: str
    direction: str
    unit: str

    @property
    def error(self) -> float:
        """The standard error that the interval tells of; 0 without one."""
        return 0.0 if self.low is None or self.high is None else (self.high - self.low) / (2 * 1.96)


@dataclass(frozen=True)
class SeriesRuns:
    """The runs of a series up to the newest, which is examined. ``baseline`` is the place of the accepted one."""

    runs: Sequence[sqlite3.Row]
    baselines: Sequence[int]
    points: Mapping[str, Sequence[Point]]
    names: Mapping[str, tuple[str, str, str, str]] = field(default_factory=dict)

    @property
    def newest(self) -> int:
        """The place of the run that is examined."""
        return len(self.runs) - 1

    def place(self, folder: str) -> int:
        """The place of a run folder; that of the newest where it is gone."""
        return next((place for place, run in enumerate(self.runs) if run["folder"] == folder), self.newest)


@dataclass(frozen=True, slots=True)
class Track:
    """One score to be judged: its newest value, the reference it is held against, and the runs since the baseline.

    ``sound`` are those of ``recent`` in which the score had not got worse.
    """

    newest: Point
    reference: tuple[Point, ...]
    recent: tuple[Point, ...]
    sound: tuple[Point, ...]
    spread: Spread


def open_series(connection: sqlite3.Connection, run: sqlite3.Row, journal: Journal) -> SeriesRuns:
    """The series of a run, up to it."""
    query = "SELECT * FROM runs WHERE series = ? AND damaged = '' AND (finished, folder) <= (?, ?)"
    order = "ORDER BY finished, folder"
    runs = connection.execute(f"{query} {order}", (run["series"], run["finished"], run["folder"])).fetchall()
    places = {one["folder"]: place for place, one in enumerate(runs)}
    accepted = [places[folder] for name, folder, _ in journal.accepted if name == run["series"] and folder in places]
    baselines = sorted({0} | {place for place in accepted if place <= accepted[-1]})
    wanted: set[int] = set(range(max(0, len(runs) - LATEST), len(runs)))
    for start in baselines[-SEGMENTS:]:
        wanted |= set(range(start, min(len(runs), start + 3 * REFERENCE)))
    points, names = _points(connection, [(place, runs[place]["id"]) for place in sorted(wanted)])
    return SeriesRuns(runs, baselines, points, names)


def follow(series: SeriesRuns, key: str, history: Sequence[Change]) -> Track | None:
    """What a score is held against; None where the newest run has no value of it.

    The reference are the first runs since the baseline that have the newest run's protocol and in which the score had
    not got worse. ``history`` are its own changes so far.
    """
    points = series.points[key]
    if not points or points[-1].place != series.newest:
        return None
    newest = points[-1]
    same = [point for point in points[:-1] if point.protocol == newest.protocol]
    bad = _bad(series, history)
    sound = [point for point in same if point.place not in bad]
    edges = [*series.baselines[-SEGMENTS:], len(series.runs)]
    groups = [
        tuple(point for point in sound if start <= point.place < end)[:REFERENCE]
        for start, end in zip(edges, edges[1:], strict=False)
    ]
    recent = tuple(point for point in same if point.place >= series.baselines[-1])
    spread = spread_of([[point.value for point in group] for group in groups[:-1]])
    return Track(newest, groups[-1], recent, tuple(point for point in recent if point.place not in bad), spread)


def _bad(series: SeriesRuns, history: Sequence[Change]) -> set[int]:
    found: set[int] = set()
    start: int | None = None
    for change in history:
        if change.state == "regressed":
            start = series.place(change.since)
        elif change.state == "recovered" and start is not None:
            found |= set(range(start, series.place(change.since)))
            start = None
    if start is not None and start >= series.baselines[-1]:
        found |= set(range(start, len(series.runs)))
    return found


def _points(
    connection: sqlite3.Connection, wanted: Sequence[tuple[int, str]]
) -> tuple[dict[str, list[Point]], dict[str, tuple[str, str, str, str]]]:
    points: dict[str, list[Point]] = {}
    names: dict[str, tuple[str, str, str, str]] = {}
    for place, id in wanted:
        rows = connection.execute(
            "SELECT * FROM scores WHERE run = ? AND value IS NOT NULL AND direction != 'none' ORDER BY rowid", (id,)
        )
        for row in rows:
            key = key_of(row["track"], row["stage"], row["metric"], json.loads(row["slice"]))
            protocol = f"{row['method']}\n{row['unit']}\n{row['direction']}"
            point = Point(place, row["value"], row["low"], row["high"], protocol, row["direction"], row["unit"])
            known = points.setdefault(key, [])
            if not known or known[-1].place != place:
                known.append(point)
            names[key] = (row["track"], row["stage"], row["metric"], row["slice"])
    return points, names
