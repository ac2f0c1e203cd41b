"""Runs and slots of jobs in the order of time, and each score over them. What was missed stays a gap."""

import json
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from .changes import Change, Journal, key_of

LOST = ("missed", "skipped", "crashed", "timed_out", "failed")
"""States of a slot that left no measurement behind."""
VERDICTS = {0: "pass", 1: "fail", 3: "incomplete", 5: "stale"}


@dataclass(frozen=True, slots=True)
class Night:
    """A run, or a slot of a job that has no run. ``state`` is a verdict, ``not judged``, ``damaged`` or the slot's."""

    when: str
    kind: str
    state: str
    folder: str = ""
    title: str = ""
    series: str = ""
    job: str = ""
    reason: str = ""
    findings: Mapping[str, int] = field(default_factory=dict)
    headline: tuple[Mapping[str, Any], ...] = ()
    data: str = ""
    model: str = ""
    version: str = ""
    baseline: bool = False
    changes: tuple[Change, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "headline": list(self.headline), "changes": [one.to_json() for one in self.changes]}


@dataclass(frozen=True, slots=True)
class TrendPoint:
    """A score in one run. ``value`` is None where it was not measured, and ``reason`` says why; ``kind`` tells slots.

    Two neighbours are joined only where ``protocol`` is the same and nothing is missing between them.
    """

    when: str
    folder: str
    value: float | None = None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    protocol: str = ""
    reason: str = ""
    state: str = ""
    data: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class TrendLine:
    """One score over the runs of its series, gaps in place."""

    series: str
    track: str
    stage: str
    metric: str
    slice: Mapping[str, str]
    unit: str
    direction: str
    points: tuple[TrendPoint, ...]
    changes: tuple[Change, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Plain JSON values."""
        plain = asdict(self)
        return {**plain, "slice": dict(self.slice), "changes": [one.to_json() for one in self.changes]}


def timeline(
    connection: sqlite3.Connection, root: Path, journal: Journal, last: int | None = None, since: str = ""
) -> list[Night]:
    """Runs and slots without a run, the oldest first; those without a time (no ledger) before all others."""
    limit = -1 if last is None else last
    runs = connection.execute(
        "SELECT * FROM runs WHERE finished >= ? ORDER BY finished DESC, folder DESC LIMIT ?", (since, limit)
    ).fetchall()
    slots = connection.execute(
        "SELECT * FROM slots WHERE scheduled_for >= ? ORDER BY scheduled_for DESC LIMIT ?", (since, limit)
    ).fetchall()
    jobs = {_below(root, slot["folder"]): slot["job"] for slot in slots if slot["folder"]}
    changed: dict[str, list[Change]] = {}
    for change in journal.changes:
        changed.setdefault(change.run, []).append(change)
    accepted = {folder for _, folder, _ in journal.accepted}
    there = {run["folder"] for run in runs}
    nights = [_night(run, jobs.get(run["folder"], ""), changed, run["folder"] in accepted) for run in runs]
    nights += [_slot(slot) for slot in slots if _below(root, slot["folder"]) not in there]
    nights.sort(key=lambda night: (night.when, night.folder, night.job))
    return nights if last is None else nights[-last:] if last else []


def score_lines(
    connection: sqlite3.Connection,
    nights: Sequence[Night],
    journal: Journal,
    metric: str = "",
    place: Mapping[str, str] | None = None,
) -> list[TrendLine]:
    """Each score over ``nights``, of one metric or all; ``place`` are values that its slice must have."""
    runs = {night.folder: night for night in nights if night.kind == "run"}
    query = (
        "SELECT scores.*, runs.folder, runs.series FROM scores JOIN runs ON runs.id = scores.run "
        "WHERE (? = '' OR metric = ?) ORDER BY scores.rowid"
    )
    found: dict[tuple[str, str], dict[str, sqlite3.Row]] = {}
    for row in connection.execute(query, (metric, metric)):
        held = json.loads(row["slice"])
        if row["folder"] in runs and all(held.get(key) == value for key, value in (place or {}).items()):
            key = row["series"], key_of(row["track"], row["stage"], row["metric"], held)
            found.setdefault(key, {}).setdefault(row["folder"], row)
    return [_line(series, key, rows, nights, journal) for (series, key), rows in found.items()]


def known_metrics(connection: sqlite3.Connection) -> list[str]:
    """The names of all metrics in the index."""
    return [row[0] for row in connection.execute("SELECT DISTINCT metric FROM scores ORDER BY metric")]


def _line(
    series: str, key: str, rows: Mapping[str, sqlite3.Row], nights: Sequence[Night], journal: Journal
) -> TrendLine:  # fmt: skip
    track, stage, metric, place = json.loads(key)
    jobs = {night.job for night in nights if night.kind == "run" and night.series == series} - {""}
    known = {night.job for night in nights if night.kind == "run"} - {""}
    points = []
    for night in nights:
        if night.kind == "run" and night.series == series:
            points.append(_point(night, rows.get(night.folder)))
        elif night.kind == "slot" and night.state in LOST and (night.job in jobs or night.job not in known):
            points.append(TrendPoint(night.when, night.folder, reason=night.reason, state=night.state))
    held = list(rows.values())
    last = next((row for row in reversed(held) if row["unit"]), held[-1])
    changes = tuple(c for c in journal.changes if c.series == series and c.key == key)
    return TrendLine(series, track, stage, metric, place, last["unit"], last["direction"], tuple(points), changes)


def _point(night: Night, row: sqlite3.Row | None) -> TrendPoint:
    if row is None:
        missing = night.reason if night.state == "damaged" else "the run has no such score"
        return TrendPoint(night.when, night.folder, reason=missing, state="not measured")
    return TrendPoint(
        night.when, night.folder, row["value"], row["low"], row["high"], row["n"],
        f"{row['method']}, in {row['unit']}" if row["value"] is not None else "", row["reason"],
        "measured" if row["value"] is not None else "not measured", night.data, night.model,
    )  # fmt: skip


def _night(run: sqlite3.Row, job: str, changed: Mapping[str, Sequence[Change]], baseline: bool) -> Night:
    state = "damaged" if run["damaged"] else VERDICTS.get(run["code"], "not judged")
    findings = {severity: run[severity] for severity in ("high", "medium", "low", "info")}
    return Night(
        run["finished"] or run["started"], "run", state, run["folder"], run["title"], run["series"], job,
        run["damaged"], findings, tuple(json.loads(run["headline"])), run["data"], run["model"], run["version"],
        baseline, tuple(changed.get(run["folder"], ())),
    )  # fmt: skip


def _slot(slot: sqlite3.Row) -> Night:
    from .reading import clean

    gone = "its run folder is gone" if slot["state"] == "succeeded" and slot["folder"] else ""
    job = clean(slot["job"])
    return Night(slot["scheduled_for"], "slot", slot["state"], "", job, "", job, clean(slot["reason"] or gone, 300))


def _below(root: Path, folder: str) -> str:
    """A slot's folder as the index names it."""
    path = Path(folder)
    if path.is_absolute():
        try:
            return path.relative_to(root.resolve()).as_posix()
        except ValueError:
            return folder
    return path.as_posix() if folder else ""
