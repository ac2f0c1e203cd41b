"""The newest run against the last accepted baseline: what got worse, what is well again, and nothing said twice.

A score is called regressed where its value lies further on the bad side than its own runs explain (Student's t with
the variance between runs, Holm over all scores of the run, at the rate below), and where items match, only if the same
items also say so. docs/concepts/regression.md has the method, its sources and what was measured of it.
"""

import fcntl
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from ...core import HeadwaterError, InputError, open_own
from .changes import JOURNAL, Change, Journal, State, key_of, note_accepted, note_examined, read_journal
from .chart_rule import WINDOWS, Spread, shift_p, spread_of
from .database import open_history
from .index import index_runs
from .paired import Paired, paired_scores
from .series import SeriesRuns, Track, follow, open_series
from .standing import standings

FALSE_ALARMS = 0.05
PER_RUNS = 100
RATE = FALSE_ALARMS / PER_RUNS
"""The chance of any false alarm in one run: at most 5 % in 100 runs of which nothing got worse."""
CONFIRMED = 0.05
INSIDE = 0.05
BETTER = 0.001
GATES: Mapping[int, State] = {0: "gate-passed", 1: "gate-failed"}


def detect(root: Path, run_folder: Path, now: datetime) -> tuple[Change, ...]:
    """What changed its state with a finished run. Called again for the same run it says the same and adds nothing.

    ``root`` is the folder that holds the index. Raises :class:`InputError` where the folder is no run below it.
    """
    index_runs(root)
    with _alone(root), open_history(root) as connection:
        run = _run(connection, root, run_folder)
        journal = read_journal(root)
        if (run["folder"], run["manifest"]) in journal.seen:
            return journal.seen[run["folder"], run["manifest"]]
        if run["damaged"]:
            raise InputError(f"{run_folder}: cannot be compared: {run['damaged']}")
        series = open_series(connection, run, journal)
        found = (*_gate(run, journal, now), *_scores(root, series, journal, now))
        note_examined(root, run["folder"], run["manifest"], now, found)
    return found


def watch(root: Path, now: datetime, maximum: str | None = None) -> tuple[Change, ...]:
    """Evidence that became too old for its policy since the last call, or is fresh again: once each."""
    index_runs(root)
    with _alone(root), open_history(root) as connection:
        journal = read_journal(root)
        found: list[Change] = []
        for one in standings(connection, root, now, maximum=maximum):
            last = journal.states(one.series).get(key_of("", "", "evidence", {}))
            state: State = "stale" if one.stale else "fresh"
            if state != (last.state if last else "fresh"):
                oldest = max((age.days for age in one.controls if age.state == "stale" and age.days), default=None)
                found.append(
                    Change("evidence", {}, state, after=oldest, rule=one.policy, series=one.series, run=one.folder,
                           since=one.folder, time=now.isoformat(), unit="days")
                )  # fmt: skip
        if found:
            note_examined(root, "", "", now, found)
    return tuple(found)


def accept(root: Path, run_folder: Path, now: datetime) -> str:
    """Make a run the baseline of its series: what got worse before it is normal from now on. Returns the series."""
    index_runs(root)
    with _alone(root), open_history(root) as connection:
        run = _run(connection, root, run_folder)
        if run["damaged"]:
            raise InputError(f"{run_folder}: cannot be a baseline: {run['damaged']}")
        note_accepted(root, run["series"], run["folder"], run["manifest"], now)
    return str(run["series"])


def _run(connection: Any, root: Path, run_folder: Path) -> Any:
    try:
        folder = run_folder.resolve().relative_to(root.resolve()).as_posix()
    except ValueError:
        raise InputError(f"{run_folder}: not below {root}; give the root that holds this run") from None
    run = connection.execute("SELECT * FROM runs WHERE folder = ?", (folder,)).fetchone()
    if run is None:
        raise InputError(f"{run_folder}: no finished run folder below {root}")
    return run


def _gate(run: Any, journal: Journal, now: datetime) -> Iterator[Change]:
    """A gate that closed or opened; the first gate of a series is news only where it is shut."""
    if run["code"] is None:
        return
    state = GATES.get(run["code"], "gate-incomplete")
    last = journal.states(run["series"]).get(key_of("", "", "gate", {}))
    if state != (last.state if last else "gate-passed"):
        yield Change(
            "gate", {}, state, before=last.after if last else None, after=float(run["code"]), rule=run["policy"],
            series=run["series"], run=run["folder"], since=run["folder"], time=now.isoformat(), unit="exit code",
        )  # fmt: skip


def _scores(root: Path, series: SeriesRuns, journal: Journal, now: datetime) -> Iterator[Change]:
    states = journal.states(series.runs[-1]["series"])
    histories: dict[str, list[Change]] = {}
    for change in journal.changes:
        if change.series == series.runs[-1]["series"]:
            histories.setdefault(change.key, []).append(change)
    tracks = {key: follow(series, key, histories.get(key, [])) for key in series.points}
    known = {key: track for key, track in tracks.items() if track and track.reference}
    regressed = {key for key, change in states.items() if change.state == "regressed"}
    yield from _worse(root, series, {key: track for key, track in known.items() if key not in regressed}, now)
    for key in sorted(regressed & set(known)):
        if window := _well_again(known[key], series.place(states[key].since)):
            yield _change(series, key, known[key], "recovered", now, window)


def _worse(root: Path, series: SeriesRuns, tracks: Mapping[str, Track], now: datetime) -> Iterator[Change]:
    """Holm's correction over all scores of the run; items are read only where it matters."""
    charts = {key: _chart(track) for key, track in tracks.items()}
    model = series.runs[-1]["model"]
    unknown = {
        key
        for key, (p, _) in charts.items()
        if p is None and model and series.runs[tracks[key].reference[0].place]["model"] == model
    }
    tested = {key: p for key, (p, _) in charts.items() if p is not None} | dict.fromkeys(unknown, 1.0)
    if not unknown and min(tested.values(), default=1.0) * len(tested) > RATE:
        return
    candidates = [key for key, p in tested.items() if key in unknown or p <= RATE]
    pairs = _pairs(root, series, [tracks[key] for key in candidates], candidates)
    for key in candidates:
        tested[key] = _joined(tracks[key], charts[key][0], pairs.get(key))
    for key, p in holm(tested).items():
        if p <= RATE:
            yield _change(series, key, tracks[key], "regressed", now, charts[key][1], p, pairs.get(key))


def _chart(track: Track, floor: bool = False) -> tuple[float | None, int]:
    """The chart's p over both windows (Bonferroni), and the window that gave it."""
    found: list[tuple[float, int]] = []
    for width in WINDOWS:
        window = (*track.sound, track.newest)[-width:]
        first = window[0].place
        reference = [point.value for point in track.reference if point.place < first]
        if len(window) < width or not reference:
            continue
        error = (sum(point.error**2 for point in window) / width) ** 0.5 if floor else 0.0
        p = shift_p(reference, [point.value for point in window], _sign(track), track.spread, error)
        if p is not None and (width == 1 or len(reference) > 1):
            found.append((min(1.0, p * len(WINDOWS)), width))
    return min(found, default=(None, 1))


def _joined(track: Track, chart: float | None, pair: Paired | None) -> float:
    """p of both questions: more than the runs' own variation, and more than the sampling of items."""
    if pair is None:
        again = _chart(track, floor=True)[0]
        return 1.0 if again is None else again
    one_sided = pair.p / 2 if pair.difference * _sign(track) > 0 else 1 - pair.p / 2
    if not chart:
        return one_sided
    return chart if one_sided <= CONFIRMED else 1.0


def _pairs(root: Path, series: SeriesRuns, tracks: Sequence[Track], keys: Sequence[str]) -> dict[str, Paired]:
    found: dict[str, Paired] = {}
    newest = root / series.runs[-1]["folder"]
    for place in sorted({track.reference[0].place for track in tracks}):
        mine = [key for key, track in zip(keys, tracks, strict=True) if track.reference[0].place == place]
        for name in sorted({series.names[key][0] for key in mine}):
            try:
                pairs = paired_scores(root / series.runs[place]["folder"] / name, newest / name, name)
            except (HeadwaterError, OSError):
                continue
            found |= {key: pairs[key] for key in mine if key in pairs}
    return found


def holm(p: Mapping[str, float]) -> dict[str, float]:
    """Adjusted p-values by name (Holm 1979): the chance of any false one at or below a bound is at most the bound."""
    order = sorted(p, key=lambda key: (p[key], key))
    found, highest = {}, 0.0
    for rank, key in enumerate(order):
        highest = min(1.0, max(highest, p[key] * (len(order) - rank)))
        found[key] = highest
    return found


def _well_again(track: Track, since: int) -> int:
    """The window in which a regressed score is back: inside its reference, and apart from the regressed runs."""
    sign = _sign(track)
    reference = [point.value for point in track.reference]
    for width in WINDOWS:
        window = [point for point in (*track.recent, track.newest)[-width:] if point.place > since]
        values = [point.value for point in window]
        bad = [point.value for point in track.recent if since <= point.place < (window[0].place if window else 0)]
        if len(window) < width or not bad:
            continue
        worse = shift_p(reference, values, sign, track.spread)
        better = shift_p(bad, values, -sign, _more(track))
        if worse is None or better is None:
            if sign * (values[-1] - reference[0]) <= 0:
                return width
        elif worse > INSIDE and better <= BETTER / len(WINDOWS):
            return width
    return 0


def _more(track: Track) -> Spread:
    own = spread_of([[point.value for point in track.reference]])
    return Spread(own.squares + track.spread.squares, own.freedom + track.spread.freedom)


def _change(
    series: SeriesRuns, key: str, track: Track, state: State, now: datetime, width: int, p: float | None = None,
    pair: Paired | None = None,
) -> Change:  # fmt: skip
    name, stage, metric, place = series.names[key]
    window = (*(track.sound if state == "regressed" else track.recent), track.newest)[-width:]
    run = series.runs[-1]
    reference = [point.value for point in track.reference if point.place < window[0].place]
    rule = (
        f"t-test, {len(reference)} runs against the newest {width}" if width > 1 else f"t-test, {len(reference)} runs"
    )
    paired = f" and {pair.test} on {pair.items} items" if pair else ""
    return Change(
        metric, json.loads(place), state, before=sum(reference) / len(reference), after=track.newest.value, p=p,
        rule=rule + paired, series=run["series"], run=run["folder"],
        since=series.runs[window[0].place]["folder"], time=now.isoformat(), track=name, stage=stage,
        unit=track.newest.unit, difference=pair.difference if pair else None, low=pair.low if pair else None,
        high=pair.high if pair else None,
    )  # fmt: skip


def _sign(track: Track) -> int:
    """The direction in which the score gets worse."""
    return -1 if track.newest.direction == "higher" else 1


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One examination at a time: two schedulers must not say the same thing twice."""
    folder = root / JOURNAL
    folder.mkdir(parents=True, exist_ok=True)
    with open_own(folder / "lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
